//! Which names are secret.

use super::RedactError;

/// Names that are secret, and the rule by which a longer name is one of them.
#[derive(Debug)]
pub(super) struct Keys {
    /// The names in lower case, without separators, by their last byte.
    by_end: Vec<Vec<Box<[u8]>>>,
    empty: bool,
}

/// Only the end of a longer name is looked at.
const LONGEST: usize = 256;
/// A name this long needs no new word to begin where it begins.
const TELLING: usize = 8;

impl Keys {
    pub(super) fn new(names: &[String]) -> Result<Self, RedactError> {
        let mut by_end = vec![Vec::new(); 256];
        for (number, name) in names.iter().enumerate() {
            let folded = Folded::of(name);
            let Some(&last) = folded.letters().last() else { return Err(RedactError::Key { number }) };
            by_end[usize::from(last)].push(folded.letters().into());
        }
        Ok(Self { by_end, empty: names.is_empty() })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.empty
    }

    /// Is the value under this name a secret?
    #[inline]
    pub(super) fn has(&self, name: &str) -> bool {
        if name.bytes().any(|byte| byte >= 0x80 || matches!(byte, b'\\' | b'%')) {
            return self.has_folded(name);
        }
        let name = name.as_bytes();
        let end = name.len() - name.iter().rev().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        let bare = end - name[..end].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        self.has_ending(&name[..end]) || bare < end && self.has_ending(&name[..bare])
    }

    /// Is a secret name the end of this plain one?
    #[inline]
    fn has_ending(&self, name: &[u8]) -> bool {
        let last = name.last().map_or(0, u8::to_ascii_lowercase);
        self.by_end[usize::from(last)].iter().any(|secret| {
            let start = ending(name, secret);
            start.is_some_and(|start| secret.len() >= TELLING || begins_word(name, start))
        })
    }

    /// The same for names with escapes or letters beyond ASCII.
    #[cold]
    fn has_folded(&self, name: &str) -> bool {
        let folded = Folded::of(name);
        let letters = folded.letters();
        let bare = letters.len() - letters.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        [letters.len(), bare].iter().any(|&length| {
            let last = letters[..length].last().copied().unwrap_or_default();
            self.by_end[usize::from(last)].iter().any(|secret| {
                letters[..length].ends_with(secret)
                    && (secret.len() >= TELLING || folded.begins_word(length - secret.len()))
            })
        })
    }
}

/// Where `secret`, in lower case, begins at the end of `name`, whose separators and letter case make no difference.
#[inline]
fn ending(name: &[u8], secret: &[u8]) -> Option<usize> {
    let mut rest = secret.iter().rev();
    let mut wanted = rest.next()?;
    for (at, byte) in name.iter().enumerate().rev() {
        if byte.to_ascii_lowercase() == *wanted {
            match rest.next() {
                Some(next) => wanted = next,
                None => return Some(at),
            }
        } else if byte.is_ascii_alphanumeric() {
            return None;
        }
    }
    None
}

/// Does a word of a plain name begin at `at`?
fn begins_word(name: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| name[before]) else { return true };
    let hump = name[at].is_ascii_uppercase()
        && (!before.is_ascii_uppercase() || name.get(at + 1).is_some_and(u8::is_ascii_lowercase));
    !before.is_ascii_alphanumeric() || hump
}

/// A name in lower case without its separators, and where its words began.
struct Folded {
    letters: [u8; LONGEST],
    begins: [bool; LONGEST],
    length: usize,
}

impl Folded {
    fn of(name: &str) -> Self {
        let mut folded = Self { letters: [0; LONGEST], begins: [false; LONGEST], length: 0 };
        let mut rest = &name[name.ceil_char_boundary(name.len().saturating_sub(LONGEST / 2))..];
        let (mut begins, mut was_upper) = (true, true);
        while let Some((letter, length, escape)) = first_letter(rest) {
            rest = &rest[length..];
            let upper = letter.is_uppercase();
            let hump = upper && (!was_upper || rest.chars().next().is_some_and(char::is_lowercase));
            if letter.is_alphanumeric() {
                folded.push(letter, begins || hump || escape);
                // The letter of an escaped line end, as in `\npassword`, belongs to no word.
                begins = escape;
                was_upper = upper;
            } else {
                begins = true;
            }
        }
        folded
    }

    fn push(&mut self, letter: char, begins: bool) {
        for lower in letter.to_lowercase() {
            let mut bytes = [0; 4];
            let bytes = lower.encode_utf8(&mut bytes).as_bytes();
            if let Some(place) = self.letters.get_mut(self.length..self.length + bytes.len()) {
                place.copy_from_slice(bytes);
                self.begins[self.length] = begins;
                self.length += bytes.len();
            }
        }
    }

    fn letters(&self) -> &[u8] {
        &self.letters[..self.length]
    }

    fn begins_word(&self, at: usize) -> bool {
        self.begins.get(at).copied().unwrap_or(false)
    }
}

/// The first letter of `text` with `\u0070`, `%70` and full-width forms undone; how many bytes it took; and whether it
/// is the letter of an escape such as `\n`.
fn first_letter(text: &str) -> Option<(char, usize, bool)> {
    let first = text.chars().next()?;
    let code = |from: usize, to: usize| u32::from_str_radix(text.get(from..to)?, 16).ok().and_then(char::from_u32);
    Some(match first {
        '%' => code(1, 3).map_or((first, 1, false), |letter| (letter, 3, false)),
        '\\' => match text.as_bytes().get(1) {
            Some(b'u') => code(2, 6).map_or((first, 1, false), |letter| (narrow(letter), 6, false)),
            Some(&letter @ (b'n' | b'r' | b't')) => (char::from(letter), 2, true),
            _ => (first, 1, false),
        },
        _ => (narrow(first), first.len_utf8(), false),
    })
}

/// Full-width forms have the order of ASCII.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Keys {
        Keys::new(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).expect("the names are good")
    }

    #[test]
    fn a_name_matches_whole_and_as_the_last_words() {
        let keys = keys(&["password", "token", "api_key", "set-cookie", "ключ"]);
        for name in [
            "password",
            "Password",
            "PASSWORD",
            "user.password",
            "db_password",
            "newPassword",
            "password2",
            "PGPASSWORD",
            "pass_word",
            "user[password]",
            "token",
            "X-Auth-Token",
            "accessToken",
            "API_TOKEN",
            "apikey",
            "X-Api-Key",
            "apiKey",
            "myAPIKey",
            "Set-Cookie",
            "setcookie",
            "pa\\u0073sword",
            "p%61ssword",
            "ｐａｓｓｗｏｒｄ",
            "\\ntoken",
            "toke\\u006e",
            "Ключ",
            "http.headers.x-api-key",
        ] {
            assert!(keys.has(name), "{name}");
        }
        for name in [
            "",
            "passwor",
            "password_policy",
            "tokens",
            "betoken",
            "token_count",
            "key",
            "api",
            "passwordless",
            "_",
            "\\",
        ] {
            assert!(!keys.has(name), "{name}");
        }
    }

    #[test]
    fn a_name_of_nothing_is_refused() {
        assert_eq!(Keys::new(&["a".to_owned(), "-_".to_owned()]).err(), Some(RedactError::Key { number: 1 }));
        assert!(!keys(&[]).has("password"));
    }
}
