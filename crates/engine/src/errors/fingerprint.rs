//! What errors of one group have in common.

use tracework_core::Record;

/// The fingerprint of the error that `record` carries: a number made of its type, the place in the source that it was
/// logged at, and its message without what changes from one error to the next. Numbers, hexadecimal digits, UUIDs,
/// quoted texts and paths of the message count as one. It is the same in every run of the same program.
#[must_use]
pub fn fingerprint(record: &Record<'_>) -> Option<u64> {
    let error = record.error()?;
    let source = record.source();
    let mut hash = Fnv::default();
    hash.text(error.type_name().unwrap_or_default());
    match source.file {
        Some(file) => hash.text(file),
        None => hash.text(source.target),
    }
    hash.bytes(&source.line.unwrap_or(0).to_le_bytes());
    hash.text(&normalise(error.message()));
    Some(hash.0)
}

/// FNV-1a: the same everywhere and for ever.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// A text and its end.
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0xff]);
    }
}

/// Bytes of a message that are looked at.
const LONGEST: usize = 1 << 10;

/// The message with what changes replaced by a mark.
pub(crate) fn normalise(message: &str) -> String {
    let mut rest = &message[..message.floor_char_boundary(LONGEST)];
    let mut out = String::with_capacity(rest.len());
    let mut inside_word = false;
    while let Some(first) = rest.chars().next() {
        let (mark, length) = if inside_word { ("", 0) } else { variable(rest, first) };
        if length > 0 {
            out.push_str(mark);
            rest = &rest[length..];
            inside_word = false;
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            inside_word = first.is_alphanumeric() || first == '_';
        }
    }
    out
}

/// What `text` begins with, if that changes from one message to the next: its mark and its bytes.
fn variable(text: &str, first: char) -> (&'static str, usize) {
    match first {
        '"' | '\'' | '`' => match text[1..].find(first) {
            Some(end) => ("<text>", end + 2),
            None => ("", 0),
        },
        '/' | '\\' | '.' | '~' => path(text),
        _ if first.is_ascii_alphanumeric() => word(text),
        _ => ("", 0),
    }
}

fn path(text: &str) -> (&'static str, usize) {
    let end = text.find(|letter: char| letter.is_whitespace() || "\"'`,;()<>".contains(letter)).unwrap_or(text.len());
    let end = text[..end].trim_end_matches([':', '.']).len();
    let parted = text[..end].contains(['/', '\\']);
    if parted && end > 1 { ("<path>", end) } else { ("", 0) }
}

fn word(text: &str) -> (&'static str, usize) {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').unwrap_or(text.len());
    let bytes = &text.as_bytes()[..end];
    if is_uuid(bytes) {
        return ("<uuid>", end);
    }
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(text.len());
    let bytes = &text.as_bytes()[..end];
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let all_hex = bytes.iter().all(u8::is_ascii_hexdigit);
    if text.starts_with("0x") || all_hex && end >= 8 && bytes.iter().any(u8::is_ascii_digit) && digits < end {
        return ("<hex>", end);
    }
    if digits > 0 {
        // `30s` and `12ms` are a number and its unit; `1.5` is one number, and so is an address of numbers and dots.
        let number = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
        return ("<n>", text[..number].trim_end_matches('.').len());
    }
    // `C:\dir\file` is a path.
    if end == 1 && (text[1..].starts_with(":\\") || text[1..].starts_with(":/")) {
        return path(text);
    }
    ("", 0)
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if [8, 13, 18, 23].contains(&at) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_replaced() {
        for (message, normal) in [
            ("order 17 failed after 3.5 s", "order <n> failed after <n> s"),
            ("timeout of 30s", "timeout of <n>s"),
            ("user 'ann' has no \"role\"", "user <text> has no <text>"),
            ("no such row: 550e8400-e29b-41d4-a716-446655440000", "no such row: <uuid>"),
            ("block deadbeef12 at 0x7fff12 is bad", "block <hex> at <hex> is bad"),
            ("cannot open /var/log/app.log: denied", "cannot open <path>: denied"),
            ("cannot open C:\\logs\\a.txt, denied", "cannot open <path>, denied"),
            ("connect 10.0.0.1:5432 refused", "connect <n>:<n> refused"),
            ("utf8 and sha256 stay", "utf8 and sha256 stay"),
            ("it's fine", "it's fine"),
            ("deadbeef", "deadbeef"),
            ("either / or", "either / or"),
            ("", ""),
        ] {
            assert_eq!(normalise(message), normal, "{message}");
        }
    }

    #[test]
    fn hostile_messages_end() {
        for message in
            ["\"".repeat(5_000), "/".repeat(5_000), "ä".repeat(5_000), "0x".into(), "-".repeat(40), "\\".into()]
        {
            assert!(normalise(&message).len() <= message.len() + LONGEST, "{message}");
        }
    }
}
