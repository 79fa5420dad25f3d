//! Reads messages of the domain name system, as they stood in packets: the first question and the answers.
//! A message may be anything, also built to make readers run in circles.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Most answers that are kept of one message.
const ANSWERS_MAX: usize = 32;
/// Most jumps within one name: each goes backwards, so this is generous.
const JUMPS_MAX: usize = 16;
/// Longest name, written out.
const NAME_MAX: usize = 255;
const HEADER: usize = 12;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// Ties an answer to its question.
    pub(crate) id: u16,
    /// It is an answer.
    pub(crate) response: bool,
    /// How the question went.
    pub(crate) code: u8,
    /// The name that was asked for.
    pub(crate) name: String,
    /// What of it: the number of the record type.
    pub(crate) kind: u16,
    /// What was answered, as text, with the addresses among it.
    pub(crate) answers: Vec<Answer>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// An address.
    Address(std::net::IpAddr),
    /// Anything else that can be shown.
    Text(String),
}

/// The message; `None` for bytes that are none, and for messages without a question.
pub(crate) fn parse(bytes: &[u8]) -> Option<Message> {
    let id = number(bytes, 0)?;
    let flags = number(bytes, 2)?;
    let (questions, answers) = (number(bytes, 4)?, number(bytes, 6)?);
    if questions == 0 {
        return None;
    }
    let (name, mut at) = name(bytes, HEADER)?;
    let kind = number(bytes, at)?;
    at += 4;
    for _ in 1..questions {
        at = self::name(bytes, at)?.1 + 4;
    }
    let mut read = Vec::new();
    for _ in 0..usize::from(answers).min(ANSWERS_MAX) {
        // What was cut off is not there; what stood before it is.
        let Some((answer, next)) = answer(bytes, at) else { break };
        read.extend(answer);
        at = next;
    }
    let (response, code) = (flags & 0x8000 != 0, (flags & 0xf) as u8);
    Some(Message { id, response, code, name, kind, answers: read })
}

fn answer(bytes: &[u8], at: usize) -> Option<(Option<Answer>, usize)> {
    let (_owner, at) = name(bytes, at)?;
    let kind = number(bytes, at)?;
    let length = usize::from(number(bytes, at + 8)?);
    let data = at + 10;
    let end = data.checked_add(length)?;
    let content = bytes.get(data..end)?;
    let answer = match kind {
        1 => <[u8; 4]>::try_from(content).ok().map(|ip| Answer::Address(Ipv4Addr::from(ip).into())),
        28 => {
            <[u8; 16]>::try_from(content).ok().map(|ip| Answer::Address(Ipv6Addr::from(ip).into()))
        }
        2 | 5 | 12 => name(bytes, data).map(|(name, _)| Answer::Text(name)),
        15 => name(bytes, data + 2).map(|(name, _)| Answer::Text(name)),
        16 => Some(Answer::Text(strings(content))),
        _ => None,
    };
    Some((answer, end))
}

/// The texts of a TXT record, one after the other.
fn strings(mut content: &[u8]) -> String {
    let mut text = String::new();
    while let Some((length, rest)) = content.split_first() {
        let (part, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        text.push_str(&shown(part));
        content = rest;
    }
    text
}

/// A name and where the next field begins.
fn name(bytes: &[u8], start: usize) -> Option<(String, usize)> {
    let (mut text, mut at, mut after, mut jumps) = (String::new(), start, None, 0);
    loop {
        let length = usize::from(*bytes.get(at)?);
        match length {
            0 => break,
            1..=63 => {
                let label = bytes.get(at + 1..at + 1 + length)?;
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&shown(label));
                at += 1 + length;
            }
            192..=255 => {
                let target = usize::from(number(bytes, at)? & 0x3fff);
                after = after.or(Some(at + 2));
                jumps += 1;
                if jumps > JUMPS_MAX || target >= at {
                    return None;
                }
                at = target;
            }
            _ => return None,
        }
        if text.len() > NAME_MAX * 4 {
            return None;
        }
    }
    Some((text, after.unwrap_or(at + 1)))
}

/// Letters as they are, anything else as its number: a name is shown to people.
fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'\\' | b'.' => text.extend(['\\', char::from(*byte)]),
            0x21..=0x7e => text.push(char::from(*byte)),
            b' ' => text.push(' '),
            other => text.push_str(&format!("\\{other:03}")),
        }
    }
    text
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(pair.try_into().ok()?))
}

/// The name of a record type.
pub(crate) fn kind_word(kind: u16) -> String {
    let word = match kind {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        10 => "NULL",
        12 => "PTR",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        33 => "SRV",
        35 => "NAPTR",
        52 => "TLSA",
        64 => "SVCB",
        65 => "HTTPS",
        252 => "AXFR",
        255 => "ANY",
        other => return other.to_string(),
    };
    word.to_owned()
}

/// The name of a response code.
pub(crate) fn code_word(code: u8) -> String {
    let word = match code {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        other => return other.to_string(),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Answer, parse};

    fn question() -> Vec<u8> {
        let mut bytes = vec![0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0];
        bytes.extend(b"\x03www\x07example\x03org\x00\x00\x01\x00\x01");
        bytes
    }

    fn answered() -> Vec<u8> {
        let mut bytes = question();
        bytes[2] = 0x81;
        bytes[7] = 3;
        bytes.extend(b"\xc0\x0c\x00\x05\x00\x01\0\0\0\x3c\x00\x06\x03web\xc0\x10");
        bytes.extend(b"\xc0\x2d\x00\x01\x00\x01\0\0\0\x3c\x00\x04\xc0\x00\x02\x07");
        bytes.extend(b"\xc0\x0c\x00\x10\x00\x01\0\0\0\x3c\x00\x05\x04a\"b\x01");
        bytes
    }

    #[test]
    fn a_question_is_read_with_its_name_and_type() {
        let message = parse(&question()).unwrap();
        assert_eq!((message.id, message.response, message.kind), (0x1234, false, 1));
        assert_eq!(message.name, "www.example.org");
    }

    #[test]
    fn answers_are_read_through_their_jumps() {
        let message = parse(&answered()).unwrap();
        assert!(message.response);
        assert_eq!(
            message.answers,
            [
                Answer::Text("web.example.org".into()),
                Answer::Address("192.0.2.7".parse().unwrap()),
                Answer::Text("a\"b\\001".into()),
            ]
        );
    }

    #[test]
    fn a_name_that_jumps_in_a_circle_is_refused() {
        let mut bytes = question();
        bytes.truncate(12);
        bytes.extend(b"\xc0\x0c\x00\x01\x00\x01");
        assert_eq!(parse(&bytes), None);
    }

    #[test]
    fn what_was_cut_keeps_what_stood_before() {
        let whole = answered();
        let message = parse(&whole[..whole.len() - 20]).unwrap();
        assert_eq!(message.answers.len(), 1);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _message = parse(&bytes);
        }

        #[test]
        fn bent_messages_never_panic(at in 0_usize..100, byte: u8, cut in 0_usize..100) {
            let mut bytes = answered();
            let length = bytes.len();
            bytes[at % length] = byte;
            bytes.truncate(cut.max(1));
            let _message = parse(&bytes);
        }
    }
}
