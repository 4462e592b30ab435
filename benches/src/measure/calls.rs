//! System calls of the calling thread, by strace, between two marks it makes itself.

use std::{
    fs,
    hint::{black_box, spin_loop},
    os::unix::process::parent_id,
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, bail};
use quanta::Clock;

use super::{Job, caller::PACE_NS};
use crate::{
    figures::Figures,
    systems::{Left, Subject},
};

/// The call that marks the counted part: nothing else here makes it.
const MARK: &str = "getppid(";

/// Emits half of the events to warm up, and the other half, at the usual pace, between two marks.
pub fn measure<S: Subject>(job: &Job, subject: S) -> Result<(Figures, Left)> {
    let clock = Clock::new();
    subject.within(&mut || {
        let half = job.events / 2;
        (0..half).for_each(|event| subject.emit(event));
        subject.rest();
        black_box(parent_id());
        let first = clock.raw();
        for event in half..job.events {
            while clock.delta_as_nanos(first, clock.raw()) < (event - half) * PACE_NS {
                spin_loop();
            }
            subject.emit(event);
        }
        black_box(parent_id());
    });
    Ok((Figures::default(), subject.close()?))
}

/// Runs the child under strace and counts what its caller asked of the kernel.
pub fn under_strace(child: &[String], events: u64, dir: &Path) -> Result<Figures> {
    let trace = dir.join("strace.txt");
    let output = Command::new("strace")
        .args(["--follow-forks", "--quiet=all", "--signal=none", "-o"])
        .arg(&trace)
        .args(child)
        .output()
        .context("strace is not installed")?;
    if !output.status.success() {
        bail!("under strace: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let calls = between_marks(&fs::read_to_string(&trace)?)?;
    Ok(Figures { caller_syscalls: Some(calls as f64 / (events - events / 2) as f64), ..Figures::default() })
}

/// Counts the lines of the marking thread between its two marks.
fn between_marks(trace: &str) -> Result<usize> {
    let caller = trace
        .lines()
        .find_map(|line| line.split_once(char::is_whitespace).filter(|(_, call)| call.trim_start().starts_with(MARK)));
    let Some((caller, _)) = caller else { bail!("strace saw no mark") };
    let mut marks = 0;
    let mut calls = 0;
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(char::is_whitespace) else { continue };
        let call = call.trim_start();
        if thread != caller {
            continue;
        }
        if call.starts_with(MARK) {
            marks += 1;
        } else if marks == 1 && !call.starts_with("<...") {
            calls += 1;
        }
    }
    if marks != 2 {
        bail!("strace saw {marks} marks instead of 2");
    }
    Ok(calls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_callers_calls_between_the_marks_count() {
        let trace = "10 write(1, ..) = 1\n10 getppid() = 9\n11 write(3, ..) = 1\n10 futex(0x7f, .. <unfinished ...>\n\
                     11 futex(..) = 1\n10 <... futex resumed>) = 0\n10 getppid() = 9\n10 close(3) = 0\n";
        assert_eq!(between_marks(trace).ok(), Some(1));
        assert!(between_marks("10 write(1, ..) = 1\n").is_err());
    }
}
