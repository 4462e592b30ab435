//! A server, and the ways into it, which take turns.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tracework::core::{Attachment, Batch};

use crate::lots::{self, Lot};
use crate::{Effort, pipeline};

/// A real server.
pub trait Server {
    /// What it is, and of which version.
    fn about(&self) -> String;

    /// Makes an empty place for the next run.
    fn begin(&mut self) -> Result<()>;

    /// The destination that leads there, with its usual settings.
    fn destination(&self) -> Result<Attachment>;

    /// Makes ready what the rivals send: the same records as the destination.
    fn prepare(&mut self, lots: &[Lot]) -> Result<()> {
        let _ = lots;
        Ok(())
    }

    /// The other ways to the place, each with what it does.
    fn rivals(&self) -> &'static [&'static str];

    /// Goes one of these ways: how long it took, connecting excepted.
    fn rival(&mut self, which: usize, lots: &[Lot]) -> Result<Duration>;

    /// Waits until so many records are there, where nobody is told by an acknowledgement.
    fn arrive(&mut self, records: u64) -> Result<()> {
        let _ = records;
        Ok(())
    }

    /// How many records are there, where that can be asked.
    fn count(&mut self) -> Result<Option<u64>>;

    /// Removes the place.
    fn end(&mut self) -> Result<()>;
}

/// A way, and its rate in each round.
pub struct Way {
    /// What it does.
    pub name: String,
    /// Records per second.
    pub rates: Vec<f64>,
}

/// What was measured at a server.
pub struct Results {
    /// What the server is.
    pub about: String,
    /// Records of a batch, and bytes of a record as its line.
    pub batch: (usize, usize),
    /// In how many batches the pipeline delivered, in the last round.
    pub batches: u64,
    /// How many went at once in the end.
    pub at_once: usize,
    /// The pipeline, the destination alone, and the rivals.
    pub ways: Vec<Way>,
}

/// All ways into a server, round after round.
pub fn run(server: &mut dyn Server, effort: &Effort) -> Result<Results> {
    let (first, lots) = lots::harvest(destination(server, effort)?, effort.records)?;
    server.prepare(&lots).context("making the rivals ready")?;
    let is_wanted = |way: &str| effort.only.as_ref().is_none_or(|only| only == way);
    let rivals = server.rivals();
    let ours = ["tracework, the whole pipeline", "tracework, the destination alone"];
    let mut ways: Vec<Way> =
        ours.iter().chain(rivals).map(|&name| Way { name: name.to_owned(), rates: Vec::new() }).collect();
    let (mut batches, mut at_once) = (0, 0);
    for _ in 0..effort.rounds {
        if is_wanted("whole") {
            let ran = whole(server, effort).context(ours[0])?;
            (batches, at_once) = (ran.batches, ran.at_once);
            ways[0].rates.push(rate(effort.records, ran.took));
        }
        if is_wanted("alone") {
            let took = alone(server, &first, &lots).context(ours[1])?;
            ways[1].rates.push(rate(effort.records, took));
        }
        for (which, name) in rivals.iter().enumerate().filter(|_| is_wanted("rivals")) {
            let took = beside(server, which, &lots).with_context(|| (*name).to_owned())?;
            ways[2 + which].rates.push(rate(effort.records, took));
        }
    }
    ways.retain(|way| !way.rates.is_empty());
    let bytes: usize = lots.iter().map(Lot::bytes).sum();
    let batch = (lots.first().map_or(0, Lot::len), bytes / usize::try_from(effort.records)?.max(1));
    Ok(Results { about: server.about(), batch, batches, at_once, ways })
}

/// The destination, with other batches if they are to be tried.
fn destination(server: &dyn Server, effort: &Effort) -> Result<Attachment> {
    let mut attachment = server.destination()?;
    if let Some(bytes) = effort.batch {
        attachment.settings.batch.bytes = bytes;
    }
    Ok(attachment)
}

/// From the event until everything is delivered.
fn whole(server: &mut dyn Server, effort: &Effort) -> Result<pipeline::Ran> {
    let records = effort.records;
    server.begin()?;
    let attachment = destination(server, effort)?;
    let ran = pipeline::run(attachment, records, || server.arrive(records + 1))?;
    finish(server, records + 1)?;
    Ok(ran)
}

/// The destination, handed ready batches, several at once if it takes several.
fn alone(server: &mut dyn Server, first: &Lot, lots: &[Lot]) -> Result<Duration> {
    server.begin()?;
    let Attachment { mut destination, format, .. } = server.destination()?;
    if let Some(format) = &format {
        destination.takes(&**format);
    }
    destination.open()?;
    lots::with_batches(std::slice::from_ref(first), |first| first.iter().try_for_each(|one| destination.deliver(one)))?;
    let records = lots.iter().map(|lot| lot.len() as u64).sum::<u64>() + 1;
    let took = lots::with_batches(lots, |batches| {
        let begun = Instant::now();
        for several in batches.chunks(destination.concurrency()) {
            deliver(&mut *destination, several)?;
        }
        destination.flush()?;
        server.arrive(records)?;
        Ok::<_, anyhow::Error>(begun.elapsed())
    })?;
    destination.close()?;
    finish(server, records)?;
    Ok(took)
}

/// Hands batches over, all at once if there are several.
fn deliver(destination: &mut dyn tracework::core::Destination, batches: &[Batch<'_>]) -> Result<()> {
    if let [one] = batches {
        return Ok(destination.deliver(one)?);
    }
    let answers = destination.deliver_several(batches);
    ensure!(answers.len() == batches.len(), "{} batches of {} were tried", answers.len(), batches.len());
    Ok(answers.into_iter().collect::<Result<(), _>>()?)
}

/// A rival.
fn beside(server: &mut dyn Server, which: usize, lots: &[Lot]) -> Result<Duration> {
    server.begin()?;
    let took = server.rival(which, lots)?;
    finish(server, lots.iter().map(|lot| lot.len() as u64).sum())?;
    Ok(took)
}

/// Is everything there, once?
fn finish(server: &mut dyn Server, records: u64) -> Result<()> {
    if let Some(count) = server.count()? {
        ensure!(count == records, "{count} records are there, of {records}");
    }
    server.end()
}

/// Records per second.
#[expect(clippy::cast_precision_loss, reason = "a count of records is small")]
fn rate(records: u64, took: Duration) -> f64 {
    records as f64 / took.as_secs_f64()
}
