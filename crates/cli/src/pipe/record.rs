//! From a line to a record.

use super::json::{Object, Text, Token};
use super::time;
use std::ops::Range;
use tracework::core::{Draft, Head, Key, Reserved, Timestamp, Value};
use tracework::engine::{ReservedNames, roles};
use tracework::{Kind, KindSet, Severity};

/// What a name in an object says, if it is no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Field,
    Message,
    Target,
    Reserved(Reserved),
    /// It was used already: the level, the time, the kind.
    Done,
}

/// Writes lines into drafts.
pub(super) struct Writer {
    names: ReservedNames,
    kinds: KindSet,
    generation: u32,
    object: Object,
    roles: Vec<Role>,
    joined: String,
    /// The `id` of the last record, if it has one.
    id: String,
}

/// What an object says about itself.
struct About {
    severity: Severity,
    time: Option<Timestamp>,
    kind: Kind,
}

impl Writer {
    /// `kinds` are those that an object may name beside `log`.
    pub(super) fn new(names: ReservedNames, kinds: KindSet, generation: u32) -> Self {
        let kinds = kinds.union(KindSet::only(Kind::Log));
        let (object, roles) = (Object::default(), Vec::new());
        Self { names, kinds, generation, object, roles, joined: String::new(), id: String::new() }
    }

    /// The generation of the plan that is to route what is written from here on.
    pub(super) fn set_generation(&mut self, generation: u32) {
        self.generation = generation;
    }

    fn head(&self, time: Timestamp, severity: Severity, kind: Kind) -> Head {
        let roles = roles::DESTINATION | roles::TAG_FILTER | roles::METADATA;
        Head { time, severity, kind, callsite: None, generation: self.generation, roles }
    }

    /// The `id` of the object that was written last; empty if it had none.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Writes a text as it is. `flagged` names what was done to it.
    pub(super) fn text(&mut self, draft: &mut Draft, text: &str, flagged: Option<&str>, now: Timestamp) {
        self.id.clear();
        draft.begin(self.head(now, Severity::INFO, Kind::Log));
        draft.message_str(text);
        flag(draft, flagged);
    }

    /// Writes a JSON object; `false`, and nothing written, if the line is none.
    pub(super) fn object(&mut self, draft: &mut Draft, line: &str, flagged: Option<&str>, now: Timestamp) -> bool {
        self.id.clear();
        if !self.object.read(line) {
            return false;
        }
        let about = self.sort_out(line);
        draft.begin(self.head(about.time.unwrap_or(now), about.severity, about.kind));
        self.write(draft, line);
        let replaced = self.object.replaced.then_some(INVALID);
        flag(draft, flagged.or(replaced));
        true
    }

    /// Finds out what each name says, and what must be known before the rest is written.
    fn sort_out(&mut self, line: &str) -> About {
        let mut about = About { severity: Severity::INFO, time: None, kind: Kind::Log };
        let (mut has_level, mut severity, mut msg, mut has_message) = (false, None, None, false);
        self.roles.clear();
        for (place, item) in self.object.items.iter().enumerate() {
            let text = match &item.value {
                Token::Str(text) => Some(self.object.text(line, text)),
                _ => None,
            };
            let role = match self.object.text(line, &item.key) {
                "level" => match level(line, &item.value, text) {
                    Some(level) => {
                        about.severity = level;
                        has_level = true;
                        Role::Done
                    }
                    None => Role::Field,
                },
                "time" | "timestamp" if about.time.is_none() => {
                    about.time = time_of(line, &item.value, text);
                    if about.time.is_some() { Role::Done } else { Role::Field }
                }
                "message" if item.value.is_said() => {
                    has_message = true;
                    Role::Message
                }
                "msg" if item.value.is_said() && msg.is_none() => {
                    msg = Some(place);
                    Role::Message
                }
                "target" if text.is_some() => Role::Target,
                name if *name == self.names.kind => match text.and_then(|text| text.parse().ok()) {
                    Some(kind) if self.kinds.contains(kind) => {
                        about.kind = kind;
                        Role::Done
                    }
                    _ => Role::Field,
                },
                name if *name == self.names.severity && text.is_some_and(|text| named(text).is_some()) => {
                    severity = text.and_then(named).map(|severity| (place, severity));
                    Role::Field
                }
                name => reserved(&self.names, name, &item.value, text.is_some()),
            };
            self.roles.push(role);
        }
        if let (false, Some((place, severity))) = (has_level, severity) {
            about.severity = severity;
            self.roles[place] = Role::Done;
        }
        if let (true, Some(place)) = (has_message, msg) {
            self.roles[place] = Role::Field;
        }
        about
    }

