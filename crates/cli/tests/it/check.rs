//! `tracework check`.

use super::support::Place;
use std::path::Path;

#[test]
fn a_right_config_is_told_with_what_each_destination_gets() {
    let place = Place::with(
        "level: INFO\ndestinations:\n  app:\n    type: file\n    path: logs/app.jsonl\n    levels: [ERROR, CRITICAL]\n    \
         kinds: [audit]\n    failover: screen\n  screen: { type: console, enabled: false }\n\
         routes: [{ when: tag = PAYMENT, to: [app] }]\ndefault: []\n",
    );
    let run = place.run(&["check", "app.yml"], b"");
    let folder = place.path("").canonicalize().expect("it is there");
    let path = place.path("logs/app.jsonl");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let row = |name: &str, value: &str| format!("  {name:<9} {value}");
    for line in [
        "app.yml is right: 2 destinations, 1 route".to_owned(),
        "app: file".to_owned(),
        row("levels", "ERROR and above, exactly"),
        row("kinds", "audit"),
        row("gets", "what matches `tag = PAYMENT`"),
        row("buffer", "8 MiB, then callers wait for 1s at the most"),
        row("failover", "screen"),
        "screen: console, switched off".to_owned(),
        row("gets", "what `app` cannot take"),
    ] {
        assert!(run.out.lines().any(|told| told == line), "{line}\n{}", run.out);
    }
    let told = run.out.lines().find_map(|line| line.trim().strip_prefix("path")).map(str::trim).expect("it is told");
    assert!(
        Path::new(told).is_absolute()
            && (told == path.to_string_lossy() || told.starts_with(&*folder.to_string_lossy()))
    );
    assert!(!place.path("logs").exists(), "nothing is opened");
}

#[test]
fn what_is_promised_and_where_the_disk_buffer_stands_is_told() {
    let place = Place::with(
        "destinations:\n  app: { type: file, path: app.jsonl, delivery: at_least_once }\n  \
         spilling: { type: file, path: b.jsonl, delivery: best_effort, buffer: { disk: 1GiB, fsync: never } }\n",
    );
    let run = place.run(&["check", "app.yml"], b"");
    // Lines that are too wide are broken.
    let told = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in [
        "spool/app, 256 MiB, synced every 100ms delivery at least once: on disk until it is delivered",
        "spool/spilling, 1 GiB, never synced delivery best effort: on disk what memory has no room for",
    ] {
        assert!(told.contains(line), "{line}\n{}", run.out);
    }
}

#[test]
fn a_wrong_config_is_told_at_its_lines_within_80_columns() {
    let place = Place::with("levl: INFO\ndestinations:\n  app: { type: fiel }\nwibble: 1\n");
    let run = place.run(&["check", "app.yml"], b"");
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    assert!(run.err.contains(
        "app.yml:1:1: nothing is called `levl` here\n  |\n1 | levl: INFO\n  | ^^^^\n  help: did you mean `level`?"
    ));
    assert!(run.err.contains("app.yml:3:16: `fiel` is no type of destination"));
    assert!(run.err.ends_with("3 problems; nothing was changed\n"));
    assert!(run.err.lines().all(|line| line.chars().count() <= 80), "{}", run.err);
}

#[test]
fn what_others_call_a_type_is_told_by_its_name() {
    for (word, told) in [
        ("postgres", "that is `type: sql` with `url: postgres://USER@HOST/DATABASE`"),
        ("RabbitMQ", "that is `type: amqp`"),
        ("slack", "that is `type: http` with `body: slack`"),
        ("amqpp", "did you mean `amqp`?"),
    ] {
        let run =
            Place::with(&format!("destinations: {{ app: {{ type: {word} }} }}\n")).run(&["check", "app.yml"], b"");
        assert!(run.code == Some(2) && run.err.contains(&format!("help: {told}")), "{word}: {}", run.err);
    }
}

#[test]
fn a_config_that_is_not_there_is_told() {
    let run = Place::with("").run(&["check", "other.yml"], b"");
    assert_eq!(run.code, Some(2));
    assert!(run.err.starts_with("other.yml: cannot be read: "), "{}", run.err);
    let run = Place::with("").run(&["check", "app.yml"], b"");
    assert!(run.code == Some(2) && run.err.starts_with("app.yml: the config is empty"));
}

#[test]
fn the_sample_is_right() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/logging_framework.yml");
    let run = Place::with("").run(&["check", &sample.to_string_lossy()], b"");
    assert_eq!(run.code, Some(0), "{}", run.err);
}
