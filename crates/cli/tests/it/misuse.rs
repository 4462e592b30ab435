//! The command line itself.

use super::support::Place;
use std::process::Stdio;

#[test]
fn help_and_version_are_told() {
    let place = Place::with("");
    for arguments in [
        &["--help"][..],
        &["help"],
        &["check", "--help"],
        &["explain", "-h"],
        &["pipe", "--help"],
        &["replay", "--help"],
    ] {
        let run = place.run(arguments, b"");
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(run.out.contains("tracework") && run.out.lines().all(|line| line.len() <= 80), "{}", run.out);
    }
    assert_eq!(place.run(&["--version"], b"").out, format!("tracework {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_makes_no_sense_is_told_and_is_2() {
    let place = Place::with("level: INFO");
    let rows: [(&[&str], &str); 17] = [
        (&[], "which command? There are check, explain, init, pipe, replay and schema."),
        (&["chekc"], "there is no command `chekc`"),
        (&["serve"], "`serve` is not in this version yet"),
        (&["check"], "which config?"),
        (&["check", "app.yml", "--loud"], "there is no option `--loud`."),
        (&["check", "app.yml", "b.yml"], "`b.yml` is one word too many."),
        (&["check", "--profile"], "`--profile` needs a value behind it."),
        (&["pipe", "app.yml"], "Is it the config? Write `--config app.yml`."),
        (&["init", "testing"], "write `--profile testing`"),
        (&["init", "--profile", "nobody"], "There are development, testing, production, debug."),
        (&["pipe"], "which config?"),
        (&["replay", "--config", "app.yml"], "which file?"),
        (&["replay", "dead.jsonl"], "which config?"),
        (&["replay", "dead.jsonl", "app.yml"], "Is it the config? Write `--config app.yml`."),
        (&["replay", "--config", "app.yml", "dead.jsonl", "--destination", "a"], "the config has no destination `a`."),
        (&["pipe", "--config", "app.yml", "--allow-kinds", "odd"], "`odd` is no kind"),
        (&["explain", "--config", "app.yml", "--level", "LOUD"], "`LOUD` is no severity"),
    ];
    for (arguments, told) in rows {
        let run = place.run(arguments, b"");
        assert!(run.code == Some(2) && run.err.contains(told), "{arguments:?}: {:?} {}", run.code, run.err);
    }
}

#[test]
fn a_reader_that_has_gone_is_no_panic() {
    let place = Place::with("destinations: { a: { type: memory } }");
    let mut child = place.command(&["check", "app.yml"]).stdout(Stdio::piped()).spawn().expect("it was built");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.code().is_some() && !String::from_utf8_lossy(&output.stderr).contains("panicked"));
}
