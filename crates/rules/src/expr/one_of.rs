//! A list of values, one of which must be met.

use super::Number;
use super::check::plain;
use tracework_core::Value;

/// Values, one of which must be met: those asked for as numbers and those asked for as texts, sorted, none twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OneOf {
    numbers: Box<[Number]>,
    texts: Box<[Box<str>]>,
}

impl OneOf {
    pub(crate) fn new(mut numbers: Vec<Number>, mut texts: Vec<Box<str>>) -> Self {
        numbers.sort_by(|a, b| a.order(*b));
        numbers.dedup();
        texts.sort_unstable();
        texts.dedup();
        Self { numbers: numbers.into(), texts: texts.into() }
    }

    pub(crate) fn numbers(&self) -> &[Number] {
        &self.numbers
    }

    pub(crate) fn texts(&self) -> &[Box<str>] {
        &self.texts
    }

    pub(super) fn has(&self, value: Value<'_>) -> bool {
        self.has_number(value) || (!self.texts.is_empty() && self.has_text(&plain(&value)))
    }

    fn has_number(&self, value: Value<'_>) -> bool {
        !self.numbers.is_empty()
            && Number::of(value).is_some_and(|number| self.numbers.binary_search_by(|own| own.order(number)).is_ok())
    }

    fn has_text(&self, text: &str) -> bool {
        match &*self.texts {
            [only] => **only == *text,
            several => several.binary_search_by(|own| (**own).cmp(text)).is_ok(),
        }
    }
}
