//! `tracework replay`: what was refused is delivered once the cause is gone.

use super::support::{Place, Run, records};
use serde_json::{Value, json};

/// A file that cannot be written as long as `blocked` is a file: what comes then is refused for ever.
const REFUSING: &str = "destinations:\n  app: { type: file, path: blocked/app.jsonl, format: { type: json, event_id: true }, \
                        retry: { first: 5ms, max: 10ms, give_up: 2 attempts }, dead_letters: { file: dead.jsonl } }\n  \
                        audit: { type: file, path: audit.jsonl }\n\
                        default: [app]\n";

/// Leaves `dead.jsonl` with a letter for each of `input`, and takes the cause away.
fn refused(config: &str, input: &str) -> Place {
    let place = Place::with(config);
    std::fs::write(place.path("blocked"), "a file where a folder must be").expect("it can be written");
    let run = place.run(&["pipe", "--config", "app.yml"], input.as_bytes());
    assert!(run.code == Some(1) && run.err.contains("refused for ever"), "{}", run.err);
    std::fs::remove_file(place.path("blocked")).expect("it is there");
    place
}

fn replay(place: &Place, more: &[&str]) -> Run {
    place.run(&[&["replay", "--config", "app.yml"], more].concat(), b"")
}

fn letters(place: &Place) -> Vec<Value> {
    records(&place.path("dead.jsonl"))
}

#[test]
fn a_letter_is_delivered_as_it_was_and_the_file_stays() {
    let line = r#"{"level":"warn","msg":"slow\n","target":"app::db","time":"2026-01-15T10:30:45.123456Z","tags":["A","B"],"ms":12.5,"big":18446744073709551615,"ok":true,"no":null,"nested":{"a":[1,"x"]}}"#;
    let place = refused(REFUSING, &format!("{line}\n{{\"msg\":\"two\"}}\n"));
    let before = std::fs::read(place.path("dead.jsonl")).expect("it is there");
    let run = replay(&place, &["dead.jsonl"]);
    assert_eq!((run.code, run.err.as_str(), run.out.as_str()), (Some(0), "", "app: 2 sent again, 2 delivered\n"));
    assert_eq!(std::fs::read(place.path("dead.jsonl")).expect("it is there"), before);
    let came = records(&place.path("blocked/app.jsonl"));
    assert_eq!((came.len(), &came[0]["message"], &came[1]["message"]), (2, &json!("slow\n"), &json!("two")));
    assert_eq!(came[0]["timestamp"], "2026-01-15T10:30:45.123456Z");
    let fields = json!({"ms":12.5,"big":18446744073709551615_u64,"ok":true,"no":null,"nested":{"a":[1,"x"]}});
    assert_eq!(
        (&came[0]["fields"], &came[0]["tags"], &came[0]["level"]),
        (&fields, &json!(["A", "B"]), &json!("WARNING"))
    );
    // The same id is sent again, so whoever knows ids takes it once.
    replay(&place, &["dead.jsonl"]);
    let ids: Vec<_> = records(&place.path("blocked/app.jsonl")).iter().map(|one| one["event_id"].clone()).collect();
    assert_eq!((ids.len(), &ids[..2]), (4, &ids[2..]));
    assert!(ids[0].is_string() && ids[0] != ids[1], "{ids:?}");
}

#[test]
fn what_is_refused_again_is_told_and_is_1() {
    let place = refused(REFUSING, "one\ntwo\n");
    std::fs::write(place.path("blocked"), "again").expect("it can be written");
    let run = replay(&place, &["dead.jsonl"]);
    assert_eq!((run.code, run.out.as_str()), (Some(1), "app: 2 sent again, 2 refused again\n"), "{}", run.err);
    assert!(run.err.contains("tracework: 2 records were refused for ever\n  app: 2 of 2: "), "{}", run.err);
    assert_eq!(letters(&place).len(), 4, "they stand there twice now");
}

