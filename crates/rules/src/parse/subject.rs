//! Reading what a test looks at.

use super::Parser;
use super::lexer::TokenKind;
use crate::RuleError;
use crate::error::shorten;
use crate::expr::Subject;
use std::ops::Range;
use tracework_core::nearest;

const PREFIXES: [&str; 3] = ["field", "context", "metadata"];

/// What other tools call our subjects.
const HABITS: [(&str, &str); 9] = [
    ("lvl", "level"),
    ("priority", "level"),
    ("msg", "message"),
    ("body", "message"),
    ("logger", "target"),
    ("tags", "tag"),
    ("labels", "tag"),
    ("spans", "span"),
    ("thread_name", "thread"),
];

impl Parser<'_> {
    /// Reads a subject; says where it stands.
    pub(super) fn subject(&mut self) -> Result<(Subject, Range<usize>), RuleError> {
        let TokenKind::Word(word) = self.next.kind else {
            return Err(self
                .unexpected("a test")
                .help("a test is a subject, an operator and a value: `tag = PAYMENT`"));
        };
        if ["and", "or"].iter().any(|joint| word.eq_ignore_ascii_case(joint)) {
            return Err(self.unexpected("a test"));
        }
        let mut span = self.take()?.span;
        if let Some((_, subject)) = Subject::WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) {
            return Ok((subject.clone(), span));
        }
        let Some((prefix, name)) = word.split_once('.') else { return Err(self.unknown_subject(word, span)) };
        let Some(prefix) = PREFIXES.iter().find(|known| known.eq_ignore_ascii_case(prefix)) else {
            return Err(self.unknown_subject(word, span));
        };
        let mut name = name.to_owned();
        if let TokenKind::Quoted { raw, double } = self.next.kind
            && name.is_empty()
            && self.next.span.start == span.end
        {
            name = self.unquote(raw, double, &self.next.span, false)?;
            span.end = self.take()?.span.end;
        }
        if name.is_empty() {
            return Err(self
                .error(span, format!("`{prefix}.` needs a name"))
                .help(format!("write `{prefix}.user_id`, or `{prefix}.\"odd name\"`")));
        }
        let name = name.into_boxed_str();
        let subject = match *prefix {
            "field" => Subject::Field(name),
            "context" => Subject::Context(name),
            _ => Subject::Metadata(name),
        };
        Ok((subject, span))
    }

    fn unknown_subject(&self, word: &str, span: Range<usize>) -> RuleError {
        let error = self.error(span, format!("`{}` is no subject", shorten(word)));
        if let Some((prefix, name)) = word.split_once('.')
            && let Some(prefix) = nearest(prefix, PREFIXES)
        {
            return error.help(format!("did you mean `{prefix}.{}`?", shorten(name)));
        }
        if PREFIXES.iter().any(|prefix| prefix.eq_ignore_ascii_case(word)) {
            return error.help(format!("write `{word}.` and the name, as in `{word}.user_id`"));
        }
        let habit = HABITS.iter().find(|(habit, _)| habit.eq_ignore_ascii_case(word)).map(|&(_, ours)| ours);
        match habit.or_else(|| nearest(word, Subject::WORDS.iter().map(|&(known, _)| known))) {
            Some(known) => error.help(format!("did you mean `{known}`?")),
            None => error.help(format!(
                "a field of the event is `field.{0}`, one of a span around it `context.{0}`",
                shorten(word)
            )),
        }
    }
}
