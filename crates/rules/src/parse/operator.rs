//! Reading an operator and its values.

use super::lexer::{Sign, Token, TokenKind};
use super::{MAX_LIST, Parser};
use crate::RuleError;
use crate::error::shorten;
use crate::expr::{Number, Order, Subject};
use std::ops::Range;
use tracework_core::nearest;

/// What is asked, without its values.
#[derive(Clone, Debug)]
pub(super) struct Operator {
    pub(super) what: What,
    pub(super) negated: bool,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    Equal,
    In,
    Ordered(Order),
    Contains,
    StartsWith,
    EndsWith,
    Under,
    Matches,
    Exists,
}

impl What {
    /// As a rule writes it.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::In => "in",
            Self::Ordered(order) => order.sign(),
            Self::Contains => "contains",
            Self::StartsWith => "starts with",
            Self::EndsWith => "ends with",
            Self::Under => "under",
            Self::Matches => "~",
            Self::Exists => "exists",
        }
    }
}

/// A value as it is written.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub(super) text: String,
    /// Was it in quotes?
    pub(super) quoted: bool,
    pub(super) span: Range<usize>,
}

impl Literal {
    /// The number that it asks for: it is a bare one.
    pub(super) fn number(&self) -> Option<Number> {
        if self.quoted { None } else { Number::read(&self.text) }
    }
}

const WORDS: [(&str, What); 6] = [
    ("in", What::In),
    ("contains", What::Contains),
    ("starts", What::StartsWith),
    ("ends", What::EndsWith),
    ("under", What::Under),
    ("exists", What::Exists),
];

/// What other languages call our operators.
const HABITS: [(&str, &str); 9] = [
    ("is", "`=`"),
    ("eq", "`=`"),
    ("equals", "`=`"),
    ("matches", "`~`"),
    ("like", "`contains` or `~`"),
    ("has", "`contains` or `exists`"),
    ("between", "`>=` and `<=`, joined by `and`"),
    ("startswith", "`starts with`"),
    ("endswith", "`ends with`"),
];

impl<'s> Parser<'s> {
    /// Reads the operator behind `subject`.
    pub(super) fn operator(&mut self, subject: &Subject, behind: &Range<usize>) -> Result<Operator, RuleError> {
        match self.next.kind {
            TokenKind::Sign(sign) => {
                let (what, negated) = match sign {
                    Sign::Equal => (What::Equal, false),
                    Sign::NotEqual => (What::Equal, true),
                    Sign::Ordered(order) => (What::Ordered(order), false),
                    Sign::Matches => (What::Matches, false),
                    Sign::NotMatches => (What::Matches, true),
                };
                Ok(Operator { what, negated, span: self.take()?.span })
            }
            TokenKind::Word(word) if !["and", "or"].iter().any(|joint| word.eq_ignore_ascii_case(joint)) => {
                self.operator_of_words()
            }
            _ => {
                let error = self.error(behind.clone(), format!("an operator is missing behind `{subject}`"));
                Err(error.help(format!("`{subject} exists` asks whether it is there, `{subject} = ..` for a value")))
            }
        }
    }

    fn operator_of_words(&mut self) -> Result<Operator, RuleError> {
        let start = self.next.span.start;
        let negated = self.take_word("not")?;
        let TokenKind::Word(word) = self.next.kind else {
            return Err(self.unexpected("`in`, `contains`, `starts with`, `ends with`, `under` or `exists`"));
        };
        let Some(&(_, what)) = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) else {
            return Err(self.unknown_operator(word));
        };
        let mut end = self.take()?.span.end;
        if matches!(what, What::StartsWith | What::EndsWith) {
            let with = self.next.span.end;
            if !self.take_word("with")? {
                return Err(self.unexpected("`with`").help(format!("the operator is `{}`", what.sign())));
            }
            end = with;
        }
        Ok(Operator { what, negated, span: start..end })
    }

    fn unknown_operator(&self, word: &str) -> RuleError {
        let error = self.error(self.next.span.clone(), format!("`{}` is no operator", shorten(word)));
        if let Some((_, ours)) = HABITS.iter().find(|(habit, _)| habit.eq_ignore_ascii_case(word)) {
            return error.help(format!("write {ours}"));
        }
        match nearest(word, WORDS.iter().map(|&(known, _)| known)) {
            Some(known) => error.help(format!("did you mean `{known}`?")),
            None => error.help("there are = != < <= > >= ~ !~, in, contains, starts with, ends with, under and exists"),
        }
    }

    /// Reads the values that `operator` takes.
    pub(super) fn values(&mut self, operator: &Operator) -> Result<Vec<Literal>, RuleError> {
        match operator.what {
            What::Exists => Ok(Vec::new()),
            What::In => self.list(),
            what => Ok(vec![self.value(what)?]),
        }
    }

    fn list(&mut self) -> Result<Vec<Literal>, RuleError> {
        if self.next.kind != TokenKind::Open {
            return Err(self.unexpected("`(`").help("a list is written `in (PAYMENT, BILLING)`"));
        }
        let open = self.take()?.span;
        let mut values = Vec::new();
        loop {
            values.push(self.value(What::In)?);
            if values.len() > MAX_LIST {
                return Err(self.error(open, format!("the list has more than {MAX_LIST} values")));
            }
            let following = match self.next.kind {
                TokenKind::Comma | TokenKind::Close => self.take()?.kind,
                TokenKind::End => return Err(self.error(open, "this list is never closed")),
                _ => return Err(self.unexpected("`,` or `)`")),
            };
            if following == TokenKind::Close {
                return Ok(values);
            }
        }
    }

    fn value(&mut self, what: What) -> Result<Literal, RuleError> {
        let expected = || format!("a value for `{}`", what.sign());
        match self.next.kind {
            TokenKind::Word(word) if ["and", "or", "not"].iter().any(|own| word.eq_ignore_ascii_case(own)) => Err(self
                .unexpected(&expected())
                .help(format!("`{word}` is a word of the language; in quotes it is a value"))),
            TokenKind::Word(word) => Ok(Literal { text: word.to_owned(), quoted: false, span: self.take()?.span }),
            TokenKind::Quoted { raw, double } => {
                let Token { span, .. } = self.take()?;
                let text = self.unquote(raw, double, &span, what == What::Matches)?;
                Ok(Literal { text, quoted: true, span })
            }
            TokenKind::Open => Err(self.unexpected(&expected()).help("a list is asked for by `in`")),
            _ => Err(self.unexpected(&expected())),
        }
    }
}