    fn write(&mut self, draft: &mut Draft, line: &str) {
        for place in 0..self.roles.len() {
            let item = &self.object.items[place];
            match self.roles[place] {
                Role::Done => {}
                Role::Message => draft.message_str(written(&self.object, line, &item.value)),
                Role::Target => draft.reserved(Reserved::Target, value(&self.object, line, &item.value)),
                Role::Reserved(what) => match &item.value {
                    Token::Nested(array) => {
                        let array = array.clone();
                        self.join(line, array);
                        draft.reserved(what, Value::Str(&self.joined));
                    }
                    other => draft.reserved(what, value(&self.object, line, other)),
                },
                Role::Field => {
                    let key = self.object.text(line, &item.key);
                    if key == "id" {
                        self.id.push_str(written(&self.object, line, &item.value));
                    }
                    draft.field(Key::Name(key), value(&self.object, line, &item.value));
                }
            }
        }
    }

    /// The texts of an array, with commas between.
    fn join(&mut self, line: &str, array: Range<usize>) {
        let joined = &mut self.joined;
        joined.clear();
        self.object.elements(line, array, |text| {
            if !joined.is_empty() {
                joined.push(',');
            }
            joined.push_str(text);
        });
    }
}

/// The name of the field that says that bytes were replaced.
pub(super) const INVALID: &str = "_invalid_utf8";
/// The name of the field that says that a line was cut.
pub(super) const CUT: &str = "_line_cut";

fn flag(draft: &mut Draft, flagged: Option<&str>) {
    if let Some(name) = flagged {
        draft.field(Key::Name(name), Value::Bool(true));
    }
}

impl Token {
    /// Is it more than null?
    fn is_said(&self) -> bool {
        !matches!(self, Self::Null)
    }
}

/// `tags`, `destinations` and `category`, by the names that the config gives them.
fn reserved(names: &ReservedNames, name: &str, value: &Token, is_text: bool) -> Role {
    let is_list = matches!(value, Token::Nested(_));
    if *name == names.tags && (is_text || is_list) {
        Role::Reserved(Reserved::Tags)
    } else if *name == names.destinations && (is_text || is_list) {
        Role::Reserved(Reserved::Destinations)
    } else if *name == names.category && is_text {
        Role::Reserved(Reserved::Category)
    } else {
        Role::Field
    }
}

/// A level by its name, or by pino's number.
fn level(line: &str, value: &Token, text: Option<&str>) -> Option<Severity> {
    if let Some(text) = text {
        return named(text);
    }
    let Token::Number(place) = value else { return None };
    Some(match line[place.clone()].parse::<u32>().ok()? {
        10..20 => Severity::TRACE,
        20..30 => Severity::DEBUG,
        30..40 => Severity::INFO,
        40..50 => Severity::WARNING,
        50..60 => Severity::ERROR,
        60..70 => Severity::CRITICAL,
        _ => return None,
    })
}

/// A level by its name, also by those of syslog that are not ours.
fn named(text: &str) -> Option<Severity> {
    text.parse().ok().or_else(|| {
        let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(text));
        if is(&["notice"]) {
            Some(Severity::INFO)
        } else if is(&["crit", "alert", "emerg", "emergency", "panic"]) {
            Some(Severity::CRITICAL)
        } else {
            None
        }
    })
}

fn time_of(line: &str, value: &Token, text: Option<&str>) -> Option<Timestamp> {
    match (value, text) {
        (_, Some(text)) => time::rfc3339(text),
        (Token::Number(place), _) => time::milliseconds(&line[place.clone()]),
        _ => None,
    }
}

/// The value as a text.
fn written<'a>(object: &'a Object, line: &'a str, token: &Token) -> &'a str {
    match token {
        Token::Str(text) => object.text(line, text),
        Token::Number(place) | Token::Nested(place) => &line[place.clone()],
        Token::True => "true",
        Token::False => "false",
        Token::Null => "null",
    }
}

#[inline]
fn value<'a>(object: &'a Object, line: &'a str, token: &Token) -> Value<'a> {
    match token {
        Token::Str(Text::Line(place)) => Value::Str(&line[place.clone()]),
        Token::Str(text) => Value::Str(object.text(line, text)),
        Token::Number(place) => number(&line[place.clone()]),
        Token::Nested(place) => Value::Json(&line[place.clone()]),
        Token::True => Value::Bool(true),
        Token::False => Value::Bool(false),
        Token::Null => Value::Null,
    }
}

/// A number as exact as it can be told; one that fits nowhere is a text.
fn number(text: &str) -> Value<'_> {
    let is_whole = !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    if is_whole {
        if let Ok(number) = text.parse() {
            return Value::I64(number);
        }
        if let Ok(number) = text.parse() {
            return Value::U64(number);
        }
        return text.parse().map_or(Value::Str(text), Value::I128);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Value::F64(number),
        _ => Value::Str(text),
    }
}
