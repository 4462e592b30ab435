//! What a call costs the thread that makes it.

use std::hint::spin_loop;

use anyhow::{Result, ensure};
use quanta::Clock;

use super::Job;
use crate::{
    figures::{Figures, quantile},
    systems::{Left, Subject},
};

/// The time between two events at 100,000 a second.
pub const PACE_NS: u64 = 10_000;
/// Events in a burst.
pub const BURST: u64 = 10_000;

/// 100,000 events a second, each call timed with the processor's own counter.
///
/// The first twentieth is not counted: it pays for first touches.
pub fn paced<S: Subject>(job: &Job, subject: S) -> Result<(Figures, Left)> {
    let clock = Clock::new();
    let mut ticks = Vec::with_capacity(usize::try_from(job.events)?);
    subject.within(&mut || {
        let first = clock.raw();
        for event in 0..job.events {
            while clock.delta_as_nanos(first, clock.raw()) < event * PACE_NS {
                spin_loop();
            }
            let before = clock.raw();
            subject.emit(event);
            ticks.push((before, clock.raw()));
        }
    });
    let left = subject.close()?;
    let counted = ticks.iter().skip(ticks.len() / 20);
    let figures = quantiles(counted.map(|&(before, after)| clock.delta_as_nanos(before, after) as f64).collect());
    Ok((figures, left))
}

/// Bursts that fit the buffers; between two of them the subject comes to rest.
///
/// The first burst is not counted: it pays for first touches.
pub fn burst<S: Subject>(job: &Job, subject: S) -> Result<(Figures, Left)> {
    ensure!(job.events >= 2 * BURST && job.events.is_multiple_of(BURST), "whole bursts of {BURST}, two or more");
    let clock = Clock::new();
    let mut bursts = Vec::new();
    subject.within(&mut || {
        for burst in 0..job.events / BURST {
            let before = clock.raw();
            for event in burst * BURST..(burst + 1) * BURST {
                subject.emit(event);
            }
            bursts.push(clock.delta_as_nanos(before, clock.raw()) as f64 / BURST as f64);
            subject.rest();
        }
    });
    let left = subject.close()?;
    Ok((quantiles(bursts.split_off(1)), left))
}

/// The two quantiles of a set of calls.
fn quantiles(mut nanos: Vec<f64>) -> Figures {
    nanos.sort_unstable_by(f64::total_cmp);
    Figures { caller_p50_ns: quantile(&nanos, 0.5), caller_p99_ns: quantile(&nanos, 0.99), ..Figures::default() }
}
