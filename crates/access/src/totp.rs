//! Codes that change with time (RFC 6238), and the codes that help when the device that makes them is lost.
//!
//! The common form that every authenticator knows: SHA-1, six digits, thirty seconds.

use bartizan_model::Timestamp;
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

use crate::secret;

/// Seconds that a code stands.
const STEP_SECONDS: u64 = 30;
/// A clock may be wrong by so many steps.
const STEPS_OFF: u64 = 1;
const DIGITS: usize = 6;
/// Bytes of a secret, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// How many recovery codes somebody gets.
pub(crate) const RECOVERY_CODES: usize = 10;

/// A new secret.
pub(crate) fn draw() -> Vec<u8> {
    secret::draw().into_iter().take(SECRET_BYTES).collect()
}

/// The secret as people type it.
pub(crate) fn text(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// What an authenticator reads from a picture.
pub(crate) fn url(name: &str, house: &str, secret: &[u8]) -> String {
    let (name, house) = (escaped(name), escaped(house));
    let secret = text(secret);
    format!(
        "otpauth://totp/{house}:{name}?secret={secret}&issuer={house}&algorithm=SHA1&digits=6&period=30"
    )
}

/// The step whose code this is, if it is one of about now.
pub(crate) fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Option<u64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = u64::try_from(now.millis()).ok()? / 1_000;
    let middle = seconds / STEP_SECONDS;
    let near = middle.saturating_sub(STEPS_OFF)..=middle + STEPS_OFF;
    // All are looked at, so that the time taken tells nothing.
    near.fold(None, |found, step| {
        let right = same(&code_of(secret, step), &code);
        if right { Some(step) } else { found }
    })
}

/// Ten codes of 80 bits, each to be used once; and what is kept of them.
pub(crate) fn recovery_codes() -> (Vec<String>, Vec<[u8; 32]>) {
    let codes: Vec<String> = (0..RECOVERY_CODES)
        .map(|_| {
            let bytes: Vec<u8> = secret::draw().into_iter().take(10).collect();
            let text = BASE32_NOPAD.encode(&bytes).to_lowercase();
            let (first, second) = text.split_at(text.len() / 2);
            format!("{first}-{second}")
        })
        .collect();
    let hashes = codes.iter().map(|code| recovery_hash(code)).collect();
    (codes, hashes)
}

/// What is kept of a recovery code, however it is typed.
pub(crate) fn recovery_hash(code: &str) -> [u8; 32] {
    let typed: String = code.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    secret::hash(typed.to_lowercase().as_bytes())
}

pub(crate) fn code_of(secret: &[u8], step: u64) -> String {
    let number = truncated(secret, step) % 1_000_000;
    format!("{number:06}")
}

/// The dynamic truncation of RFC 4226: 31 bits of the MAC, from where its last four bits say.
fn truncated(secret: &[u8], step: u64) -> u32 {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return 0 };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last().copied().unwrap_or_default() & 0x0f);
    let part = digest.iter().skip(offset).take(4);
    part.fold(0, |number, byte| (number << 8) | u32::from(*byte)) & 0x7fff_ffff
}

/// Compares without stopping at the first difference.
fn same(one: &str, two: &str) -> bool {
    one.len() == two.len() && one.bytes().zip(two.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59_u64, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(truncated(secret, seconds / STEP_SECONDS) % 100_000_000, code, "{seconds}");
        }
    }

    #[test]
    fn a_code_stands_for_a_step_before_and_after_and_no_longer() {
        let secret = draw();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        let code = code_of(&secret, 1_000);
        assert_eq!(step_of(&secret, &code, at(30_000)), Some(1_000));
        assert_eq!(
            step_of(&secret, &format!("{} {}", &code[..3], &code[3..]), at(30_059)),
            Some(1_000)
        );
        assert_eq!(step_of(&secret, &code, at(29_970)), Some(1_000));
        assert_ne!(step_of(&secret, &code, at(30_090)), Some(1_000));
        for wrong in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(step_of(&secret, wrong, at(30_000)), None);
        }
    }

    #[test]
    fn an_authenticator_reads_name_and_house_whatever_stands_in_them() {
        let url = url("ann@x y", "Bartizan & Co", b"12345678901234567890");
        assert_eq!(
            url,
            "otpauth://totp/Bartizan%20%26%20Co:ann%40x%20y?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Bartizan%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
    }
}
