//! Reading a rule: `any`, `all` and `unary` of the grammar.

mod build;
mod lexer;
mod operator;
mod quote;
mod subject;

pub use quote::quote;

use crate::RuleError;
use crate::error::shorten;
use crate::expr::{Node, Subject};
use lexer::{Lexer, Token, TokenKind};
use std::ops::Range;

/// Bytes of a rule, as written and as printed.
pub(crate) const MAX_SOURCE: usize = 16 << 10;
/// Parentheses in each other.
const MAX_DEPTH: usize = 64;
/// Values in one list.
const MAX_LIST: usize = 1024;

/// Reads a rule; gives its tree and its canonical text.
pub(crate) fn parse(source: &str) -> Result<(Node, String), RuleError> {
    if source.len() > MAX_SOURCE {
        let long = format!("the rule is {} bytes long; {MAX_SOURCE} are the most", source.len());
        return Err(RuleError::new(source, MAX_SOURCE..source.len(), long));
    }
    let mut parser = Parser::new(source)?;
    let root = parser.rule()?;
    let text = root.to_string();
    if text.len() > MAX_SOURCE {
        let long = format!("the rule is {} bytes long when printed; {MAX_SOURCE} are the most", text.len());
        return Err(parser.error(0..source.len(), long));
    }
    Ok((root, text))
}

/// Reads what a test looks at, alone.
pub(crate) fn subject(source: &str) -> Result<Subject, RuleError> {
    if source.len() > MAX_SOURCE {
        return Err(RuleError::new(source, MAX_SOURCE..source.len(), "that is too long for a subject"));
    }
    let mut parser = Parser::new(source)?;
    let (subject, _) = parser.subject()?;
    match parser.next.kind {
        TokenKind::End => Ok(subject),
        _ => Err(parser.unexpected("the end").help("a subject stands alone here, as `target` or `field.user_id`")),
    }
}

/// The tokens of a rule, the next one in hand.
struct Parser<'s> {
    source: &'s str,
    lexer: Lexer<'s>,
    next: Token<'s>,
    depth: usize,
    patterns: usize,
}

impl<'s> Parser<'s> {
    fn new(source: &'s str) -> Result<Self, RuleError> {
        let mut lexer = Lexer::new(source);
        let next = lexer.next()?;
        Ok(Self { source, lexer, next, depth: 0, patterns: 0 })
    }

    /// Takes the next token.
    fn take(&mut self) -> Result<Token<'s>, RuleError> {
        let following = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.next, following))
    }

    /// Takes the next token if it is this word of the language.
    fn take_word(&mut self, word: &str) -> Result<bool, RuleError> {
        let found = self.next.is_word(word);
        if found {
            self.take()?;
        }
        Ok(found)
    }

    fn error(&self, span: Range<usize>, message: impl Into<String>) -> RuleError {
        RuleError::new(self.source, span, message)
    }

    /// The error that something else stands where `expected` should.
    fn unexpected(&self, expected: &str) -> RuleError {
        let found = match self.next.kind {
            TokenKind::End => "the rule ends".to_owned(),
            _ => format!("`{}` stands", shorten(&self.source[self.next.span.clone()])),
        };
        self.error(self.next.span.clone(), format!("{found} where {expected} is expected"))
    }

    fn rule(&mut self) -> Result<Node, RuleError> {
        if self.next.kind == TokenKind::End {
            return Err(self
                .error(self.next.span.clone(), "the rule is empty")
                .help("say what is asked for, as in `level >= ERROR and tag = PAYMENT`"));
        }
        let root = self.any()?;
        match self.next.kind {
            TokenKind::End => Ok(root),
            TokenKind::Close => Err(self.error(self.next.span.clone(), "this parenthesis closes nothing")),
            _ => Err(self
                .unexpected("`and`, `or` or the end")
                .help("tests are joined by `and` and `or`; a text of several words needs quotes")),
        }
    }

    fn any(&mut self) -> Result<Node, RuleError> {
        let mut parts = vec![self.all()?];
        while self.take_word("or")? {
            parts.push(self.all()?);
        }
        Ok(Node::any(parts))
    }

    fn all(&mut self) -> Result<Node, RuleError> {
        let mut parts = vec![self.unary()?];
        while self.take_word("and")? {
            parts.push(self.unary()?);
        }
        Ok(Node::all(parts))
    }

    fn unary(&mut self) -> Result<Node, RuleError> {
        let mut negated = false;
        while self.take_word("not")? {
            negated = !negated;
        }
        let node = if self.next.kind == TokenKind::Open { self.group()? } else { self.test()? };
        Ok(if negated { node.negate() } else { node })
    }

    fn group(&mut self) -> Result<Node, RuleError> {
        let open = self.take()?.span;
        self.deepen(&open)?;
        let node = self.any()?;
        self.depth -= 1;
        if self.next.kind == TokenKind::Close {
            self.take()?;
            return Ok(node);
        }
        if self.next.kind == TokenKind::End {
            return Err(self.error(open, "this parenthesis is never closed"));
        }
        Err(self.unexpected("`and`, `or` or `)`"))
    }

    /// Counts one more parenthesis around what follows.
    fn deepen(&mut self, open: &Range<usize>) -> Result<(), RuleError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(open.clone(), format!("more than {MAX_DEPTH} parentheses in each other")));
        }
        Ok(())
    }

    fn test(&mut self) -> Result<Node, RuleError> {
        let (subject, subject_span) = self.subject()?;
        let operator = self.operator(&subject, &subject_span)?;
        let values = self.values(&operator)?;
        let negated = operator.negated;
        let node = self.build(subject, &operator, values)?;
        Ok(if negated { node.negate() } else { node })
    }
}
