//! Secrets that are known by their shape.

use super::edit::Find;

/// A password that holds a `/` is not followed further than this.
const LONGEST_PASSWORD: usize = 256;

/// The places in `text` where `shape` stands, whatever its letter case if `shape` is in lower case and `any_case`.
fn places<'a>(text: &'a str, shape: &'a str, any_case: bool) -> impl Iterator<Item = usize> + 'a {
    let windows = text.as_bytes().windows(shape.len()).enumerate();
    let same = move |window: &[u8]| {
        if any_case { window.eq_ignore_ascii_case(shape.as_bytes()) } else { window == shape.as_bytes() }
    };
    windows.filter(move |(_, window)| same(window)).map(|(at, _)| at)
}

/// How many bytes from `at` on are wanted.
fn run(text: &str, at: usize, wanted: impl Fn(u8) -> bool) -> usize {
    run_within(text, at, usize::MAX, wanted)
}

/// How many bytes from `at` on, of `most` at the most, are wanted.
fn run_within(text: &str, at: usize, most: usize, wanted: impl Fn(u8) -> bool) -> usize {
    text.as_bytes()[at..].iter().take(most).take_while(|&&byte| wanted(byte)).count()
}

/// Does a word begin at `at`?
fn begins_word(text: &str, at: usize) -> bool {
    at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric()
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// JSON web tokens: `eyJ` and what follows it, up to five parts with dots between.
pub(super) fn jwt(text: &str, finds: &mut Vec<Find>) {
    let mut done = 0;
    for start in places(text, "eyJ", false) {
        if start < done || !begins_word(text, start) {
            continue;
        }
        let first = run(text, start, is_base64url);
        let mut end = start + first;
        for _ in 0..4 {
            if text.as_bytes().get(end) == Some(&b'.') {
                end += 1 + run(text, end + 1, is_base64url);
            }
        }
        if first > 10 && end > start + first + 1 {
            finds.push(Find::bare(start..end));
        }
        done = end;
    }
}

/// Ids of AWS access keys: `AKIA` or `ASIA` and sixteen capital letters or digits.
pub(super) fn aws(text: &str, finds: &mut Vec<Find>) {
    for shape in ["AKIA", "ASIA"] {
        for start in places(text, shape, false) {
            let length = run_within(text, start, 21, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            if length == 20 && begins_word(text, start) {
                finds.push(Find::bare(start..start + length));
            }
        }
    }
}

/// Private keys in PEM blocks, from the first line to the last one or, if it is missing, to the end of the text.
pub(super) fn private_key(text: &str, finds: &mut Vec<Find>) {
    let mut at = 0;
    while let Some(next) = text[at..].find("-----BEGIN ") {
        let start = at + next;
        at = start + "-----BEGIN ".len();
        let label = run(text, at, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ');
        if !text[at..at + label].contains("PRIVATE KEY") {
            continue;
        }
        let end = text[at + label..].find("-----END ").and_then(|end| {
            let end = at + label + end + "-----END ".len();
            text[end..].find("-----").map(|dashes| end + dashes + "-----".len())
        });
        at = end.unwrap_or(text.len());
        finds.push(Find::bare(start..at));
    }
}

/// `Bearer` and a word that looks like a token: eight characters with a digit among them, or sixteen.
pub(super) fn bearer(text: &str, finds: &mut Vec<Find>) {
    for start in places(text, "bearer", true) {
        let blanks = run(text, start + 6, |byte| matches!(byte, b' ' | b'\t'));
        let token = start + 6 + blanks;
        let length = run(text, token, |byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte));
        let digits = text[token..token + length].bytes().any(|byte| byte.is_ascii_digit());
        if blanks > 0 && begins_word(text, start) && length >= if digits { 8 } else { 16 } {
            finds.push(Find::bare(token..token + length));
        }
    }
}

/// Passwords in URLs.
pub(super) fn url_password(text: &str, finds: &mut Vec<Find>) {
    for start in places(text, "://", false) {
        let user = start + 3;
        let password = user + run(text, user, |byte| !ends_authority(byte) && !matches!(byte, b':' | b'@'));
        if text.as_bytes().get(password) != Some(&b':') {
            continue;
        }
        let password = password + 1;
        let length = run(text, password, |byte| !ends_authority(byte));
        // A password may hold an `@`; the last one divides. It should not hold a `/`, but some do: what is a number
        // up to there is a port, and no password.
        let at = text[password..password + length].rfind('@').or_else(|| {
            let port = text[password..password + length].bytes().all(|byte| byte.is_ascii_digit());
            let ahead = run_within(text, password, LONGEST_PASSWORD, |byte| !ends_word(byte));
            let ahead = text.floor_char_boundary(password + ahead);
            if port { None } else { text[password..ahead].rfind('@') }
        });
        if let Some(length) = at {
            finds.push(Find::bare(password..password + length));
        }
    }
}

fn ends_word(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_control() || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`')
}

fn ends_authority(byte: u8) -> bool {
    ends_word(byte) || matches!(byte, b'/' | b'?' | b'#')
}

/// Mail addresses.
pub(super) fn email(text: &str, finds: &mut Vec<Find>) {
    let bytes = text.as_bytes();
    let is_local = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte >= 0x80 || b"._%+-".contains(byte);
    for at in places(text, "@", false) {
        let local = bytes[..at].iter().rev().take_while(is_local).count();
        let domain = run(text, at + 1, |byte| byte.is_ascii_alphanumeric() || byte >= 0x80 || b".-".contains(&byte));
        let name = text[at + 1..at + 1 + domain].trim_end_matches(['.', '-']);
        let whole = name
            .rsplit_once('.')
            .is_some_and(|(host, top)| !host.is_empty() && top.len() >= 2 && top.chars().all(char::is_alphabetic));
        if local > 0 && whole {
            finds.push(Find::bare(at - local..at + 1 + name.len()));
        }
    }
}
