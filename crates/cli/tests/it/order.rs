//! Profiles, environment and provenance, on the command line.

use super::support::Place;
use std::process::Stdio;

fn with(place: &Place, arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut command = place.command(arguments);
    let output = command.envs(variables.iter().copied()).stdin(Stdio::null()).output().expect("the program was built");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn every_starter_is_right_and_fits_the_terminal() {
    for profile in ["development", "testing", "production", "debug"] {
        let run = Place::with("").run(&["init", "--profile", profile], b"");
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{profile}");
        assert!(run.out.lines().all(|line| line.chars().count() <= 80), "{}", run.out);
        let place = Place::with(&run.out);
        let check = place.run(&["check", "app.yml"], b"");
        assert_eq!((check.code, check.err.as_str()), (Some(0), ""), "{profile}");
        // What is written out is what the profile says.
        let chosen = Place::with(&format!("profile: {profile}\nservice: my-service\n"));
        let other = chosen.run(&["check", "app.yml"], b"");
        let rest = |told: &str, place: &Place| {
            let folder = place.path("").display().to_string();
            told.replace(&folder, "").replace(&format!("its profile is {profile}\n"), "")
        };
        let lines =
            |told: &str| told.lines().filter(|line| !line.starts_with("relative")).collect::<Vec<_>>().join("\n");
        assert_eq!(lines(&rest(&check.out, &place)), lines(&rest(&other.out, &chosen)), "{profile}");
    }
    let place = Place::with("");
    assert_eq!(place.run(&["init"], b"").out, place.run(&["init", "--profile", "development"], b"").out);
    let wrong = place.run(&["init", "--profile", "prodution"], b"");
    assert!(wrong.code == Some(2) && wrong.err.contains("Did you mean `production`?"), "{}", wrong.err);
}

#[test]
fn every_value_is_told_with_who_set_it() {
    let place = Place::with("profile: production\nservice: payments\nmetadata: { token: hunter2 }\n");
    let variables = [("TRACEWORK__DESTINATIONS__CONSOLE__LEVEL", "DEBUG"), ("TRACEWORK_LEVEL", "ERROR")];
    let (code, out, err) = with(&place, &["check", "--explain-values", "app.yml"], &variables);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let row = |path: &str| out.lines().find(|line| line.starts_with(path)).unwrap_or_else(|| panic!("{path}\n{out}"));
    assert!(row("level: ERROR ").ends_with("  env TRACEWORK_LEVEL"), "{out}");
    assert!(row("destinations.console.level: DEBUG ").ends_with(" env TRACEWORK__DESTINATIONS__CONSOLE__LEVEL"));
    assert!(row("destinations.app.rotate.size: 64MiB ").ends_with("  profile production"));
    assert!(row("limits.fields: 64 ").ends_with("  default"));
    assert!(row("service: payments ").ends_with("  app.yml:2:10"));
    assert!(row("metadata.token: *** ").ends_with("  app.yml:3:20"));
    assert!(!out.contains("hunter2"));
}

#[test]
fn a_profile_is_chosen_on_the_command_line() {
    let place = Place::with("profile: nope\nlevel: INFO\n");
    assert_eq!(place.run(&["check", "app.yml"], b"").code, Some(2));
    let run = place.run(&["check", "--profile", "testing", "app.yml"], b"");
    assert!(run.code == Some(0) && run.out.contains("its profile is testing\n"), "{}{}", run.out, run.err);
    let explain = place.run(&["explain", "--config", "app.yml", "--profile", "testing"], b"");
    assert!(explain.code == Some(0) && explain.out.contains("recent"), "{}{}", explain.out, explain.err);
    let piped = place.run(&["pipe", "--config", "app.yml", "--profile", "testing"], b"{\"message\":\"x\"}\n");
    assert_eq!(piped.code, Some(0), "{}", piped.err);
}

#[test]
fn pipe_does_not_read_rust_log() {
    let config = "level: INFO\ndestinations: { app: { type: file, path: app.jsonl } }\n";
    for (variables, count) in [([("RUST_LOG", "off")], 1), ([("TRACEWORK_LEVEL", "ERROR")], 0)] {
        let place = Place::with(config);
        let mut command = place.command(&["pipe", "--config", "app.yml"]);
        let mut child = command.envs(variables).spawn().expect("the program was built");
        let mut stdin = child.stdin.take().expect("it is piped");
        std::io::Write::write_all(&mut stdin, b"{\"level\":\"INFO\",\"message\":\"x\"}\n").expect("it reads");
        drop(stdin);
        assert!(child.wait().expect("it ends").success());
        assert_eq!(super::support::records(&place.path("app.jsonl")).len(), count, "{variables:?}");
    }
}

#[test]
fn warnings_are_told_and_are_no_mistake() {
    let place = Place::with("console_enabled: true\naudit_enabled: true\n");
    let run = place.run(&["check", "app.yml"], b"");
    assert_eq!(run.code, Some(0));
    assert!(run.err.starts_with("warning: app.yml:2:1: `audit_enabled` does nothing"), "{}", run.err);
    assert!(run.out.starts_with("app.yml is right"));
}

#[test]
fn colours_follow_the_usual_variables() {
    let place = Place::with("level: LOUD\n");
    let plain = "app.yml:1:8: `LOUD` is no level";
    let (_, _, err) = with(&place, &["check", "app.yml"], &[]);
    assert!(err.starts_with(plain) && !err.contains('\u{1b}'), "not on a pipe: {err}");
    let (_, _, err) = with(&place, &["check", "app.yml"], &[("CLICOLOR_FORCE", "1")]);
    assert!(err.contains(&format!("\u{1b}[1m{plain}\u{1b}[0m")) && err.contains("\u{1b}[1;31m"), "{err}");
    let (_, _, err) = with(&place, &["check", "app.yml"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]);
    assert!(!err.contains('\u{1b}'), "{err}");
}

#[test]
fn what_holds_for_a_destination_without_a_word_is_told_too() {
    let config = "destinations:
  app: { type: file, path: a.log, retry: { max: 5s }, buffer: { when_full: drop_oldest }, rotate: { size: 1MiB } }
  audit: { type: memory, level: AUDIT, records: 10000, format: { type: json, shape: flat } }
";
    let place = Place::with(config);
    let (code, out, err) = with(&place, &["check", "--explain-values", "app.yml"], &[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let rows = |path: &str| -> Vec<String> {
        let start = format!("destinations.{path}: ");
        out.lines()
            .filter(|line| line.starts_with(&start))
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    };
    let row = |path: &str, value: &str| assert_eq!(rows(path), [format!("destinations.{path}: {value}")], "{out}");
    row("app.mode", "0640 default");
    row("app.sharing", "append default");
    row("app.retry.first", "500ms default");
    row("app.buffer.memory", "8MiB default");
    row("app.rotate.at_start", "false default");
    row("app.enabled", "true default");
    // What is said is told once, with who said it; also where it is the usual.
    row("app.retry.max", "5s app.yml:2:49");
    row("audit.records", "10000 app.yml:3:49");
    row("audit.format.shape", "flat app.yml:3:85");
    row("audit.format.zone", "UTC default");
    // What another name has changed is no default.
    assert_eq!(rows("audit.kinds"), [""; 0], "{out}");
    row("app.kinds", "[log, audit, security, job, metric] default");
    // They stand with their destination.
    let at = |start: &str| out.lines().position(|line| line.starts_with(start)).expect(start);
    assert!(at("destinations.app.mode") < at("destinations.audit.type"), "{out}");
    assert!(!out.contains("18446744073709551615"), "{out}");
}

#[test]
fn profiles_that_nobody_chose_are_checked_on_demand() {
    let config = "level: INFO
destinations: { app: { type: memory } }
profiles:
  good: { level: DEBUG }
  typo: { inherit: good, destinations: { app: { levle: ERROR } } }
  absent: { metadata: { key: \"${NOBODY_SETS_THIS}\" } }
";
    let place = Place::with(config);
    let all = ["check", "--all-profiles", "app.yml"];
    // They may name what is there only where they are used.
    assert_eq!(place.run(&["check", "app.yml"], b"").code, Some(0));
    let (code, _, err) = with(&place, &all, &[]);
    assert_eq!(code, Some(2), "{err}");
    let expected = "with the profile typo:

app.yml:5:49: nothing is called `levle` in `destinations.app`";
    assert!(err.starts_with(expected) && err.contains("did you mean `level`?"), "{err}");
    assert!(err.contains("with the profile absent:") && err.contains("NOBODY_SETS_THIS"), "{err}");
    assert!(!err.contains("good:") && !err.contains("production"), "those are right: {err}");
    assert!(err.lines().all(|line| line.chars().count() <= 80) && !err.contains('\u{1b}'), "{err}");
    let (_, _, colored) = with(&place, &all, &[("CLICOLOR_FORCE", "1")]);
    assert!(colored.contains("\u{1b}[1m"), "{colored}");
    let right = Place::with("level: INFO\nprofiles: { loud: { level: DEBUG } }\n");
    let (code, out, err) = with(&right, &all, &[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.ends_with("it is right with every profile\n"), "{out}");
}
