//! Instructions of an event below the level, by callgrind, which counts inside one function only.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail};

use super::Job;
use crate::{
    figures::Figures,
    systems::{Left, Subject},
    workload,
};

/// Runs the two loops that are counted. Registering the callsite is in the count, and is lost among so many events.
pub fn measure<S: Subject>(job: &Job, subject: S) -> Result<(Figures, Left)> {
    subject.within(&mut || {
        workload::disabled_loop(job.events);
        workload::empty_loop(job.events);
    });
    subject.close()?;
    Ok((Figures::default(), Left::Nothing))
}

/// Runs the child under callgrind twice: with the loop, and with the empty loop to subtract.
pub fn under_callgrind(child: &[String], events: u64, dir: &Path) -> Result<Figures> {
    let full = count(child, "*disabled_loop*", dir)?;
    let empty = count(child, "*empty_loop*", dir)?;
    let instructions = full.saturating_sub(empty) as f64 / events as f64;
    Ok(Figures { instructions: Some(instructions), ..Figures::default() })
}

/// The instructions spent inside the function and what it calls.
fn count(child: &[String], function: &str, dir: &Path) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg(format!("--toggle-collect={function}"))
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
