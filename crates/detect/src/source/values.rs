//! Turns a JSON list of events, or events written over several lines, into one line for each event.
//!
//! It only looks for strings and brackets. Whether a value is JSON is seen when it is read.

/// Where in the text we are.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// Depth of brackets within the value; 0 between values.
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Values {
    /// Reads on, and adds what it found to `lines`.
    pub(super) fn feed(&mut self, text: &[u8], lines: &mut Vec<u8>) {
        for byte in text {
            if self.in_string {
                self.in_string(*byte, lines);
            } else {
                self.between(*byte, lines);
            }
        }
    }

    fn in_string(&mut self, byte: u8, lines: &mut Vec<u8>) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => self.in_string = false,
            _ => {}
        }
        // A string has no line breaks in JSON; one here must not become a line of ours.
        lines.push(if byte == b'\n' { b' ' } else { byte });
    }

    fn between(&mut self, byte: u8, lines: &mut Vec<u8>) {
        match byte {
            // The list around the events, and what separates them.
            b'[' | b']' | b',' if self.depth == 0 => {}
            b'\n' | b'\r' | b'\t' | b' ' => {}
            b'{' | b'[' => {
                self.depth += 1;
                lines.push(byte);
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                lines.push(byte);
                if self.depth == 0 {
                    lines.push(b'\n');
                }
            }
            b'"' => {
                self.in_string = true;
                lines.push(byte);
            }
            _ => lines.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Values;

    fn lines(parts: &[&str]) -> String {
        let mut values = Values::default();
        let mut lines = Vec::new();
        parts.iter().for_each(|part| values.feed(part.as_bytes(), &mut lines));
        String::from_utf8(lines).unwrap()
    }

    #[test]
    fn a_list_becomes_lines_wherever_it_is_cut() {
        let text = "[\n {\"a\": \"x ] } \\\" y\", \"b\": [1, 2]},\n {\"c\": {}}\n]";
        let expected = "{\"a\":\"x ] } \\\" y\",\"b\":[1,2]}\n{\"c\":{}}\n";
        for cut in 0..text.len() {
            assert_eq!(lines(&[&text[..cut], &text[cut..]]), expected);
        }
    }
}
