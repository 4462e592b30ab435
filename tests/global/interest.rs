//! Callsites that nobody wants cost nothing, and those that somebody wants are never switched off.

use crate::child::run;

#[test]
fn alone_the_arguments_of_unwanted_events_are_not_evaluated() {
    let ended = run("alone");
    ended.printed("evaluated=0");
    ended.printed("lost=0 pending=0 records=3 balances=true");
}

#[test]
fn fmt_beside_us_still_gets_its_debug() {
    for case in ["beside fmt", "before fmt"] {
        let ended = run(case);
        ended.printed("fmt_debug=3 fmt_lines=9 fmt_spans=9");
        ended.printed("lost=0 pending=0 records=3 balances=true");
    }
}

#[test]
fn a_filter_of_fmt_is_fmts_alone() {
    let ended = run("beside filtered fmt");
    assert_eq!((ended.number("fmt_lines"), ended.number("fmt_debug")), (3, 0), "{ended:#?}");
    ended.printed("lost=0 pending=0 records=9 balances=true");
}

#[test]
fn a_filter_of_the_whole_stack_is_heard() {
    let ended = run("under an env filter");
    ended.printed("evaluated=0");
    ended.printed("record info");
    ended.printed("record error");
}

#[test]
fn a_level_that_is_changed_holds_at_once_both_ways() {
    let ended = run("level changes");
    ended.printed("evaluated=1");
    ended.printed("lost=0 pending=0 records=1 balances=true");
}

#[test]
fn a_level_of_a_span_wakes_callsites_that_were_off() {
    run("log.level wakes").printed("lost=0 pending=0 records=1 balances=true");
}

#[test]
fn a_temporary_level_ends_by_itself_and_the_callsites_sleep_again() {
    let ended = run("temporary level");
    ended.printed("evaluated=1");
    ended.printed("lost=0 pending=0 records=1 balances=true");
}

#[test]
fn a_callsite_that_names_its_destinations_is_never_switched_off() {
    let ended = run("destinations wake");
    ended.printed("evaluated=1");
    ended.printed("record named");
}

#[test]
fn after_the_shutdown_nothing_is_evaluated_and_a_second_one_has_nothing_to_do() {
    let ended = run("shutdown disables");
    ended.printed("evaluated=1");
    ended.printed("first=1 second=0 records=1");
}

#[test]
fn a_scoped_subscriber_hears_of_every_swap_though_it_is_no_threads_default_but_ours() {
    let ended = run("scoped swaps");
    ended.printed("evaluated=20");
    ended.printed("lost=0 pending=0 records=20 balances=true");
}
