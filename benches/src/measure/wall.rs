//! End to end: from the first event until the last line is written and the system is shut down.

use std::{sync::Barrier, thread, time::Instant};

use anyhow::Result;

use super::{Job, cpu};
use crate::{
    figures::Figures,
    systems::{Left, Subject},
};

/// Emits the job's events from `threads` threads and closes the subject. One thread means this one.
pub fn measure<S: Subject>(job: &Job, subject: S, threads: u64) -> Result<(Figures, Left)> {
    let (began, cpu_before) = if threads == 1 { here(job, &subject)? } else { spread(job, &subject, threads)? };
    let left = subject.close()?;
    let (wall, cpu) = (began.elapsed(), cpu::time()?.saturating_sub(cpu_before));
    let events = job.events as f64;
    let figures = Figures {
        wall_ns: Some(wall.as_nanos() as f64 / events),
        cpu_ns: Some(cpu.as_nanos() as f64 / events),
        ..Figures::default()
    };
    Ok((figures, left))
}

/// The moment and the processor time a run began with.
type Start = (Instant, std::time::Duration);

/// Emits everything on this thread.
fn here<S: Subject>(job: &Job, subject: &S) -> Result<Start> {
    let mut start = Err(anyhow::anyhow!("the subject ran nothing"));
    subject.within(&mut || {
        start = cpu::time().map(|cpu| (Instant::now(), cpu));
        for event in 0..job.events {
            subject.emit(event);
        }
    });
    start
}

/// Emits an equal share on each of `threads` threads, which start together.
fn spread<S: Subject>(job: &Job, subject: &S, threads: u64) -> Result<Start> {
    let all = usize::try_from(threads)? + 1;
    let (ready, go) = (&Barrier::new(all), &Barrier::new(all));
    thread::scope(|scope| {
        for thread in 0..threads {
            let (first, end) = (job.events * thread / threads, job.events * (thread + 1) / threads);
            scope.spawn(move || {
                subject.within(&mut || {
                    ready.wait();
                    go.wait();
                    for event in first..end {
                        subject.emit(event);
                    }
                });
            });
        }
        ready.wait();
        let start = cpu::time().map(|cpu| (Instant::now(), cpu));
        go.wait();
        start
    })
}
