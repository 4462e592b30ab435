//! Texts in quotes.

use super::Parser;
use crate::RuleError;
use crate::error::shorten;
use crate::expr::is_plain;
use std::ops::Range;

/// `text` as a value in a rule: bare if it is a plain word, else in double quotes. Whatever it holds, it stays one value.
///
/// ```
/// use tracework_rules::{Rule, quote};
///
/// let user = r#"x" or level >= TRACE or tag = "x"#;
/// let rule: Rule = format!("tag = {}", quote("PAYMENT")).parse()?;
/// assert_eq!(rule.to_string(), "tag = PAYMENT");
/// let rule: Rule = format!("message contains {}", quote(user)).parse()?;
/// assert_eq!(rule.subjects().count(), 1);
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
#[must_use]
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    if is_plain(text) {
        out.push_str(text);
    } else {
        // Writing to a text does not fail.
        _ = crate::expr::quoted(&mut out, text);
    }
    out
}

impl Parser<'_> {
    /// What stands between the quotes of the token at `span`. In a pattern, a backslash that is no escape of ours stays.
    pub(super) fn unquote(
        &self,
        raw: &str,
        double: bool,
        span: &Range<usize>,
        pattern: bool,
    ) -> Result<String, RuleError> {
        if !double {
            return Ok(raw.replace("''", "'"));
        }
        let mut text = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.find('\\') {
            text.push_str(&rest[..at]);
            let escape = &rest[at + 1..];
            match unescape(escape) {
                Some((character, length)) => {
                    text.push(character);
                    rest = &escape[length..];
                }
                None if pattern => {
                    text.push('\\');
                    rest = escape;
                }
                None => {
                    let start = span.start + 1 + (raw.len() - rest.len()) + at;
                    return Err(self.bad_escape(start, escape));
                }
            }
        }
        text.push_str(rest);
        Ok(text)
    }

    fn bad_escape(&self, start: usize, escape: &str) -> RuleError {
        let length = escape.chars().next().map_or(0, char::len_utf8);
        let shown = shorten(&escape[..length]);
        self.error(start..start + 1 + length, format!("`\\{shown}` is no escape"))
            .help("a backslash is written `\\\\`; in single quotes it is plain")
    }
}

/// The character that an escape stands for, and its length behind the backslash.
fn unescape(escape: &str) -> Option<(char, usize)> {
    let character = match escape.chars().next()? {
        mark @ ('\\' | '"' | '\'') => mark,
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        'u' => {
            let digits = escape.strip_prefix("u{")?.split_once('}')?.0;
            let plain = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = plain.then(|| u32::from_str_radix(digits, 16).ok()).flatten()?;
            return char::from_u32(number).map(|character| (character, digits.len() + 3));
        }
        _ => return None,
    };
    Some((character, 1))
}
