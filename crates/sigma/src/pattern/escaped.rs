//! Text with the escapes of JSON, unescaped and folded in one pass of eight bytes at a time.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Appends the folded meaning. `false`, with nothing appended, for what is not that simple: text that is not all ASCII,
/// and `\u`.
pub(super) fn fold_into(text: &str, folded: &mut Vec<u8>) -> bool {
    let start = folded.len();
    let done = fold_simple(text.as_bytes(), folded).is_some();
    if !done {
        folded.truncate(start);
    }
    done
}

fn fold_simple(text: &[u8], folded: &mut Vec<u8>) -> Option<()> {
    folded.reserve(text.len() + 8);
    let mut rest = text;
    while let Some(chunk) = rest.first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        if word & HIGH != 0 {
            return None;
        }
        let lower = lowercase(word).to_le_bytes();
        let Some(at) = first_backslash(word) else {
            folded.extend_from_slice(&lower);
            rest = rest.get(8..)?;
            continue;
        };
        folded.extend_from_slice(lower.get(..at)?);
        folded.push(meaning(*rest.get(at + 1)?)?);
        rest = rest.get(at + 2..)?;
    }
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\\' => {
                let (escape, after) = rest.split_first()?;
                folded.push(meaning(*escape)?);
                rest = after;
            }
            byte if byte.is_ascii() => folded.push(byte.to_ascii_lowercase()),
            _ => return None,
        }
    }
    Some(())
}

/// What stands for an escape of one letter.
fn meaning(escape: u8) -> Option<u8> {
    match escape {
        b'"' | b'\\' | b'/' => Some(escape),
        b'n' => Some(b'\n'),
        b't' => Some(b'\t'),
        b'r' => Some(b'\r'),
        b'b' => Some(8),
        b'f' => Some(12),
        _ => None,
    }
}

/// The eight ASCII letters in lower case.
fn lowercase(word: u64) -> u64 {
    // The highest bit of each byte tells whether it is at least `A`, and whether it is beyond `Z`.
    let from_a = word.wrapping_add(LOW * (128 - 65));
    let beyond_z = word.wrapping_add(LOW * (128 - 91));
    word | (from_a & !beyond_z & HIGH) >> 2
}

/// Where the first backslash stands.
fn first_backslash(word: u64) -> Option<usize> {
    let differs = word ^ (LOW * 92);
    let found = differs.wrapping_sub(LOW) & !differs & HIGH;
    (found != 0).then(|| usize::try_from(found.trailing_zeros() / 8).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::event::Value;
    use crate::pattern::{fold, fold_into_bytes};

    proptest! {
        #[test]
        fn folding_escaped_text_is_folding_its_meaning(text in "[a-zA-Z@\\[`{/\\\\\"\\n\\x01é€Ä]{0,40}") {
            let json = serde_json::to_string(&text).unwrap();
            let inner = &json[1..json.len() - 1];
            let (mut folded, mut buffer) = (b"x".to_vec(), String::new());
            prop_assert!(fold_into_bytes(Value::Escaped(inner), &mut folded, &mut buffer));
            prop_assert_eq!(String::from_utf8(folded).unwrap(), format!("x{}", fold(&text)));
        }
    }
}
