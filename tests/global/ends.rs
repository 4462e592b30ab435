//! However a program ends, what was queued is delivered, and what was not is told.

use crate::child::{Ended, run};

/// The lines of the file that the child wrote, and nothing of it is left.
fn lines(ended: &Ended) -> usize {
    let path = ended.out.lines().find_map(|line| line.strip_prefix("path=")).expect("it names its file");
    let lines = std::fs::read_to_string(path).unwrap_or_default().lines().count();
    let _ = std::fs::remove_file(path);
    lines
}

#[test]
fn a_guard_that_goes_out_of_scope_has_everything_written() {
    let ended = run("guard is dropped");
    assert!(ended.success, "{ended:#?}");
    assert_eq!(lines(&ended), 1_000);
}

#[test]
fn a_guard_that_a_panic_drops_has_everything_written() {
    let ended = run("guard is dropped by a panic");
    assert!(!ended.success, "{ended:#?}");
    assert_eq!(lines(&ended), 1_000);
}

#[test]
fn a_guard_that_cannot_finish_ends_in_time_and_says_what_was_lost() {
    let ended = run("guard cannot finish");
    ended.printed("ended");
    assert!(ended.err.contains("records were lost") || ended.err.contains("not delivered in time"), "{ended:#?}");
}

#[test]
fn the_last_handle_has_everything_delivered_in_the_background() {
    run("everything is dropped").printed("arrived=true");
}

#[test]
fn an_exit_after_a_flush_loses_nothing() {
    let ended = run("exit after flush");
    ended.printed("pending=0");
    assert_eq!(lines(&ended), 1_000);
}

#[test]
fn a_panic_is_on_disk_with_its_message_place_thread_and_spans() {
    let ended = run("panic is logged");
    let path = ended.out.lines().find_map(|line| line.strip_prefix("path=")).expect("it names its file");
    let text = std::fs::read_to_string(path).expect("it was written");
    std::fs::remove_file(path).expect("it is there");
    for part in
        ["panicked: no such account: 7", "\"CRITICAL\"", "ends.rs", "cashier", "\"user_id\":\"ann\"", "\"panic\""]
    {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    assert!(ended.err.contains("no such account"), "the hook before ours runs too: {ended:#?}");
}

#[cfg(unix)]
#[test]
fn a_program_asked_to_end_has_everything_written_first() {
    let ended = run("ended by a signal");
    assert!(!ended.success && !ended.out.contains("still here"), "the signal ends it: {ended:#?}");
    assert_eq!(lines(&ended), 1_000);
}

#[test]
fn a_destructor_of_a_thread_local_logs_and_arrives() {
    let ended = run("destructor at the thread's end");
    assert!(ended.success && ended.out.contains("balances=true"), "{ended:#?}");
    assert_eq!(ended.out.matches("record alive").count(), 2, "{ended:#?}");
    assert!(ended.out.contains("record from a destructor"), "{ended:#?}");
}
