//! Patterns.

use crate::work::{Work, full};
use tracework_core::Format as _;
use tracework_format::{Escape, Pattern, Zone};

fn line(pattern: &str, work: &Work) -> String {
    work.line(&mut Pattern::new(pattern).expect("it is a pattern"))
}

#[test]
fn every_place_shows_its_part() {
    for (pattern, expected) in [
        (
            "[{time:%Y-%m-%d %H:%M:%S}] [{level:<8}] {target}: {message} {fields}",
            "[2024-01-15 10:30:45] [INFO    ] auth_service: user authenticated auth_method=\"pass word\" duration_ms=45 ratio=0.5",
        ),
        ("{time}", "2024-01-15T10:30:45.123456Z"),
        ("{time:%H:%M:%S%.3f}", "10:30:45.123"),
        ("{level:>8}|{level:^8}|{level:8}|{level:2}|", "    INFO|  INFO  |INFO    |INFO|"),
        ("{kind} {category} {module} {file}:{line} {thread}", "log api auth_service::login src/login.rs:142 main"),
        ("{tags}", "USER_123,PAYMENT"),
        ("{context}; {metadata}", "user_id=user_789 request_id=req_123456; service=payments host=h1 thread=main"),
        ("{spans}", "request{request_id=req_123456 method=POST}:login{user_id=user_789 attempt=1}"),
        (
            "{field.duration_ms}|{field.none}|{context.user_id}|{metadata.host}|{metadata.thread}",
            "45||user_789|h1|main",
        ),
        ("{{{level}}} {field.none}  ", "{INFO}"),
        ("", ""),
    ] {
        assert_eq!(line(pattern, &full()), format!("{expected}\n"), "{pattern}");
    }
}

#[test]
fn time_within_the_second_is_not_kept() {
    let mut pattern = Pattern::new("{time:%S%.6f} {time:%S}").expect("it is a pattern");
    let mut work = Work::default();
    assert_eq!(work.line(&mut pattern), "45.123456 45\n");
    work.time += 1000;
    assert_eq!(work.line(&mut pattern), "45.123457 45\n");
    let mut pattern = pattern.zone(Zone::named("Asia/Kolkata").expect("there is one"));
    assert_eq!(work.line(&mut pattern), "45.123457 45\n");
}

#[test]
fn an_error_says_where_the_pattern_goes_wrong() {
    for (pattern, expected) in [
        ("{level} {massage}", "at byte 9 of the pattern: `massage` is no part of a record; there are time, level"),
        ("{level", "at byte 0 of the pattern: `{level` is not closed"),
        ("level}", "at byte 5 of the pattern: `}` closes nothing"),
        ("{level:x}", "at byte 7 of the pattern: `x` is no width"),
        ("{level:<99999}", "at byte 7 of the pattern: `<99999` is no width"),
        ("{time:%!}", "at byte 6 of the pattern: `%!` tells no time"),
        ("a\nb", "at byte 1 of the pattern: `\\n` is a control character"),
        ("{field.}", "at byte 1 of the pattern: `field.` is no part"),
    ] {
        let error = Pattern::new(pattern).expect_err(pattern).to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn in_json_each_place_stays_one_string() {
    let pattern = r#"{{"message": "{message}", "fields": "{fields}", "spans": "{spans}", "at": "{time:"%H"}"}}"#;
    let mut json = Pattern::new(pattern).expect("it is a pattern").escape(Escape::Json);
    for message in ["a \"b\", \"c\": \"d", "\\", "a\nb\u{202e}", "\0\u{7f}\u{9b}", "{message}"] {
        let work = Work { message: message.to_owned(), ..full() };
        let line = work.line(&mut json);
        let read: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
        assert_eq!(read.as_object().map(serde_json::Map::len), Some(4));
        assert_eq!(read["message"], message);
        assert_eq!(read["fields"], "auth_method=\"pass word\" duration_ms=45 ratio=0.5");
        assert_eq!(read["at"], "\"10\"");
        assert!(line.trim_end_matches('\n').bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{line}");
    }
    assert_ne!(json.identity(), Pattern::new(pattern).expect("it is a pattern").identity());
}
