//! `tracework explain`.

use super::support::Place;
use tracework::Severity;
use tracework::config::{ConfigSource, Environment};
use tracework::engine::{Query, SpanQuery};
use tracework::registry::standard;

/// One that has each reason for a no.
const MANY: &str = "
level: INFO
targets: { hyper: WARNING }
callsites: { \"src/loud.rs:7\": off, \"src/db.rs:42\": TRACE, \"message ~ heartbeat\": off }
filters: { fold: { type: dedup, window: 1s } }
tags: { none: [NOISY] }
destinations:
  app: { type: file, path: logs/app.jsonl }
  sql: { type: file, path: logs/sql.jsonl, filter: field.rows > 5, level: DEBUG }
  off: { type: memory, enabled: false }
routes:
  - { name: sql, when: span = query and context.db = main, to: [sql, off] }
default: app
";

const CONFIG: &str = "level: INFO\ntargets: { hyper: WARNING }\ndestinations:\n  app: { type: file, path: logs/app.jsonl }\n  \
                      pay: { type: file, path: logs/pay.jsonl, level: ERROR, tags: [PAYMENT] }\n  \
                      audit: { type: memory, kinds: [audit] }\nroutes: [{ when: \"field.amount > 100\", to: [pay, audit] }]\n\
                      default: app\n";

fn explain(arguments: &[&str]) -> Vec<String> {
    let place = Place::with(CONFIG);
    let run = place.run(&[&["explain", "--config", "app.yml"], arguments].concat(), b"");
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(!place.path("logs").exists(), "nothing is opened");
    run.out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn each_destination_is_told_with_its_reason() {
    let told = explain(&["--level", "ERROR", "--target", "app::db", "--tags", "PAYMENT", "--field", "amount=200"]);
    assert_eq!(told[0], "no app no route leads there");
    assert!(told[1].starts_with("yes pay "));
    assert_eq!(told[2], "no audit it takes audit and nothing else");
    assert_eq!(told[3], "route matches: field.amount > 100");
    let told = explain(&["--level", "INFO", "--target", "hyper::client"]);
    assert!(told[0].starts_with("no app `targets` silences"));
}

#[test]
fn names_spans_and_kinds_count_as_in_a_program() {
    assert!(explain(&["--destinations", "pay", "--level", "TRACE"])[1].starts_with("yes pay the record names it"));
    assert!(explain(&["--level", "DEBUG"])[0].starts_with("no app it takes INFO and above"));
    assert!(explain(&["--level", "DEBUG", "--span", "log.level=debug"])[0].starts_with("yes app"));
    assert!(explain(&["--kind", "audit", "--field", "amount=200"])[2].starts_with("yes audit"));
    assert!(
        explain(&["--destinations", "nobody"])
            .contains(&"no destination is called `nobody`: the name is passed over".to_owned())
    );
}

#[test]
fn spans_have_names_that_rules_see() {
    let place = Place::with(MANY);
    let explain = |arguments: &[&str]| place.run(&[&["explain", "--config", "app.yml"], arguments].concat(), b"").out;
    let inside = explain(&["--span", "request", "--span", "user=7", "--span", "query", "--span", "db=main"]);
    assert!(inside.contains("route matches: span = query and context.db = main"), "{inside}");
    // A span by its name alone, and a field of a span around it.
    let around = explain(&["--span", "request", "--span", "db=main", "--span", "query"]);
    assert!(around.contains("route matches"), "{around}");
    let field_alone = explain(&["--span", "db=main"]);
    assert!(field_alone.contains("route does not match"), "{field_alone}");
}

#[test]
fn callsites_and_how_tracing_was_compiled_are_told() {
    let place = Place::with(MANY);
    let explain = |arguments: &[&str]| place.run(&[&["explain", "--config", "app.yml"], arguments].concat(), b"").out;
    let told = explain(&["--callsite", "app/src/loud.rs:7"]);
    assert!(told.starts_with("no   app  its callsite is switched off\n"), "{told}");
    assert!(explain(&["--callsite", "app/src/loud.rs:8"]).starts_with("yes  app"));
    assert!(explain(&["--level", "TRACE", "--callsite", "src/db.rs:42"]).starts_with("yes  app"));
    assert!(explain(&["--level", "TRACE", "--callsite", "src/db.rs:43"]).starts_with("no   app"));
    let told = explain(&["--level", "DEBUG", "--callsite", "src/db.rs:42", "--static-max-level", "info"]);
    assert!(told.starts_with("no   app  tracing was compiled without it\n"), "{told}");
    assert!(told.contains("tracing was compiled with INFO as its highest level"), "{told}");
    let run = place.run(&["explain", "--config", "app.yml", "--callsite", "src/*.rs:7"], b"");
    assert_eq!(run.code, Some(2));
    assert!(
        run.err.contains("`src/*.rs:7` is no callsite, such as src/db.rs:42: one callsite is asked"),
        "{}",
        run.err
    );
}

/// What a program is told by `Control::explain`, in the lines of the program `tracework`.
#[test]
fn the_program_and_the_library_tell_the_same() {
    let place = Place::with(MANY);
    let config = ConfigSource::file(place.path("app.yml")).environment(Environment::none()).read(&standard());
    let control = config.expect("it is right").rehearsal().into_control().expect("it starts");
    let span = |name: &str, fields: &[(&str, &str)]| SpanQuery {
        name: name.to_owned(),
        fields: fields.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect(),
    };
    let query = Query::default;
    let at = |text: &str| Some(text.parse().expect("a callsite"));
    let cases: [(&[&str], Query); 9] = [
        (&[], query()),
        (&["--target", "hyper::client"], Query { target: "hyper::client".into(), ..query() }),
        (&["--tags", "NOISY"], Query { tags: Some("NOISY".into()), ..query() }),
        (&["--span", "query", "--span", "db=main"], Query { spans: vec![span("query", &[("db", "main")])], ..query() }),
        (
            &["--span", "a", "--span", "db=main", "--span", "query", "--field", "rows=9"],
            Query {
                spans: vec![span("a", &[("db", "main")]), span("query", &[])],
                fields: vec![("rows".into(), "9".into())],
                ..query()
            },
        ),
        (&["--callsite", "src/loud.rs:7"], Query { callsite: at("src/loud.rs:7"), ..query() }),
        (
            &["--callsite", "src/db.rs:42", "--level", "TRACE", "--message", "a heartbeat"],
            Query { callsite: at("src/db.rs:42"), severity: Severity::TRACE, message: "a heartbeat".into(), ..query() },
        ),
        (
            &["--level", "DEBUG", "--span", "log.level=debug", "--static-max-level", "info"],
            Query {
                severity: Severity::DEBUG,
                spans: vec![span("", &[("log.level", "debug")])],
                static_max_level: Some(Severity::INFO),
                ..query()
            },
        ),
        (&["--destinations", "nobody,-app"], Query { destinations: Some("nobody,-app".into()), ..query() }),
    ];
    let mut different = std::collections::BTreeSet::new();
    for (arguments, query) in cases {
        let run = place.run(&[&["explain", "--config", "app.yml"], arguments].concat(), b"");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&run.out), words(&control.explain(&query).to_string()), "{arguments:?}");
        different.insert(run.out);
    }
    assert!(different.len() >= 7, "the cases differ: {different:#?}");
}
