//! Making a test of a subject, an operator and values, or saying why they do not go together.

use super::operator::{Literal, Operator, What};
use super::{MAX_DEPTH, Parser};
use crate::error::shorten;
use crate::expr::{Check, Node, Number, OneOf, Subject, Test};
use crate::{RuleError, TargetPattern};
use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};
use tracework_core::{Kind, KindSet, Severity, SeveritySet, nearest};

/// Bytes of one pattern.
const MAX_PATTERN: usize = 4 << 10;
/// Bytes of one pattern, compiled.
const MAX_COMPILED: usize = 512 << 10;
/// Patterns in one rule.
const MAX_PATTERNS: usize = 32;
/// Groups in each other in a pattern.
const MAX_NEST: u32 = 64;

impl Parser<'_> {
    /// The test that asks this of `subject`, its negation left out.
    pub(super) fn build(
        &mut self,
        subject: Subject,
        operator: &Operator,
        values: Vec<Literal>,
    ) -> Result<Node, RuleError> {
        match subject {
            Subject::Severity => self.severity(operator, &values),
            Subject::Kind => self.kind(operator, &values),
            other => {
                let check = self.check(&other, operator, values)?;
                Ok(Node::Test(Test::Value(other, check)))
            }
        }
    }

    fn refused(&self, operator: &Operator, subject: &Subject, known: &str) -> RuleError {
        self.error(operator.span.clone(), format!("`{}` cannot be asked of `{subject}`", operator.what.sign()))
            .help(format!("`{subject}` knows {known}"))
    }

    fn severity(&self, operator: &Operator, values: &[Literal]) -> Result<Node, RuleError> {
        match (operator.what, values) {
            (What::Equal | What::In, _) => self.severities_and_kinds(values),
            (What::Ordered(order), [value]) => {
                let bound = self.one_severity(value)?;
                let allowed = Severity::ALL.into_iter().filter(|severity| order.allows(severity.cmp(&bound)));
                Ok(Node::Test(Test::Severity(allowed.collect())))
            }
            _ => Err(self.refused(operator, &Subject::Severity, "= != < <= > >= in and not in")),
        }
    }

    fn one_severity(&self, value: &Literal) -> Result<Severity, RuleError> {
        value.text.parse().map_err(|_| match value.text.parse::<Kind>() {
            Ok(kind) => self
                .error(value.span.clone(), format!("`{}` is a kind, and kinds have no order", shorten(&value.text)))
                .help(format!("write `kind = {kind}`")),
            Err(_) => self.no_severity(value),
        })
    }

    fn no_severity(&self, value: &Literal) -> RuleError {
        let names = Severity::ALL.into_iter().map(Severity::name);
        let error = self.error(value.span.clone(), format!("`{}` is no severity", shorten(&value.text)));
        error.help(match nearest(&value.text, names) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "there are TRACE, DEBUG, INFO, WARNING, ERROR and CRITICAL".to_owned(),
        })
    }

    /// `level in (ERROR, AUDIT)`: severities, and kinds where config accepts them as levels.
    fn severities_and_kinds(&self, values: &[Literal]) -> Result<Node, RuleError> {
        let (mut severities, mut kinds) = (SeveritySet::NONE, KindSet::NONE);
        for value in values {
            if let Ok(severity) = value.text.parse() {
                severities = severities.union(SeveritySet::only(severity));
            } else if let Ok(kind) = value.text.parse() {
                kinds = kinds.union(KindSet::only(kind));
            } else {
                return Err(self.no_severity(value));
            }
        }
        let severities = (!severities.is_empty()).then_some(Node::Test(Test::Severity(severities)));
        let kinds = (kinds != KindSet::NONE).then_some(Node::Test(Test::Kind(kinds)));
        let parts: Vec<_> = severities.into_iter().chain(kinds).collect();
        if parts.len() > 1 && self.depth == MAX_DEPTH {
            // As it is printed, it takes parentheses of its own.
            let span = values.first().map_or(0..0, |value| value.span.clone());
            return Err(self.error(span, format!("more than {MAX_DEPTH} parentheses in each other")));
        }
        Ok(Node::any(parts))
    }

    fn kind(&self, operator: &Operator, values: &[Literal]) -> Result<Node, RuleError> {
        if !matches!(operator.what, What::Equal | What::In) {
            return Err(self.refused(operator, &Subject::Kind, "= != in and not in"));
        }
        let one = |value: &Literal| {
            value.text.parse::<Kind>().map_err(|_| {
                let error = self.error(value.span.clone(), format!("`{}` is no kind", shorten(&value.text)));
                error.help(match nearest(&value.text, Kind::ALL.into_iter().map(Kind::name)) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => "there are log, audit, security, job and metric".to_owned(),
                })
            })
        };
        Ok(Node::Test(Test::Kind(values.iter().map(one).collect::<Result<_, _>>()?)))
    }

    fn check(&mut self, subject: &Subject, operator: &Operator, values: Vec<Literal>) -> Result<Check, RuleError> {
        let equal = matches!(operator.what, What::Equal | What::In);
        if equal {
            return self.one_of(subject, values);
        }
        let Some(value) = values.into_iter().next() else { return Ok(Check::Exists) };
        match operator.what {
            What::Ordered(order) if subject.is_typed() => Ok(Check::Ordered(order, self.number(&value)?)),
            What::Ordered(_) => Err(self.refused(operator, subject, "no order; only `level` and numbers have one")),
            What::StartsWith => Ok(Check::StartsWith(value.text.into())),
            What::EndsWith => Ok(Check::EndsWith(value.text.into())),
            What::Under if matches!(subject, Subject::Target | Subject::Module) => self.pattern(&value),
            What::Under => Err(self
                .refused(operator, subject, "`starts with`")
                .help("`under` is asked of `target` and `module`; others know `starts with`")),
            What::Matches => self.regex(&value).map(Check::Matches),
            _ => Ok(Check::Contains(Box::new(Finder::new(&value.text).into_owned()))),
        }
    }

    fn one_of(&self, subject: &Subject, values: Vec<Literal>) -> Result<Check, RuleError> {
        let (mut numbers, mut texts) = (Vec::new(), Vec::new());
        for value in values {
            self.can_ever_equal(subject, &value)?;
            match value.number().filter(|_| subject.is_typed()) {
                Some(number) => numbers.push(number),
                None => texts.push(value.text.into_boxed_str()),
            }
        }
        Ok(Check::OneOf(OneOf::new(numbers, texts)))
    }

    /// Refuses a value that nothing can ever be.
    fn can_ever_equal(&self, subject: &Subject, value: &Literal) -> Result<(), RuleError> {
        let text = &value.text;
        let error = |message: String| self.error(value.span.clone(), message);
        match subject {
            Subject::Tag if text.contains(',') => {
                Err(error("a tag has no comma".to_owned()).help("several tags are asked for by `tag in (A, B)`"))
            }
            Subject::Tag if text.trim() != text || text.is_empty() => {
                Err(error("a tag is not empty and has no blanks around it".to_owned()))
            }
            Subject::Target | Subject::Module if text.contains('*') => {
                Err(error(format!("`=` compares exactly, and no {subject} holds a `*`"))
                    .help(format!("write `{subject} under {}`", super::quote(&shorten(text)))))
            }
            _ if subject.is_typed() && !value.quoted && value.number().is_none() && Number::is_like(text) => {
                Err(error("this number is too large".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn number(&self, value: &Literal) -> Result<Number, RuleError> {
        value.number().ok_or_else(|| {
            let text = shorten(&value.text);
            let error = self.error(value.span.clone(), format!("`{text}` is no number"));
            if Number::read(&value.text).is_some() {
                return error.help("without the quotes it is one");
            }
            if Number::is_like(&value.text) {
                return self.error(value.span.clone(), "this number is too large");
            }
            if value.text.starts_with(|first: char| first.is_ascii_digit()) {
                return error.help("durations and sizes are not read: write the number as the field holds it");
            }
            error.help("only numbers have an order, and severities, as in `level >= ERROR`")
        })
    }

    fn pattern(&self, value: &Literal) -> Result<Check, RuleError> {
        value.text.parse::<TargetPattern>().map(Check::Under).map_err(|inner| {
            let error = self.error(value.span.clone(), inner.message());
            match inner.hint() {
                Some(hint) => error.help(hint),
                None => error,
            }
        })
    }

    fn regex(&mut self, value: &Literal) -> Result<Regex, RuleError> {
        let error = |message: String| self.error(value.span.clone(), message);
        if value.text.len() > MAX_PATTERN {
            return Err(error(format!("the pattern is longer than {MAX_PATTERN} bytes")));
        }
        if self.patterns == MAX_PATTERNS {
            return Err(error(format!("the rule has more than {MAX_PATTERNS} patterns")));
        }
        let built = RegexBuilder::new(&value.text)
            .size_limit(MAX_COMPILED)
            .dfa_size_limit(MAX_COMPILED)
            .nest_limit(MAX_NEST)
            .build();
        let regex = built.map_err(|cause| match cause {
            regex::Error::CompiledTooBig(_) => error("the pattern grows too large".to_owned()),
            other => error(format!("the pattern cannot be read: {}", reason(&other.to_string()))),
        })?;
        self.patterns += 1;
        Ok(regex)
    }
}

/// The last line of the regex crate's error, which is the reason.
fn reason(text: &str) -> String {
    let line = text.lines().last().unwrap_or_default();
    line.trim().trim_start_matches("error: ").chars().take(200).collect()
}
