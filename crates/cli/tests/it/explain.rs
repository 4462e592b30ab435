//! `tracework explain`.

use super::support::Place;

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
    assert_eq!(told[2], "no audit it takes other kinds");
    assert_eq!(told[3], "route matches: field.amount > 100");
    let told = explain(&["--level", "INFO", "--target", "hyper::client"]);
    assert!(told[0].starts_with("no app `targets` silences"));
}

#[test]
fn names_spans_and_kinds_count_as_in_a_program() {
    assert!(explain(&["--destinations", "pay", "--level", "TRACE"])[1].starts_with("yes pay the record names it"));
    assert!(explain(&["--level", "DEBUG"])[0].starts_with("no app it takes other severities"));
    assert!(explain(&["--level", "DEBUG", "--span", "log.level=debug"])[0].starts_with("yes app"));
    assert!(explain(&["--kind", "audit", "--field", "amount=200"])[2].starts_with("yes audit"));
    assert!(
        explain(&["--destinations", "nobody"])
            .contains(&"no destination is called `nobody`: the name is passed over".to_owned())
    );
}
