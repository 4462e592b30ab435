//! What must hold in every format for any record whatever.

use crate::strict::parse;
use crate::work::{Given, Pairs, Work};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value as JsonValue;
use tracework_core::{Format, Kind, Limits, Severity};
use tracework_format::*;

/// Every format, with settings that matter.
pub(crate) fn formats() -> Vec<(&'static str, Box<dyn Format>)> {
    let pattern =
        "{time:%H:%M:%S} {level:<8} {target} {thread:^20} {message} {fields} {tags} {spans} {context} {metadata}";
    let closure = from_fn(|record, line| line.push_str(record.message()));
    vec![
        ("json", Box::new(Json::new())),
        ("flat", Box::new(Json::new().shape(Shape::Flat))),
        ("fmt", Box::new(Json::new().shape(Shape::Fmt))),
        ("text", Box::new(Text::new().metadata(true))),
        ("pretty", Box::new(Text::pretty().metadata(true))),
        ("pattern", Box::new(Pattern::new(pattern).expect("it is a pattern"))),
        ("xml", Box::new(Xml::new())),
        ("logfmt", Box::new(Logfmt::new())),
        ("csv", Box::new(Csv::new())),
        ("gelf", Box::new(Gelf::new())),
        ("ecs", Box::new(Ecs::new())),
        ("closure", Box::new(closure)),
    ]
}

fn is_dangerous(character: char) -> bool {
    matches!(u32::from(character),
        0..=0x1f | 0x7f..=0x9f | 0x61c | 0x200e | 0x200f | 0x2028..=0x202e | 0x2066..=0x2069)
}

/// Texts that have done harm somewhere, plain ones, and any others.
fn hostile_text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "",
        "a",
        "plain",
        "exactly8",
        "level",
        "message",
        "timestamp",
        "name",
        "tags",
        "_id",
        "id",
        "__proto__",
        "a.b",
        "fields.level",
        "context.a",
        "user_id",
        "trace_id",
        "function",
        "error",
        "a\nINFO forged",
        "\r\n",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "\x0b",
        "\x1b[2J",
        "\x1b]0;t\x07",
        "\u{9b}2J",
        "\x7f",
        "\0",
        "\u{202e}gnp.exe",
        "\u{2066}",
        "\u{61c}",
        "\u{200f}",
        "\u{feff}",
        "\u{fffe}",
        "]]>",
        "<b>&amp;",
        "\"",
        "\\",
        "\\\"",
        "'",
        "=1+1",
        "@x",
        "-1",
        ",",
        "{",
        "}",
        "{{",
        "}}",
        "${jndi:ldap://x}",
        "%s%n",
        "\u{10ffff}",
        "ü",
        "日本語",
        "a\u{301}",
        "\t",
        " ",
    ]);
    let known = known.prop_map(str::to_owned);
    prop_oneof![
        4 => known.clone(),
        2 => vec(known, 1..4).prop_map(|parts| parts.concat()),
        2 => vec(any::<char>(), 0..24).prop_map(|characters| characters.into_iter().collect()),
        1 => "[ -~]{0,40}",
    ]
}

fn value() -> impl Strategy<Value = Given> {
    let json = hostile_text().prop_map(|text| {
        let nested = serde_json::json!({"list": [1, {"deep": text}], "other": null});
        serde_json::to_string_pretty(&nested).expect("it is JSON")
    });
    prop_oneof![
        1 => Just(Given::Null),
        1 => any::<bool>().prop_map(Given::Bool),
        1 => any::<i64>().prop_map(Given::I64),
        1 => any::<u64>().prop_map(Given::U64),
        1 => any::<i128>().prop_map(Given::I128),
        1 => any::<u128>().prop_map(Given::U128),
        1 => any::<f64>().prop_map(Given::F64),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MAX, 5e-324]).prop_map(Given::F64),
        4 => hostile_text().prop_map(Given::Str),
        2 => hostile_text().prop_map(Given::Text),
        1 => vec(any::<u8>(), 0..10).prop_map(Given::Bytes),
        1 => json.prop_map(Given::Json),
    ]
}

fn pairs() -> impl Strategy<Value = Pairs> {
    vec((hostile_text(), value()), 0..6)
}

fn limits() -> impl Strategy<Value = Limits> {
    prop_oneof![3 => Just(Limits::default()), 1 => Just(Limits { message: 5, value: 40, fields: 3, key: 6 })]
}

