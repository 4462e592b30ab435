//! Reading the fields of an event or a span into a draft.

use super::Site;
use super::sites::{Part, levels};
use crate::values::{was_json, watch_json};
use std::error::Error;
use std::fmt;
use tracework_core::{Draft, Key, Kind, Reserved, Severity, Value, tags};
use tracing::field::{Field, Visit};

/// Reads fields into a draft.
pub(super) struct Reader<'a> {
    pub(super) draft: &'a mut Draft,
    pub(super) site: &'static Site,
    /// Is it a span? What it says about itself then holds for what is inside.
    pub(super) is_span: bool,
    /// Did it say how serious it is, or what sort?
    pub(super) said: Said,
}

/// What an event said about itself, so that the spans around it need not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    pub(super) severity: bool,
    pub(super) kind: bool,
    /// The least severity of `log.level`, of a span.
    pub(super) level: Option<Severity>,
}

/// The place of the field's name among its callsite's.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a callsite has far fewer than 2^16 fields")]
fn number(field: &Field) -> u16 {
    field.index() as u16
}

#[inline]
fn place(field: &Field) -> Key<'static> {
    Key::Place(number(field))
}

impl Reader<'_> {
    #[inline]
    fn part(&self, field: &Field) -> Part {
        self.site.fields.get(field.index()).copied().unwrap_or(Part::Field)
    }

    #[inline]
    fn value(&mut self, field: &Field, value: Value<'_>) {
        match self.part(field) {
            Part::Field => self.draft.field(place(field), value),
            part => self.special(part, field, value),
        }
    }

    #[cold]
    fn special(&mut self, part: Part, field: &Field, value: Value<'_>) {
        match part {
            Part::Reserved(Reserved::Line) => self.draft.reserved(Reserved::Line, value),
            Part::Reserved(reserved) if self.say(reserved, &value.to_string()) => {}
            Part::Message => self.draft.message(format_args!("{value}")),
            _ => self.draft.field(place(field), value),
        }
    }

    /// Takes what the field says about the record; `false` if it is not understood, and so is an ordinary field.
    fn say(&mut self, reserved: Reserved, text: &str) -> bool {
        match reserved {
            Reserved::Severity => {
                let Ok(severity) = text.parse::<Severity>() else { return false };
                self.said.severity = true;
                if self.is_span {
                    self.draft.reserved(reserved, Value::U64(severity.number().into()));
                } else {
                    self.draft.set_severity(severity);
                }
            }
            Reserved::Kind => {
                let Ok(kind) = text.parse::<Kind>() else { return false };
                self.said.kind = true;
                if self.is_span {
                    self.draft.reserved(reserved, Value::U64(kind as u64));
                } else {
                    self.draft.set_kind(kind);
                }
            }
            Reserved::Level => {
                let Some(levels) = levels(text).filter(|_| self.is_span) else { return false };
                self.said.level = levels.least();
                let number = levels.least().map_or(0, |least| u64::from(least.number()));
                self.draft.reserved(reserved, Value::U64(number));
            }
            _ => {
                if reserved == Reserved::ErrorType {
                    self.draft.mark_error();
                }
                self.draft.reserved(reserved, Value::Str(text));
            }
        }
        true
    }

    #[inline]
    fn rendered(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        match self.part(field) {
            Part::Message => self.draft.message(value),
            Part::Reserved(reserved) if self.say(reserved, &value.to_string()) => {}
            part => {
                if part == Part::Error {
                    self.draft.mark_error();
                }
                watch_json();
                self.draft.rendered(place(field), value, was_json);
            }
        }
    }
}

impl Visit for Reader<'_> {
    #[inline]
    fn record_str(&mut self, field: &Field, value: &str) {
        match self.part(field) {
            Part::Field => self.draft.field_str(number(field), value),
            Part::Message => self.draft.message_str(value),
            Part::Error => {
                self.draft.mark_error();
                self.draft.field_str(number(field), value);
            }
            Part::Reserved(reserved) => {
                if !self.say(reserved, value) {
                    self.draft.field(place(field), Value::Str(value));
                }
            }
        }
    }

    #[inline]
    fn record_i64(&mut self, field: &Field, value: i64) {
        match self.part(field) {
            Part::Field => self.draft.field_i64(number(field), value),
            part => self.special(part, field, Value::I64(value)),
        }
    }

    #[inline]
    fn record_u64(&mut self, field: &Field, value: u64) {
        match self.part(field) {
            Part::Field => self.draft.field_u64(number(field), value),
            part => self.special(part, field, Value::U64(value)),
        }
    }

    #[inline]
    fn record_f64(&mut self, field: &Field, value: f64) {
        match self.part(field) {
            Part::Field => self.draft.field_f64(number(field), value),
            part => self.special(part, field, Value::F64(value)),
        }
    }

    #[inline]
    fn record_bool(&mut self, field: &Field, value: bool) {
        match self.part(field) {
            Part::Field => self.draft.field_bool(number(field), value),
            part => self.special(part, field, Value::Bool(value)),
        }
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.value(field, Value::I128(value));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.value(field, Value::U128(value));
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.value(field, Value::Bytes(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        match self.part(field) {
            Part::Field | Part::Error => self.draft.error(place(field), value),
            _ => self.rendered(field, format_args!("{value}")),
        }
    }

    #[inline]
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.rendered(field, format_args!("{value:?}"));
    }
}

/// The tags that an event names, in no field but `tags`.
pub(crate) fn tags_of(event: &tracing::Event<'_>, site: &'static Site) -> Vec<String> {
    struct Tags(Vec<String>, &'static Site);
    impl Visit for Tags {
        fn record_str(&mut self, field: &Field, value: &str) {
            if self.1.fields.get(field.index()) == Some(&Part::Reserved(Reserved::Tags)) {
                self.0.extend(tags::split(value).map(str::to_owned));
            }
        }
        fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
            if self.1.fields.get(field.index()) == Some(&Part::Reserved(Reserved::Tags)) {
                self.record_str(field, &format!("{value:?}"));
            }
        }
    }
    let mut tags = Tags(Vec::new(), site);
    event.record(&mut tags);
    tags.0
}
