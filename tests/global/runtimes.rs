//! With no runtime, inside a current-thread runtime, and after the runtime is gone.

use crate::child::run;

#[test]
fn everything_works_inside_a_current_thread_runtime() {
    let ended = run("current thread");
    ended.printed("inside=100");
    ended.printed("lost=0 pending=0 records=100 balances=true");
}

#[test]
fn everything_works_after_the_runtime_is_gone() {
    let ended = run("after the runtime");
    ended.printed("record after the runtime");
    ended.printed("lost=0 pending=0 records=11 balances=true");
}

#[test]
fn a_flush_can_be_awaited() {
    run("flush async").printed("flushed=1");
}
