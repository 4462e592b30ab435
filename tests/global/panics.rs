//! Whatever a program panics with and wherever, it is told, and tracework is none the worse for it.

use crate::child::{Ended, run};

/// What the child wrote into its file, which is then gone.
fn written(ended: &Ended) -> String {
    let path = ended.out.lines().find_map(|line| line.strip_prefix("path=")).expect("it names its file");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let _ = std::fs::remove_file(path);
    text
}

#[test]
fn every_payload_is_told_with_its_place_thread_and_spans() {
    let ended = run("payloads of every kind");
    for line in [
        "panic a text|panic|CRITICAL|worker|request|true|true",
        "panic a number: 7|panic|CRITICAL|worker|request|true|true",
        "panic an error|std::io::error::Error|CRITICAL|worker|request|true|true",
        "panic a boxed error|panic|CRITICAL|worker|request|true|true",
        "panic a cow|panic|CRITICAL|worker|request|true|true",
        "panic a value of a type that is not known|panic|CRITICAL|worker|request|true|true",
    ] {
        ended.printed(line);
    }
}

#[test]
fn a_backtrace_is_captured_if_the_settings_ask_for_it() {
    let ended = run("a panic has a backtrace");
    for line in ["names=true", "begins=true", "tag=true fingerprint=true", "groups=1"] {
        ended.printed(line);
    }
}

#[test]
fn both_panics_of_a_double_panic_are_on_disk() {
    let ended = run("a panic inside a panic");
    assert!(!ended.success, "{ended:#?}");
    let text = written(&ended);
    assert!(text.contains("the first panic") && text.contains("the second panic"), "{text}\n{ended:#?}");
}

#[test]
fn a_panic_that_aborts_is_on_disk() {
    let ended = run("a panic that cannot unwind");
    assert!(!ended.success, "{ended:#?}");
    assert!(written(&ended).contains("through a wall"), "{ended:#?}");
}

#[test]
fn a_display_that_panics_in_the_hook_ends_the_process_as_rust_does() {
    let ended = run("a panic of a display in the hook");
    assert!(!ended.success, "{ended:#?}");
    assert!(written(&ended).contains("before"), "{ended:#?}");
}

#[test]
fn a_panic_on_our_own_thread_goes_to_the_self_log_alone() {
    let ended = run("a panic on our own thread");
    ended.printed("noted=true");
    assert_eq!(ended.out.matches("record ").count(), 1, "{ended:#?}");
}

#[test]
fn panics_of_many_threads_at_once_are_all_told() {
    let ended = run("many threads panic at once");
    ended.printed("groups=1");
    assert_eq!(ended.out.matches("record panicked: thread").count(), 16, "{ended:#?}");
}

#[test]
fn a_panic_inside_a_change_changes_nothing_and_blocks_nothing() {
    run("a panic while a plan is changed").printed("record panicked: a fault in the change");
}

#[test]
fn a_panic_is_told_once_however_often_the_hook_was_asked_for() {
    let ended = run("hooks are set twice");
    assert_eq!(ended.out.matches("record panicked: once").count(), 1, "{ended:#?}");
    assert!(ended.err.contains("once"), "the hook before ours runs too");
}

#[test]
fn panics_are_left_alone_if_the_settings_say_so() {
    let ended = run("panics are not logged");
    assert!(ended.success && !ended.out.contains("record "), "{ended:#?}");
}

#[test]
fn the_error_of_main_is_logged_and_told() {
    let ended = run("main returns an error");
    ended.printed("failed=true");
    assert!(ended.err.contains("Error: ParseIntError"), "{ended:#?}");
    let text = written(&ended);
    assert!(text.contains("invalid digit found in string") && text.contains("children/panics.rs"), "{text}");
}

#[test]
fn a_program_that_cannot_begin_says_why() {
    let ended = run("main cannot begin");
    ended.printed("failed=true");
    assert!(!ended.out.contains("it runs") && ended.err.contains("destinations"), "{ended:#?}");
}
