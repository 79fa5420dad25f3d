//! Passwords: one-time ones drawn here, all of them kept as Argon2id hashes.

use argon2::{
    Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _, password_hash::SaltString,
};

use crate::{AccessError, Refusal, Result};

/// Letters and digits that are not taken for one another; 32 of them.
const ALPHABET: [char; 32] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'u', 'v',
    'w', 'x', 'y', 'z', '2', '3', '4', '5', '6', '7', '8', '9', '+',
];
const GROUPS: usize = 4;
const GROUP: usize = 5;
const SHORTEST: usize = 12;
const LONGEST: usize = 256;

/// A password for one sign-in: 100 random bits, easy to read aloud.
pub(crate) fn one_time() -> String {
    let group = || (0..GROUP).map(|_| letter(rand::random())).collect::<String>();
    (0..GROUPS).map(|_| group()).collect::<Vec<_>>().join("-")
}

fn letter(byte: u8) -> char {
    ALPHABET.get(usize::from(byte) % ALPHABET.len()).copied().unwrap_or('x')
}

/// Refuses what is too easily guessed.
pub(crate) fn judge(name: &str, current: &str, new: &str) -> Result<(), Refusal> {
    if new.chars().count() < SHORTEST {
        return Err(Refusal::WeakPassword("the new password needs at least 12 characters"));
    }
    if new.len() > LONGEST {
        return Err(Refusal::WeakPassword("the new password is longer than 256 bytes"));
    }
    if new == current {
        return Err(Refusal::WeakPassword("the new password is the old one"));
    }
    if new.to_lowercase().contains(&name.to_lowercase()) && new.len() < name.len() + SHORTEST {
        return Err(Refusal::WeakPassword("the new password is little more than the name"));
    }
    let mut letters: Vec<char> = new.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 4 {
        return Err(Refusal::WeakPassword("the new password repeats itself too much"));
    }
    Ok(())
}

/// Hashes a password.
pub(crate) fn hash(password: &str) -> Result<String> {
    let wrong = |why: argon2::password_hash::Error| AccessError::Hash(why.to_string());
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(wrong)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(wrong)?.to_string())
}

/// Whether this is the password. Without a hash the work is done all the same, so that the time taken does not
/// tell which names exist.
pub(crate) fn verify(password: &str, kept: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let password = if password.len() > LONGEST { "" } else { password };
    let Ok(parsed) = PasswordHash::new(kept.unwrap_or(NOBODY)) else { return false };
    let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    right && kept.is_some()
}
