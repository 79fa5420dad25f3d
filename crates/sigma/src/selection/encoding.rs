//! The modifiers that encode a value before it is searched: `wide`, `utf16…`, `base64`, `base64offset`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::modifier::Encoding;
use crate::pattern::Pattern;
use crate::problem::Fault;
use crate::yaml::Node;

/// The texts to search for instead of this one.
pub(super) fn encode(
    pattern: Pattern,
    encodings: &[Encoding],
    node: &Node,
) -> Result<Vec<Pattern>, Fault> {
    if encodings.is_empty() {
        return Ok(vec![pattern]);
    }
    let Some(literal) = pattern.as_literal() else {
        return Err(Fault::new(
            node.place,
            "text with a wildcard cannot be encoded",
            r"write the text without `*` and `?`, or escape them: `\*`",
        ));
    };
    let mut values = vec![literal.as_bytes().to_vec()];
    for encoding in encodings {
        values = values
            .iter()
            .map(|v| step(v, *encoding, node))
            .collect::<Result<Vec<_>, _>>()?
            .concat();
    }
    let texts = values.into_iter().map(|bytes| {
        String::from_utf8(bytes).map(|text| Pattern::literal(&text)).map_err(|_not_text| {
            Fault::new(
                node.place,
                "this value is no longer text after it is encoded",
                "add `base64` or `base64offset` after it",
            )
        })
    });
    texts.collect()
}

fn step(value: &[u8], encoding: Encoding, node: &Node) -> Result<Vec<Vec<u8>>, Fault> {
    let wide = |to_bytes: fn(u16) -> [u8; 2]| match std::str::from_utf8(value) {
        Ok(text) => Ok(text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>()),
        Err(_not_text) => Err(Fault::new(
            node.place,
            "only text can be written in UTF-16",
            "put `wide` or `utf16…` before the other encodings",
        )),
    };
    Ok(match encoding {
        Encoding::Utf16Le => vec![wide(u16::to_le_bytes)?],
        Encoding::Utf16Be => vec![wide(u16::to_be_bytes)?],
        Encoding::Utf16Bom => {
            let mut bytes = vec![0xff, 0xfe];
            bytes.extend(wide(u16::to_le_bytes)?);
            vec![bytes]
        }
        Encoding::Base64 => vec![STANDARD.encode(value).into_bytes()],
        Encoding::Base64Offset => offsets(value),
    })
}

/// The value as it looks inside longer base64 text, at each of the three alignments, without the characters that
/// also depend on what stands before and after it.
fn offsets(value: &[u8]) -> Vec<Vec<u8>> {
    let variants = [(0, 0), (1, 2), (2, 3)].into_iter().map(|(padding, skip)| {
        let mut padded = vec![b' '; padding];
        padded.extend_from_slice(value);
        let cut = match padded.len() % 3 {
            0 => 0,
            1 => 3,
            _ => 2,
        };
        let text = STANDARD.encode(&padded);
        let end = text.len().saturating_sub(cut);
        text.get(skip..end).unwrap_or_default().as_bytes().to_vec()
    });
    variants.filter(|v| !v.is_empty()).collect()
}