prop_compose! {
    fn work()(
        (time, severity, kind) in (any::<i64>(), prop::sample::select(&Severity::ALL[..]), prop::sample::select(&Kind::ALL[..])),
        (target, message, thread) in (hostile_text(), hostile_text(), option::of(hostile_text())),
        (fields, placed) in (pairs(), any::<bool>()),
        spans in vec((hostile_text(), pairs(), option::of(hostile_text())), 0..4),
        (tags, category) in (option::of(hostile_text()), option::of(hostile_text())),
        metadata in vec((hostile_text(), hostile_text()), 0..4),
        own_metadata in pairs(),
        limits in limits(),
    ) -> Work {
        Work { time, severity, kind, target, message, placed, fields, spans, tags, category, metadata, own_metadata, thread, limits }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_record_is_one_line_without_anything_dangerous(work in work()) {
        for (name, mut format) in formats() {
            let line = work.line(&mut *format);
            let inner = line.strip_suffix('\n').unwrap_or_else(|| panic!("{name} ends with no line end"));
            let bad = inner.chars().find(|&c| is_dangerous(c) && !(name == "pretty" && c == '\n'));
            prop_assert_eq!(bad, None, "{} wrote {:?}", name, inner);
        }
    }

    #[test]
    fn colours_are_the_only_escape_sequences(work in work()) {
        let plain = work.line(&mut Text::new());
        let mut bare = work.line(&mut Text::new().colored(true));
        for code in ["\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[34m", "\x1b[35m", "\x1b[1;31m", "\x1b[2m", "\x1b[0m"] {
            bare = bare.replace(code, "");
        }
        prop_assert_eq!(bare, plain);
    }

    #[test]
    fn json_has_no_name_twice_in_any_format(work in work()) {
        for (name, mut format) in formats() {
            if ["json", "flat", "fmt", "gelf", "ecs"].contains(&name) {
                parse(&work.line(&mut *format));
            }
        }
    }

    #[test]
    fn nested_json_gives_back_what_it_was_given(mut work in work()) {
        work.limits = Limits::default();
        work.fields.retain(|(name, _)| !["function", "trace_id"].contains(&&**name));
        let object = parse(&work.line(&mut Json::new()));
        let message = object.get("message").and_then(JsonValue::as_str).unwrap_or_default();
        prop_assert_eq!(message, &work.message);
        let target = object.get("target").and_then(JsonValue::as_str).unwrap_or_default();
        prop_assert_eq!(target, &*work.target);
        for (at, (name, given)) in work.fields.iter().enumerate() {
            if work.fields[at + 1..].iter().all(|(other, _)| other != name) {
                let read = &object["fields"][&**name];
                prop_assert!(is_same(given, read), "{:?} became {}", given, read);
            }
        }
    }

    #[test]
    fn xml_is_well_formed_and_gives_back_the_message(mut work in work()) {
        work.limits = Limits::default();
        let line = work.line(&mut Xml::new());
        let mut reader = Reader::from_str(&line);
        let (mut path, mut message) = (Vec::new(), String::new());
        loop {
            match reader.read_event().expect("it is well formed") {
                Event::Start(start) => {
                    for attribute in start.attributes() {
                        attribute.expect("it is an attribute").normalized_value(quick_xml::XmlVersion::Implicit1_0).expect("it can be read");
                    }
                    path.push(start.name().as_ref().to_owned());
                }
                Event::End(_) => _ = path.pop(),
                Event::Text(text) if path == ["record", "message"] => {
                    message.push_str(&text);
                }
                Event::GeneralRef(reference) if path == ["record", "message"] => {
                    match reference.resolve_char_ref().expect("it is a character") {
                        Some(character) => message.push(character),
                        None => message.push_str(quick_xml::escape::resolve_predefined_entity(&reference).expect("it is known")),
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        prop_assert!(path.is_empty());
        let allowed = |c: char| match c {
            '\t' | '\n' | '\r' => c,
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            _ => c,
        };
        prop_assert_eq!(message, work.message.chars().map(allowed).collect::<String>());
    }

    #[test]
    fn csv_has_as_many_cells_as_columns_and_no_formula(work in work()) {
        let (names, cells) = crate::csv::cells(&mut Csv::new(), &work);
        prop_assert_eq!(names.len(), cells.len());
        for cell in cells {
            prop_assert!(!cell.starts_with(['=', '+', '-', '@']), "{}", cell);
        }
    }
}

/// Is `read` what JSON can tell of `given`?
fn is_same(given: &Given, read: &JsonValue) -> bool {
    match given {
        Given::Null => read.is_null(),
        Given::Bool(value) => read.as_bool() == Some(*value),
        Given::I64(number) => read.as_i64() == Some(*number),
        Given::U64(number) => read.as_u64() == Some(*number),
        Given::I128(number) => {
            read.as_i64().map(i128::from) == Some(*number) || read.as_str() == Some(&number.to_string())
        }
        Given::U128(number) => {
            read.as_u64().map(u128::from) == Some(*number) || read.as_str() == Some(&number.to_string())
        }
        Given::F64(number) if number.is_finite() => read.as_f64().map(f64::to_bits) == Some(number.to_bits()),
        Given::F64(_) => matches!(read.as_str(), Some("NaN" | "Infinity" | "-Infinity")),
        Given::Str(text) | Given::Text(text) => read.as_str() == Some(text),
        Given::Bytes(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            read.as_str() == Some(&hex)
        }
        Given::Json(text) => serde_json::from_str::<JsonValue>(text).expect("it is JSON") == *read,
    }
}
