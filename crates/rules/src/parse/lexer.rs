//! A rule as words, signs and quoted texts.

use crate::RuleError;
use crate::error::shorten;
use crate::expr::Order;
use std::ops::Range;

/// A piece of a rule and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token<'s> {
    pub(super) kind: TokenKind<'s>,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TokenKind<'s> {
    /// A run of word characters.
    Word(&'s str),
    /// What stands between quotes, not yet decoded.
    Quoted {
        raw: &'s str,
        double: bool,
    },
    /// `=` and its like.
    Sign(Sign),
    Open,
    Close,
    Comma,
    End,
}

/// An operator that is not a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sign {
    Equal,
    NotEqual,
    Ordered(Order),
    Matches,
    NotMatches,
}

impl Token<'_> {
    /// Is it this word of the language, in either case?
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.kind, TokenKind::Word(own) if own.eq_ignore_ascii_case(word))
    }
}

/// Cuts a rule into tokens.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

/// The signs, the longer before those they begin with.
const SIGNS: [(&str, Sign); 9] = [
    ("==", Sign::Equal),
    ("!=", Sign::NotEqual),
    ("!~", Sign::NotMatches),
    ("<=", Sign::Ordered(Order::LessOrEqual)),
    (">=", Sign::Ordered(Order::GreaterOrEqual)),
    ("=", Sign::Equal),
    ("<", Sign::Ordered(Order::Less)),
    (">", Sign::Ordered(Order::Greater)),
    ("~", Sign::Matches),
];

/// What people write out of habit, and what it is called here.
const HABITS: [(&str, &str); 9] = [
    ("=~", "`~`"),
    ("=>", "`>=`"),
    ("=<", "`<=`"),
    ("<>", "`!=`"),
    ("&&", "`and`"),
    ("||", "`or`"),
    ("!", "`not`"),
    ("&", "`and`"),
    ("|", "`or`"),
];

impl<'s> Lexer<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, at: 0 }
    }

    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    /// The next token; `End` for ever after the last.
    pub(super) fn next(&mut self) -> Result<Token<'s>, RuleError> {
        self.at += self.rest().len() - self.rest().trim_start().len();
        let start = self.at;
        let kind = match self.rest().chars().next() {
            None => TokenKind::End,
            Some('(') => self.punctuation(TokenKind::Open),
            Some(')') => self.punctuation(TokenKind::Close),
            Some(',') => self.punctuation(TokenKind::Comma),
            Some(mark @ ('"' | '\'')) => self.quoted(mark == '"')?,
            Some(first) if is_word(first) => self.word(),
            Some(first) => self.sign(first)?,
        };
        Ok(Token { kind, span: start..self.at })
    }

    fn punctuation(&mut self, kind: TokenKind<'s>) -> TokenKind<'s> {
        self.at += 1;
        kind
    }

    fn word(&mut self) -> TokenKind<'s> {
        let rest = self.rest();
        let end = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
        self.at += end;
        TokenKind::Word(&rest[..end])
    }

    fn quoted(&mut self, double: bool) -> Result<TokenKind<'s>, RuleError> {
        let body = &self.rest()[1..];
        let end = if double { double_end(body) } else { single_end(body) };
        let Some(end) = end else {
            let error = RuleError::new(self.source, self.at..self.at + 1, "this quote is never closed");
            return Err(if double { error } else { error.help("a single quote in single quotes is written twice") });
        };
        self.at += end + 2;
        Ok(TokenKind::Quoted { raw: &body[..end], double })
    }

    fn sign(&mut self, first: char) -> Result<TokenKind<'s>, RuleError> {
        let rest = self.rest();
        let habit = HABITS.iter().find(|(habit, _)| rest.starts_with(habit));
        let sign = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
        match (sign, habit) {
            (Some((text, sign)), habit) if habit.is_none_or(|(habit, _)| habit.len() <= text.len()) => {
                self.at += text.len();
                Ok(TokenKind::Sign(*sign))
            }
            (_, Some((habit, ours))) => {
                let span = self.at..self.at + habit.len();
                let error = RuleError::new(self.source, span, format!("`{habit}` is no operator"));
                Err(error.help(format!("write {ours}")))
            }
            _ => {
                let span = self.at..self.at + first.len_utf8();
                let message = format!("`{}` has no place outside quotes", shorten(&first.to_string()));
                Err(RuleError::new(self.source, span, message).help("put the whole text into quotes"))
            }
        }
    }
}

/// Where the double-quoted `body` ends: a quote without a backslash before it.
fn double_end(body: &str) -> Option<usize> {
    let mut escaped = false;
    body.bytes().position(|byte| {
        let end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        end
    })
}

/// Where the single-quoted `body` ends: a quote that is not one of a pair.
fn single_end(body: &str) -> Option<usize> {
    let bytes = body.as_bytes();
    let mut at = 0;
    loop {
        at += bytes[at..].iter().position(|&byte| byte == b'\'')?;
        if bytes.get(at + 1) != Some(&b'\'') {
            return Some(at);
        }
        at += 2;
    }
}

/// May it stand in a bare word?
fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | ':' | '/' | '-' | '@' | '$' | '%' | '+' | '#' | '*')
}
