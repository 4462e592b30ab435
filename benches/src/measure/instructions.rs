//! Instructions of an event, as callgrind counts them: inside one function only, or of the whole process.

use std::{hint::black_box, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use super::Job;
use crate::{
    figures::Figures,
    systems::{Left, Subject},
    workload,
};

/// Runs the two loops that are counted for an event below the level. Registering the callsite is in the count, and is lost
/// among so many events.
pub fn disabled<S: Subject>(job: &Job, subject: S) -> Result<(Figures, Left)> {
    subject.within(&mut || {
        workload::disabled_loop(job.events);
        workload::empty_loop(job.events);
    });
    subject.close()?;
    Ok((Figures::default(), Left::Nothing))
}

/// Runs the loop that is counted for an event that is written: half of the events come before it, for the steady state.
/// All of them fit the buffer, so that no caller waits however slow the engine is under callgrind.
pub fn emitted<S: Subject>(job: &Job, subject: S) -> Result<(Figures, Left)> {
    let half = job.events / 2;
    subject.within(&mut || {
        (0..half).for_each(|event| subject.emit(event));
        emitting_loop(&subject, half, job.events);
        workload::empty_loop(job.events - half);
    });
    Ok((Figures::default(), subject.close()?))
}

/// It may not be inlined, nor renamed: the counting is switched on and off by its name.
#[inline(never)]
fn emitting_loop<S: Subject>(subject: &S, first: u64, end: u64) {
    for event in first..end {
        subject.emit(black_box(event));
    }
}

/// Runs the child under callgrind twice: with the loop of events below the level, and with the empty loop to subtract.
pub fn of_disabled(child: &[String], events: u64, dir: &Path) -> Result<Figures> {
    let full = inside(child, "*disabled_loop*", dir)?;
    let empty = inside(child, "*empty_loop*", dir)?;
    let instructions = full.saturating_sub(empty) as f64 / events as f64;
    Ok(Figures { instructions: Some(instructions), ..Figures::default() })
}

/// The same of events that are written: what the caller's thread does.
pub fn of_emitted(child: &[String], events: u64, dir: &Path) -> Result<Figures> {
    let full = inside(child, "*emitting_loop*", dir)?;
    let empty = inside(child, "*empty_loop*", dir)?;
    let instructions = full.saturating_sub(empty) as f64 / (events - events / 2) as f64;
    Ok(Figures { instructions: Some(instructions), ..Figures::default() })
}

/// What all threads together do for an event that is written: a run of twice as many events, less one of `events`.
pub fn of_process(child: &[String], twice: &[String], events: u64, dir: &Path) -> Result<Figures> {
    let (once, twice) = (whole(child, dir)?, whole(twice, dir)?);
    let instructions = twice.saturating_sub(once) as f64 / events as f64;
    Ok(Figures { process_instructions: Some(instructions), ..Figures::default() })
}

/// The instructions spent inside the function and what it calls, on the thread that calls it.
fn inside(child: &[String], function: &str, dir: &Path) -> Result<u64> {
    count(child, &["--collect-atstart=no".to_owned(), format!("--toggle-collect={function}")], dir)
}

/// The instructions of the process.
fn whole(child: &[String], dir: &Path) -> Result<u64> {
    count(child, &[], dir)
}

fn count(child: &[String], options: &[String], dir: &Path) -> Result<u64> {
    // A child leaves its files to be removed by the parent; the next one wants a folder without them.
    let _ = std::fs::remove_dir_all(dir.join("files"));
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .args(options)
        .arg(format!("--callgrind-out-file={}", dir.join("callgrind.out").display()))
        .args(child)
        .output()
        .context("valgrind is not installed")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("under callgrind: {}", said.trim());
    }
    let Some(collected) = said.lines().find_map(|line| line.split_once("Collected :")) else {
        bail!("callgrind did not say what it collected");
    };
    collected.1.trim().parse().with_context(|| format!("not a count: {:?}", collected.1))
}
