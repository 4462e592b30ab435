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
///
/// The caller is the first thread, and strace follows no other: the background threads keep their speed.
pub fn under_strace(child: &[String], events: u64, dir: &Path) -> Result<Figures> {
    let trace = dir.join("strace.txt");
    let output = Command::new("strace")
        .args(["--quiet=all", "--signal=none", "-o"])
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

/// Counts the calls between the two marks.
fn between_marks(trace: &str) -> Result<usize> {
    let marks: Vec<usize> =
        trace.lines().enumerate().filter(|(_, call)| call.starts_with(MARK)).map(|(line, _)| line).collect();
    match marks[..] {
        [first, second] => Ok(second - first - 1),
        _ => bail!("strace saw {} marks instead of 2", marks.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_calls_between_the_marks_count() {
        let trace = "write(1, ..) = 1\ngetppid() = 9\nfutex(0x7f, ..) = 0\ngetppid() = 9\nclose(3) = 0\n";
        assert_eq!(between_marks(trace).ok(), Some(1));
        assert!(between_marks("write(1, ..) = 1\n").is_err());
    }
}
