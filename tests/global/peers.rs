//! Six failures of the newest tracing-subscriber and tracing-appender, each shown to fail there and to pass here. When
//! one of them passes there too, this tells us, and the text that names it can be mended.

use crate::child::run;

#[test]
fn replacing_a_filtered_destination_while_logging_panics_there_and_loses_nothing_here() {
    if cfg!(debug_assertions) {
        assert!(!run("peer reload").success, "mended upstream: tracing#1629");
    }
    let ours = run("our reload");
    assert!(ours.success, "{ours:#?}");
    assert_eq!((ours.number("emitted"), ours.number("lost")), (ours.number("delivered"), 0));
}

#[test]
fn a_destination_added_at_run_time_is_unfiltered_there_and_filtered_here() {
    let peer = run("peer added");
    let wrong = peer.out.matches("to the first alone").count() != 1;
    assert!(!peer.success || wrong, "mended upstream: tracing#2499: {peer:#?}");
    let ours = run("our added");
    ours.printed("second=1");
    ours.printed("record to the first alone");
    assert_eq!((ours.number("records"), ours.number("lost")), (3, 0));
}

#[test]
fn asking_log_whether_it_is_enabled_loses_a_span_there_and_none_here() {
    let peer = run("peer stale");
    assert!(peer.success && peer.number("spans") < 2, "mended upstream: tracing#2519: {peer:#?}");
    run("our stale").printed("spans=2");
}

#[test]
fn a_filtered_layer_of_someone_else_loses_no_span_for_standing_beside_ours() {
    run("our stale beside fmt").printed("theirs=2 ours=2");
}

#[test]
fn a_slow_writer_loses_lines_silently_there_and_none_here() {
    let peer = run("peer guard");
    assert!(peer.success && peer.number("written") < 2_000 && peer.number("told") == 0, "mended upstream: {peer:#?}");
    run("our guard").printed("written=2000");
}

#[test]
fn a_shutdown_in_too_little_time_says_exactly_what_was_lost() {
    let ours = run("our shutdown in no time");
    assert!(ours.success && ours.out.contains("late=false"), "{ours:#?}");
    let (delivered, lost) = (ours.number("delivered"), ours.number("lost"));
    assert_eq!((delivered + lost, ours.number("pending")), (2_000, 0), "{ours:#?}");
    assert!(lost > 0 && ours.out.contains(&format!("{lost} records were lost")), "{ours:#?}");
    // The record that was being written at the deadline may still arrive.
    assert!((delivered..=delivered + 1).contains(&ours.number("written")), "{ours:#?}");
}

#[test]
fn a_coloured_console_leaks_into_the_file_there_and_not_here() {
    let peer = run("peer ansi");
    assert!(peer.success && peer.number("escapes") > 0, "mended upstream: tracing#1817: {peer:#?}");
    let ours = run("our ansi");
    ours.printed("escapes=0 lines=1");
    assert!(ours.out.contains("\u{1b}["), "our console is coloured: {ours:#?}");
}

#[test]
fn an_event_inside_a_layer_runs_wild_there() {
    let peer = run("peer reentrancy");
    assert!(peer.success && peer.number("calls") > 50, "mended upstream: tracing#2704: {peer:#?}");
}
