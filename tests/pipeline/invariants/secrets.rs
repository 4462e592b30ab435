//! A secret that is to be redacted is in no file, whatever way it came.

use crate::support::{Bench, Chain};
use std::error::Error;
use tracework::core::{Attach as _, DeadLetterSettings, GiveUp, RetrySettings};
use tracework::destinations::File;
use tracework::engine::RedactSettings;
use tracework::format::{Csv, Json, Logfmt, Text, Xml};
use tracework::prelude::*;
use tracework_testkit::{Faulty, Recording};
use tracing::field::Empty;

const CANARY: &str = "sk_live_CANARY0123456789abcdef";

fn emit() {
    info!(password = CANARY, "in a field by its name");
    info!(note = CANARY, "in a field by its shape");
    info!("in the message {CANARY}");
    info!(shown = %CANARY, debugged = ?[CANARY], "rendered");
    info!(nested = json(&std::collections::BTreeMap::from([("token", CANARY), ("deep", CANARY)])), "nested");
    info!(tags = CANARY, category = CANARY, "in what is reserved");
    error!(error = &Chain::of(&["outer", CANARY]) as &(dyn Error + 'static), "in the cause of an error");
    let span = tracing::info_span!("around", token = CANARY, late = Empty);
    span.record("late", CANARY);
    span.in_scope(|| info!("in a span, at once and later"));
    log::info!("by log {CANARY}");
    info!(body = CANARY.as_bytes(), "in bytes");
}

/// In the fields of a scope: by its name, and by its shape.
fn emit_in_scopes(control: &Control) {
    let named = [("password", "hunter2 CANARY")];
    let shaped = [("note", CANARY), ("dsn", "pg://a:CANARY@b")];
    let inner = || info!("in scopes");
    tracework::context::scope(control, &named, || tracework::context::scope(control, &shaped, inner));
}

#[test]
fn a_canary_is_in_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::new();
    let redact = RedactSettings { patterns: vec!["sk_live_[A-Za-z0-9]+".into()], ..RedactSettings::default() };
    let changed = bench.control.change(|spec| {
        spec.redact = redact;
        Ok(())
    });
    changed.expect("it can be changed");
    let path = |name: &str| folder.path().join(name);
    bench.control.attach("json", File::append(path("json")).format(Json::new())).expect("it attaches");
    bench.control.attach("text", File::append(path("text")).format(Text::new())).expect("it attaches");
    bench.control.attach("xml", File::append(path("xml")).format(Xml::new())).expect("it attaches");
    bench.control.attach("csv", File::append(path("csv")).format(Csv::new())).expect("it attaches");
    bench.control.attach("logfmt", File::append(path("logfmt")).format(Logfmt::new())).expect("it attaches");
    let (refusing, script) = Faulty::new(Recording::new());
    script.refuse(|_| true);
    let retry = RetrySettings { give_up: GiveUp::Attempts(1), ..RetrySettings::default() };
    let dead = DeadLetterSettings { file: Some(path("dead")), ..DeadLetterSettings::default() };
    bench.control.attach("dead", refusing.retry(retry).dead_letters(dead)).expect("it attaches");
    let control = bench.control.clone();
    bench.run(|| {
        emit();
        emit_in_scopes(&control);
    });
    let hex: String = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut files = 0;
    for file in std::fs::read_dir(folder.path()).expect("it is there") {
        let file = file.expect("it can be read").path();
        let text = std::fs::read_to_string(&file).expect("it is UTF-8");
        assert!(!text.contains("CANARY") && !text.contains(&hex), "{}: {text}", file.display());
        assert!(text.lines().count() >= 8, "{} has what was emitted: {text}", file.display());
        files += 1;
    }
    assert_eq!(files, 6);
}
