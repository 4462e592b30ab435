//! The program that faults are put to: it emits numbered records on several threads.
//!
//! It writes lines to standard output: `e THREAD UPTO` when a thread has emitted up to there, `a THREAD FROM UPTO` when
//! those are acknowledged (or `d NAME DELIVERED` for its progress), `m NAME COUNT P50 P99 MAX` for the times of callers between two marks, `alarm NAME` when a
//! destination begins to fail, `paused` when it emits no more, and `r ..` at its end with what the ledger says. It reads commands from standard input:
//! `mark NAME`, `pause`, `go`, `eat` (all the memory that there is), `stop MILLISECONDS`, and ways to [end](Ending) that a program should not choose.
//!
//! Record number `first + sequence × threads + thread` says `#NUMBER;` in its message.

mod acks;
mod commands;
mod emit;
mod options;
mod progress;
mod watch;

pub(crate) use commands::Ending;
pub(crate) use options::Options;

use crate::histogram::Histogram;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// What the threads of the child share.
pub(crate) struct Shared {
    options: Options,
    /// How far each thread has come.
    emitted: Vec<AtomicU64>,
    stop: AtomicBool,
    pause: AtomicBool,
    /// How many threads emit nothing for now.
    resting: AtomicU64,
    times: Histogram,
}

/// Writes a line to the parent. Without one there is nobody to emit for.
pub(crate) fn tell(line: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    if out.write_fmt(format_args!("{line}\n")).and_then(|()| out.flush()).is_err() {
        std::process::exit(3);
    }
}

/// Runs the child.
pub(crate) fn run(options: Options) -> Result<ExitCode, String> {
    options.apply_limits()?;
    let tracework = tracework::init(&options.config).map_err(|error| error.to_string())?;
    if options.signals {
        tracework.control().shutdown_on_signals(Duration::from_secs(5)).map_err(|error| error.to_string())?;
    }
    let emitted = (0..options.threads).map(|_| AtomicU64::new(0)).collect();
    let (stop, pause) = (AtomicBool::new(false), AtomicBool::new(false));
    let shared =
        Arc::new(Shared { options, emitted, stop, pause, resting: AtomicU64::new(0), times: Histogram::new() });
    tell(format_args!("up"));
    let emitters: Vec<_> = (0..shared.options.threads)
        .map(|thread| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || emit::run(thread, &shared))
        })
        .collect();
    let (end, ended) = mpsc::channel();
    let (control, for_acks) = (tracework.control(), Arc::clone(&shared));
    let mut acks = acks::Acks::new(emitters.len());
    let acks = std::thread::spawn(move || match for_acks.options.progress {
        true => progress::run(&control, &ended),
        false => acks.run(&control, &for_acks, &ended),
    });
    let (control, for_watch) = (tracework.control(), Arc::clone(&shared));
    std::thread::spawn(move || watch::run(&control, &for_watch));
    let ending = commands::read(&shared);
    if !ending.is_orderly() {
        return commands::end_badly(ending, tracework);
    }
    shared.stop.store(true, Ordering::Relaxed);
    // One that is held up by a full queue ends when that is closed.
    let patience = ending.patience();
    let waited = std::time::Instant::now();
    while emitters.iter().any(|thread| !thread.is_finished()) && waited.elapsed() < patience {
        std::thread::sleep(Duration::from_millis(5));
    }
    // It waits for this alone, and for no longer.
    let _ = end.send(patience);
    let _ = acks.join();
    commands::report(tracework, shared.options.spools, patience);
    Ok(ExitCode::SUCCESS)
}
