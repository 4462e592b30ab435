//! Nothing comes back into the pipeline, and logging from anywhere is safe, with a global subscriber.

use crate::child::run;

#[test]
fn what_a_destination_logs_does_not_come_back() {
    let ended = run("destination logs");
    ended.printed("lost=0 pending=0 records=100 balances=true");
    ended.printed("logged=100");
}

#[test]
fn what_a_library_logs_on_its_own_thread_is_an_ordinary_event() {
    let ended = run("destination logs on a thread");
    ended.printed("record from a library's thread");
    ended.printed("lost=0 pending=0 records=2 balances=true");
}

#[test]
fn a_foreign_layer_may_log_beside_ours() {
    run("foreign layer logs").printed("lost=0 pending=0 records=20 balances=true");
}

#[test]
fn a_foreign_layer_may_log_between_ours() {
    let ended = run("foreign layer logs between ours");
    ended.printed("lost=0 pending=0 records=30 balances=true");
    ended.printed("complete=30");
}

#[test]
fn a_value_that_logs_while_it_is_formatted_is_followed() {
    let ended = run("display logs");
    ended.printed("record while formatting");
    ended.printed("record outer");
    ended.printed("lost=0 pending=0 records=2 balances=true");
}

#[test]
fn a_value_that_logs_while_it_is_formatted_is_followed_through_a_stack_of_ours() {
    let ended = run("display logs in a stack");
    ended.printed("lost=0 pending=0 records=3 balances=true");
    ended.printed("complete=3");
}

#[test]
fn a_value_that_logs_itself_for_ever_is_stopped_and_counted() {
    let ended = run("display logs for ever");
    ended.printed("record next");
    ended.printed("too_deep=1");
    assert!(ended.out.contains("balances=true"), "{ended:#?}");
}

#[test]
fn a_destructor_may_log_even_while_the_thread_unwinds() {
    run("drop logs").printed("lost=0 pending=0 records=2 balances=true");
}

#[test]
fn what_a_filter_logs_on_our_thread_does_not_come_back() {
    run("filter logs").printed("lost=0 pending=0 records=10 balances=true");
}

#[test]
fn a_field_of_a_span_that_logs_is_followed() {
    let ended = run("span field logs");
    ended.printed("record inside");
    ended.printed("lost=0 pending=0 records=3 balances=true");
}
