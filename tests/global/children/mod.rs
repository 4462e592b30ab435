//! The cases that children run. They print what the tests look at.
#![expect(clippy::print_stdout, reason = "a child tells its parent by its standard output")]

mod config;
mod ends;
#[cfg(unix)]
mod forks;
mod interest;
mod ours;
mod panics;
mod peers;
mod reentrancy;
mod runtimes;
mod slots;
mod startup;

use std::time::Duration;
use tracework::destinations::{Memory, MemoryHandle};
use tracework::prelude::*;

/// Runs a case by its name.
pub(crate) fn run(case: &str) {
    let parts = [
        config::CASES,
        ends::CASES,
        interest::CASES,
        ours::CASES,
        panics::CASES,
        peers::CASES,
        reentrancy::CASES,
        runtimes::CASES,
        slots::CASES,
        startup::CASES,
    ];
    #[cfg(unix)]
    let parts = parts.into_iter().chain([forks::CASES]);
    let found = parts.into_iter().flatten().find(|(name, _)| *name == case);
    let (_, work) = found.unwrap_or_else(|| panic!("there is no case `{case}`"));
    work();
}

/// A case and its name.
type Case = (&'static str, fn());

/// A pipeline with one destination in memory, which takes `least` and above.
fn pipeline(least: Severity) -> (Control, MemoryHandle) {
    let control = Control::new();
    let memory = Memory::new(100_000);
    let handle = memory.handle();
    control.attach("memory", memory.level(least)).expect("it attaches");
    (control, handle)
}

/// Has everything delivered, and prints how it went and each message.
fn report(control: &Control, memory: &MemoryHandle) {
    let flushed = control.flush(Duration::from_secs(10));
    let balances = control.health().buffer.balances();
    println!("\nlost={} pending={} records={} balances={balances}", flushed.lost, flushed.pending, memory.len());
    for record in memory.records() {
        println!("record {}", record.view().message());
    }
}
