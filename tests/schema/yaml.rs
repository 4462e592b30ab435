//! YAML as editors see it: with the types of its core schema.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The first document of `text`.
pub(crate) fn value(text: &str) -> Option<Value> {
    let mut reader = Reader { events: Parser::new_from_str(text), anchors: HashMap::new() };
    loop {
        match reader.next()? {
            Event::StreamStart | Event::DocumentStart(_) => {}
            Event::StreamEnd => return Some(Value::Null),
            event => return reader.value(event),
        }
    }
}

struct Reader<'a> {
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, Value>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Event<'a>> {
        self.events.next_event()?.ok().map(|(event, _)| event)
    }

    fn value(&mut self, event: Event<'a>) -> Option<Value> {
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => (scalar(&text, style == ScalarStyle::Plain), anchor),
            Event::Alias(anchor) => return self.anchors.get(&anchor).cloned(),
            Event::SequenceStart(anchor, _) => {
                let mut list = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        event => list.push(self.value(event)?),
                    }
                }
                (Value::Array(list), anchor)
            }
            Event::MappingStart(anchor, _) => {
                let mut map = Map::new();
                while let Event::Scalar(key, ..) = self.next()? {
                    let event = self.next()?;
                    map.insert(key.into_owned(), self.value(event)?);
                }
                (Value::Object(map), anchor)
            }
            _ => return None,
        };
        self.anchors.insert(anchor, value.clone());
        Some(value)
    }
}

fn scalar(text: &str, plain: bool) -> Value {
    let number = || text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<f64>().map(Value::from));
    match text {
        _ if !plain => text.into(),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ if text.starts_with(|first: char| first.is_ascii_digit() || first == '-') => {
            number().unwrap_or_else(|_| text.into())
        }
        _ => text.into(),
    }
}
