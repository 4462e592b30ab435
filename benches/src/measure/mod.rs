//! How a system is measured. A child process does exactly one of these, on one system.

mod allocations;
mod caller;
mod calls;
mod cpu;
mod instructions;
mod wall;
mod weight;

use std::{fmt, path::PathBuf, str::FromStr};

use anyhow::{Result, bail};

pub use allocations::Counting;
pub use calls::under_strace;
pub use instructions::{of_disabled, of_emitted, of_process};
pub use weight::weigh;

use crate::{figures::Figures, systems::Subject, workload::Workload};

/// One way of measuring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// As fast as one thread can, until all is written.
    Wall,
    /// As fast as so many threads can together, until all is written.
    Threads(u16),
    /// 100,000 events a second, each call timed by itself.
    Paced,
    /// Bursts of 10,000 that fit the buffers, each burst timed as a whole.
    Burst,
    /// As `Paced`, for half a minute, beside a destination that stands still.
    Stalled,
    /// The calling thread's system calls, as strace sees them.
    Calls,
    /// The calling thread's allocations.
    Allocations,
    /// The instructions of an event below the level, as callgrind counts them.
    Instructions,
    /// The instructions of the calling thread for an event that is written.
    CallerInstructions,
    /// The instructions of all threads for an event that is written.
    ProcessInstructions,
    /// Crates and the time of a clean build.
    Weight,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wall => f.write_str("wall"),
            Self::Threads(count) => write!(f, "threads-{count}"),
            Self::Paced => f.write_str("paced"),
            Self::Burst => f.write_str("burst"),
            Self::Stalled => f.write_str("stalled"),
            Self::Calls => f.write_str("calls"),
            Self::Allocations => f.write_str("allocations"),
            Self::Instructions => f.write_str("instructions"),
            Self::CallerInstructions => f.write_str("caller-instructions"),
            Self::ProcessInstructions => f.write_str("process-instructions"),
            Self::Weight => f.write_str("weight"),
        }
    }
}

impl FromStr for Measure {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "wall" => Self::Wall,
            "paced" => Self::Paced,
            "burst" => Self::Burst,
            "stalled" => Self::Stalled,
            "calls" => Self::Calls,
            "allocations" => Self::Allocations,
            "instructions" => Self::Instructions,
            "caller-instructions" => Self::CallerInstructions,
            "process-instructions" => Self::ProcessInstructions,
            "weight" => Self::Weight,
            other => match other.strip_prefix("threads-").and_then(|count| count.parse().ok()) {
                Some(count) => Self::Threads(count),
                None => bail!("unknown measure {other:?}"),
            },
        })
    }
}

/// What a child is asked to do.
#[derive(Clone, Debug)]
pub struct Job {
    /// What to log.
    pub workload: Workload,
    /// How to measure it.
    pub measure: Measure,
    /// How many events in all.
    pub events: u64,
    /// An empty folder for the files.
    pub dir: PathBuf,
}

/// Measures one subject, and then makes sure that nothing was lost.
pub fn drive<S: Subject>(job: &Job, subject: S) -> Result<Figures> {
    let (mut figures, left) = match job.measure {
        Measure::Wall => wall::measure(job, subject, 1)?,
        Measure::Threads(count) => wall::measure(job, subject, count.into())?,
        Measure::Paced | Measure::Stalled => caller::paced(job, subject)?,
        Measure::Burst => caller::burst(job, subject)?,
        Measure::Calls => calls::measure(job, subject)?,
        Measure::Allocations => allocations::measure(job, subject)?,
        Measure::Instructions => instructions::disabled(job, subject)?,
        Measure::CallerInstructions | Measure::ProcessInstructions => instructions::emitted(job, subject)?,
        Measure::Weight => bail!("a system is not weighed in a child"),
    };
    let bytes = left.check(job.events)?;
    if bytes > 0 {
        figures.bytes = Some(bytes as f64 / job.events as f64);
    }
    figures.peak_rss_bytes = cpu::peak_rss();
    Ok(figures)
}
