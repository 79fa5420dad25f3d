//! Text folded in one pass of eight bytes at a time, also where it has the escapes of JSON.

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

/// Writes ASCII text in lower case, with eight zeros behind it, over what is in `folded`. `false` when the text is not
/// all ASCII.
pub(crate) fn fold_plain(text: &[u8], folded: &mut Vec<u8>) -> bool {
    let (eights, rest) = text.as_chunks::<8>();
    folded.resize((eights.len() + 2) * 8, 0);
    let (places, _) = folded.as_chunks_mut::<8>();
    let mut all = 0;
    for (place, eight) in places.iter_mut().zip(eights) {
        let word = u64::from_le_bytes(*eight);
        all |= word;
        *place = lowercase(word).to_le_bytes();
    }
    let last = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    all |= last;
    for (place, word) in places.iter_mut().skip(eights.len()).zip([lowercase(last), 0]) {
        *place = word.to_le_bytes();
    }
    folded.truncate(text.len() + 8);
    all & HIGH == 0
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
        fn folding_plain_text_is_lower_case_with_zeros_behind(
            text in "[a-zA-Z@\\[`{/ 0-9]{0,40}", before in "[a-z]{0,60}", beyond in "é?",
        ) {
            let mut folded = before.into_bytes();
            prop_assert!(super::fold_plain(text.as_bytes(), &mut folded));
            let expected = [text.to_ascii_lowercase().as_bytes(), &[0; 8]].concat();
            prop_assert_eq!(&folded, &expected);
            let whole = super::fold_plain(format!("{text}{beyond}{text}").as_bytes(), &mut folded);
            prop_assert_eq!(whole, beyond.is_empty());
        }

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
