//! The failures of `tracing_subscriber::reload`, each shown to happen there and not in a slot. When one does not happen
//! there any more, this tells us.

use crate::child::run;

#[test]
fn replacing_a_filtered_layer_panics_there_and_not_in_a_slot() {
    if cfg!(debug_assertions) {
        assert!(!run("peer reload").success, "mended upstream: tracing#1629");
    }
    run("slot reload").printed("lines=2");
}

#[test]
fn the_filter_of_a_layer_that_comes_late_is_lost_there_and_holds_in_a_slot() {
    let peer = run("peer added");
    let wrong = peer.out.matches("to the first alone").count() != 1;
    assert!(!peer.success || wrong, "mended upstream: tracing#2499: {peer:#?}");
    run("slot added").printed("first=3 second=1");
}

#[test]
fn asking_log_whether_it_is_enabled_loses_a_span_there_and_none_in_a_slot() {
    let peer = run("peer stale");
    assert!(peer.success && peer.number("spans") < 2, "mended upstream: tracing#2519: {peer:#?}");
    run("slot stale").printed("spans=2");
}

#[test]
fn a_layer_that_comes_late_panics_at_an_older_span_there_and_sees_none_in_a_slot() {
    let peer = run("peer late json");
    let panicked = !peer.success && peer.err.contains("Unable to find FormattedFields");
    assert!(panicked, "mended upstream: {peer:#?}");
    run("slot late json").printed("lines=2");
}

#[test]
fn the_colours_of_the_layer_before_leak_there_and_not_in_a_slot() {
    let peer = run("peer colours");
    assert!(peer.success && peer.number("escapes") > 0, "mended upstream: {peer:#?}");
    run("slot colours").printed("escapes=0 lines=2");
}

#[test]
fn a_layer_that_replaces_itself_in_a_callback_hangs_there_and_not_in_a_slot() {
    let peer = run("peer callback");
    assert!(peer.number("hangs") == 1, "mended upstream: {peer:#?}");
    run("slot callback").printed("hangs=0");
}

#[test]
fn an_event_inside_a_layer_runs_wild_there_and_comes_to_nothing_in_a_slot() {
    let peer = run("peer reentrancy");
    assert!(peer.success && peer.number("calls") > 50, "mended upstream: tracing#2704: {peer:#?}");
    // An event and a span; what the layer logs of the event is delivered by ours.
    run("slot reentrancy").printed("calls=2 delivered=2 free=3");
}

#[test]
fn layers_in_a_slot_that_log_to_each_other_come_to_an_end() {
    // Each sees the event, and what the other logs of it.
    run("slot mutual").printed("calls=4");
}
