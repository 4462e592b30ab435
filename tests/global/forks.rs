//! After a fork the child is disabled or begins anew; it is never blocked.
#![cfg(unix)]

use crate::child::run;

#[test]
fn a_forked_child_logs_nothing_and_waits_for_nothing() {
    let ended = run("fork");
    ended.printed("child=true");
    ended.printed("lost=0 pending=0 records=2 balances=true");
}

#[test]
fn a_child_that_is_forked_while_other_threads_log_is_not_blocked() {
    run("fork while threads log").printed("children=true balances=true some=true");
}

#[test]
fn a_forked_child_can_begin_anew() {
    let ended = run("fork and begin anew");
    ended.printed("child=true");
    ended.printed("lost=0 pending=0 records=1 balances=true");
}
