//! Whatever stands around it, a secret never survives, and what holds none is never changed.

use super::super::RedactCache;
use super::everything;
use proptest::prelude::*;
use tracework_core::{Draft, Head, Key, Kind, Limits, OwnedRecord, Page, Severity, Timestamp, Value};

/// How secrets are written; `$` is the secret.
const WRITTEN: [&str; 18] = [
    "password=$",
    "PASSWORD: $",
    "db.Password = \"$\"",
    "{\"password\":\"$\"}",
    "{\\\"password\\\":\\\"$\\\"}",
    "{\"p\\u0061ssword\": \"$\"}",
    "Login { secret: Some(\"$\") }",
    "Authorization: Bearer $",
    "authorization=Basic $",
    "Cookie: session=$; x=1",
    "X-Api-Key: $",
    "postgres://bob:$@db:5432/x",
    "https://:$@h",
    "bearer 0123456789abcdef$",
    "eyJhbGciOiJ9.$.$",
    "sk_live_$",
    "-----BEGIN PRIVATE KEY-----\n$\n-----END PRIVATE KEY-----",
    "a?token=$&b=1",
];

fn record(fill: impl Fn(&mut Draft)) -> OwnedRecord {
    let mut draft = Draft::new(Limits::default());
    let (time, severity, kind) = (Timestamp(0), Severity::INFO, Kind::Log);
    draft.begin(Head { time, severity, kind, callsite: None, generation: 0, roles: 0 });
    fill(&mut draft);
    let mut page = Page::default();
    let pick = page.push(&draft, None);
    OwnedRecord::from(&page.record(pick))
}

/// What the formats could write of it.
fn said(record: &OwnedRecord) -> String {
    let fields = record.view().entries().map(|entry| match entry.value {
        Value::Bytes(bytes) => format!("\n{}={}", entry.key, String::from_utf8_lossy(bytes)),
        value => format!("\n{}={value}", entry.key),
    });
    format!("{}{}", record.view().message(), fields.collect::<String>())
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{{\"n\":1,\"body\":\"{escaped}\"}}")
}

fn place(draft: &mut Draft, number: usize, text: &str) {
    match number {
        0 => draft.message_str(text),
        1 => draft.field(Key::Name("note"), Value::Str(text)),
        2 => draft.rendered(Key::Name("note"), format_args!("{text}"), |_| false),
        3 => draft.field(Key::Name("note"), Value::Bytes(text.as_bytes())),
        4 => draft.error(Key::Name("error"), &std::io::Error::other(text.to_owned())),
        5 => draft.field(Key::Name("note"), Value::Json(&quoted(text))),
        6 => draft.field(Key::Name("note"), Value::Json(&quoted(&quoted(text)))),
        _ => draft.metadata("note", Value::Str(text)),
    }
}

/// Words and marks that hold no secret and open no quote or bracket.
fn around() -> impl Strategy<Value = String> {
    let word =
        prop::sample::select(vec!["user", "ok", "7", "ünï", "a=b", "x: y", "-", "path::to", "12:30", "(3)", "\n", "…"]);
    prop::collection::vec(word, 0..6).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_canary_never_survives(
        written in prop::sample::select(&WRITTEN[..]),
        canary in "[A-Z][a-z0-9]{3}Canary[A-Za-z0-9]{4,20}",
        before in around(), behind in around(), number in 0_usize..8,
    ) {
        let text = format!("{before} {} {behind}", written.replace('$', &canary));
        let record = record(|draft| place(draft, number, &text));
        let (redactor, mut cache, mut draft) = (everything(), RedactCache::new(), Draft::new(Limits::default()));
        prop_assert!(redactor.needs(&record.view(), &mut cache));
        prop_assert!(redactor.rewrite(&record.view(), &mut cache, &mut draft));
        let mut page = Page::default();
        let pick = page.push(&draft, None);
        let after = OwnedRecord::from(&page.record(pick));
        prop_assert!(!said(&after).contains("Canary"), "{}", said(&after));
        prop_assert!(!redactor.needs(&after.view(), &mut cache), "{}", said(&after));
    }

    #[test]
    fn a_clean_record_is_untouched(before in around(), behind in "[a-zA-Z ,.;!?éß]{0,80}", number in 0_usize..8) {
        let text = format!("{before} {behind}");
        let record = record(|draft| place(draft, number, &text));
        let (redactor, mut cache, mut draft) = (everything(), RedactCache::new(), Draft::new(Limits::default()));
        prop_assert!(!redactor.needs(&record.view(), &mut cache), "{}", text);
        prop_assert!(!redactor.rewrite(&record.view(), &mut cache, &mut draft));
        let mut page = Page::default();
        let pick = page.push(&draft, None);
        prop_assert_eq!(said(&OwnedRecord::from(&page.record(pick))), said(&record));
    }

    #[test]
    fn no_text_makes_it_panic_and_masking_twice_is_masking_once(text in "[\\PC\n\\\\\"'(){}\\[\\]=:@ ]{0,120}") {
        let redactor = everything();
        for text in [text.clone(), format!("password={text}"), format!("{{\"token\":{text}"), quoted(&text)] {
            if let Some(masked) = redactor.redact_text(&text) {
                prop_assert!(redactor.redact_text(&masked).is_none_or(|again| again.len() <= masked.len()), "{}", masked);
            }
        }
    }
}