#[test]
fn lines_that_cannot_be_read_are_named_and_the_others_sent() {
    let place = refused(REFUSING, "one\ntwo\nthree\n");
    let text = std::fs::read_to_string(place.path("dead.jsonl")).expect("it is there");
    let lines: Vec<_> = text.lines().collect();
    let foreign = lines[1].replace("\"app\"", "\"nobody\"");
    let all = format!(
        "{}\n# a comment\n{{\"destination\":\"app\",\"record\":{{}}}}\n{foreign}\n{}",
        lines[0],
        &lines[2][..90]
    );
    std::fs::write(place.path("odd.jsonl"), all).expect("it can be written");
    let run = replay(&place, &["odd.jsonl"]);
    assert_eq!((run.code, run.out.as_str()), (Some(1), "app: 1 sent again, 1 delivered\n"), "{}", run.err);
    let told: Vec<_> = run.err.lines().collect();
    let expected = [
        "tracework: odd.jsonl: line 2: it is no JSON, or not one object alone",
        "tracework: odd.jsonl: line 3: it has no payload: an earlier version wrote it, for people to read",
        "tracework: odd.jsonl: line 4: there is no destination `nobody`",
        "tracework: odd.jsonl: line 5: it is cut short",
    ];
    assert_eq!(told, expected);
}

#[test]
fn one_destination_alone_gets_its_own() {
    let place = refused(REFUSING, "one\ntwo\n");
    let text = std::fs::read_to_string(place.path("dead.jsonl")).expect("it is there");
    let mixed = text.replacen("\"app\"", "\"audit\"", 1);
    std::fs::write(place.path("dead.jsonl"), mixed).expect("it can be written");
    let run = replay(&place, &["--destination", "audit", "dead.jsonl"]);
    let told = "audit: 1 sent again, 1 delivered\n1 letter of another destination was left\n";
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (Some(0), told, ""));
    assert_eq!(records(&place.path("audit.jsonl"))[0]["message"], "one");
    assert!(!place.path("blocked/app.jsonl").exists());
    let run = replay(&place, &["dead.jsonl", "--destination", "audti"]);
    assert!(run.code == Some(2) && run.err.contains("Did you mean `audit`?"), "{}", run.err);
    let run = replay(&place, &["gone.jsonl"]);
    assert!(run.code == Some(1) && run.err.starts_with("tracework: gone.jsonl cannot be read: "), "{}", run.err);
    let run = replay(&place, &["."]);
    assert!(run.code == Some(1) && run.err.contains("cannot be read: "), "{}", run.err);
}

#[test]
fn a_disk_buffer_keeps_what_cannot_be_delivered_for_the_next_run() {
    let place = refused(REFUSING, "one\ntwo\n");
    let kept = REFUSING.replace("give_up: 2 attempts }", "give_up: never }, delivery: at_least_once");
    std::fs::write(place.path("app.yml"), kept).expect("it can be written");
    std::fs::write(place.path("blocked"), "again").expect("it can be written");
    let run = replay(&place, &["--timeout", "300ms", "dead.jsonl"]);
    assert_eq!((run.code, run.out.as_str()), (Some(0), "app: 2 sent again, 2 left on disk\n"), "{}", run.err);
    assert!(run.err.contains("2 records wait on disk for `app`"), "{}", run.err);
    std::fs::remove_file(place.path("blocked")).expect("it is there");
    let run = replay(&place, &["--report", "dead.jsonl"]);
    assert_eq!(
        (run.code, run.out.as_str()),
        (Some(0), "app: 2 sent again, 2 found on disk, 4 delivered\n"),
        "{}",
        run.err
    );
    assert_eq!(run.report()["destinations"]["app"]["recovered"], 4);
    let ids: Vec<_> = records(&place.path("blocked/app.jsonl")).iter().map(|one| one["event_id"].clone()).collect();
    assert_eq!((ids.len(), &ids[..2]), (4, &ids[2..]), "sent twice, with the same ids");
}
