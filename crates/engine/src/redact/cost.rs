//! What redaction costs. Run it on an idle machine:
//! `cargo test --release -p tracework-engine --lib redact::cost -- --ignored --nocapture`

use super::{Detector, RedactCache, RedactSettings, Redactor};
use std::hint::black_box;
use std::time::Instant;
use tracework_core::{Callsite, CallsiteFacts, Draft, Head, Key, Kind, Limits, Page, Pick, Severity, Timestamp, Value};

fn callsite(fields: &[&'static str]) -> &'static Callsite {
    Callsite::register(CallsiteFacts {
        name: "event",
        target: "payments::card",
        severity: Severity::INFO,
        module: None,
        file: None,
        line: None,
        fields: fields.into(),
        is_span: false,
    })
    .expect("the table has room")
}

fn page(callsite: Option<&'static Callsite>, fill: impl Fn(&mut Draft)) -> (Page, Pick) {
    let mut draft = Draft::new(Limits::default());
    let (time, severity, kind) = (Timestamp(0), Severity::INFO, Kind::Log);
    draft.begin(Head { time, severity, kind, callsite, generation: 0, roles: 0 });
    fill(&mut draft);
    let mut page = Page::default();
    let pick = page.push(&draft, None);
    (page, pick)
}

fn clean(draft: &mut Draft) {
    draft.message_str("payment processed for the order");
    draft.field(Key::Place(0), Value::U64(451_236));
    draft.field(Key::Place(1), Value::F64(12.5));
    draft.field(Key::Place(2), Value::Str("checkout"));
    draft.field(Key::Place(3), Value::Bool(true));
}

fn named(draft: &mut Draft) {
    draft.message_str("payment processed for the order");
    draft.field(Key::Name("customer"), Value::U64(451_236));
    draft.field(Key::Name("amount"), Value::F64(12.5));
    draft.field(Key::Name("step"), Value::Str("checkout"));
    draft.field(Key::Name("retried"), Value::Bool(true));
}

fn texts(draft: &mut Draft) {
    draft.message_str("GET https://shop.example.com/orders/7: 200 OK (12 ms)");
    draft.field(Key::Place(0), Value::Str("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"));
    draft.field(Key::Place(1), Value::Str("2026-01-15T10:30:45Z"));
    draft.field(Key::Place(2), Value::Str("7f9c24e8-3b12-4fef-91e0-56a2d5a1c7bd"));
    draft.field(Key::Place(3), Value::Str("192.0.2.7:443"));
}

fn json(draft: &mut Draft) {
    draft.message_str("order received");
    draft.field(
        Key::Place(0),
        Value::Json(r#"{"order":7,"items":[{"sku":"A-1","count":2}],"note":"leave at the door"}"#),
    );
}

fn secret(draft: &mut Draft) {
    clean(draft);
    draft.message_str("login with password=hunter2 for bob");
}

#[expect(clippy::print_stderr, reason = "this measurement is read by a person")]
fn report(name: &str, (page, pick): &(Page, Pick), redactor: &Redactor) {
    const ROUNDS: u32 = 200_000;
    let (mut cache, mut draft) = (RedactCache::new(), Draft::new(Limits::default()));
    let record = page.record(*pick);
    let time = |work: &mut dyn FnMut()| {
        let rounds = (0..9).map(|_| {
            let start = Instant::now();
            (0..ROUNDS).for_each(|_| work());
            start.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS)
        });
        rounds.fold(f64::INFINITY, f64::min)
    };
    let entries = time(&mut || _ = black_box(black_box(&record).entries().count()));
    let needs = time(&mut || _ = black_box(redactor.needs(black_box(&record), &mut cache)));
    let rewrite = time(&mut || _ = black_box(redactor.rewrite(black_box(&record), &mut cache, &mut draft)));
    eprintln!("{name:32} walk {entries:6.1} ns   needs {needs:6.1} ns   rewrite {rewrite:6.1} ns");
}

#[test]
#[ignore = "a measurement, for an idle machine"]
fn what_redaction_costs() {
    let site = callsite(&["customer", "amount", "step", "retried"]);
    let usual = Redactor::new(&RedactSettings::default()).expect("the settings are good");
    let full = RedactSettings {
        patterns: vec!["sk_live_[A-Za-z0-9]+".into(), "(?i)acct-\\d{6}".into()],
        detect: Detector::ALL.to_vec(),
        ..RedactSettings::default()
    };
    let full = Redactor::new(&full).expect("the settings are good");
    let none = Redactor::new(&RedactSettings::none()).expect("the settings are good");
    let f4 = page(Some(site), clean);
    report("4 fields", &f4, &usual);
    report("4 fields, nothing asked for", &f4, &none);
    report("4 fields, 2 patterns, all shapes", &f4, &full);
    report("4 named fields", &page(None, named), &usual);
    report("4 texts with `:` and `(`", &page(Some(site), texts), &usual);
    report("JSON", &page(Some(site), json), &usual);
    report("a secret", &page(Some(site), secret), &usual);
}
