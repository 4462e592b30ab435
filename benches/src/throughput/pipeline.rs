//! The whole way of a record: from the program's event until the destination has delivered it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tracework::core::{Attach, Attachment, Overflow};
use tracework::{Control, DestinationLayer};
use tracing::subscriber::with_default;
use tracing_subscriber::{prelude::*, registry};

/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the destination has in a pipeline.
const NAME: &str = "measured";

/// What a run of the pipeline comes to.
#[derive(Clone, Copy, Debug)]
pub struct Ran {
    /// From the first event until all is delivered.
    pub took: Duration,
    /// In how many batches.
    pub batches: u64,
    /// How many of them went at once in the end.
    pub at_once: usize,
}

/// Emits so many events, after one with which the destination is opened. `arrive` waits until the server has them, where the
/// destination itself is not told.
pub fn run(attachment: Attachment, count: u64, mut arrive: impl FnMut() -> Result<()>) -> Result<Ran> {
    let control = Control::new();
    control.attach(NAME, lossless(attachment))?;
    let ran = with_default(registry().with(DestinationLayer::new(&control)), || {
        emit(0..1);
        flush(&control)?;
        let begun = Instant::now();
        emit(1..count + 1);
        flush(&control)?;
        arrive()?;
        let took = begun.elapsed();
        let health = control.health();
        let health = health.destinations.get(NAME).context("the destination is gone")?;
        Ok::<_, anyhow::Error>(Ran { took, batches: health.batches.saturating_sub(1), at_once: health.concurrency })
    })?;
    let report = control.shutdown(PATIENCE).into_result()?;
    ensure!(report.total.delivered == count + 1, "{} records of {} were delivered", report.total.delivered, count + 1);
    Ok(ran)
}

/// Callers wait where it is full, as those of the rivals do.
fn lossless(attachment: Attachment) -> Attachment {
    attachment.when_full(Overflow::Block { limit: None })
}

/// Waits until everything is delivered.
fn flush(control: &Control) -> Result<()> {
    let report = control.flush(PATIENCE);
    ensure!(report.is_complete() && report.lost == 0 && report.dead == 0, "not all was delivered: {report:?}");
    Ok(())
}

/// The program: an event for each number, with four fields, within a span of three.
fn emit(orders: std::ops::Range<u64>) {
    let path = black_box("/orders/77");
    let request = tracing::info_span!("request", method = "POST", path, user_id = black_box(1_077_u64));
    let _inside = request.enter();
    for order in orders {
        tracing::info!(
            order,
            amount = black_box(12.5),
            currency = black_box("EUR"),
            ok = black_box(true),
            "payment processed"
        );
    }
}
