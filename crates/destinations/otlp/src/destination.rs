//! Delivering.

use crate::client::{Line, Sender};
use crate::{Otlp, judge};
use std::ops::Range;
use tracework_core::{Batch, Description, Destination, Failure, Mistake, Parts, Wants};

/// A request, and the places of its records in the batch.
type Request = (Range<usize>, Vec<u8>);

/// What became of a batch, and what the server says though it took everything.
type Outcome = (Result<(), Failure>, Option<String>);

/// Sends the requests of a batch, one after the other, up to the first that fails as a whole.
async fn send_all(requests: Vec<Request>, sender: Sender) -> Outcome {
    let records = requests.last().map_or(0, |(range, _)| range.end);
    let (mut parts, mut warning) = (Parts::of(records), None);
    for (range, request) in requests {
        let answer = sender.send(request).await.and_then(|answer| {
            let Some(partial) = answer.partial else { return Ok(()) };
            warning = judge::warning(sender.to(), &partial).or(warning.take());
            judge::partial(sender.to(), &partial, range.clone())
        });
        if !parts.add(range, answer) {
            break;
        }
    }
    (parts.finish(), warning)
}

impl Otlp {
    /// Sets up a way to the server where there is none, or it broke.
    fn ready(&mut self) -> Result<(), Failure> {
        if self.line.as_ref().is_none_or(Line::is_broken) {
            self.line = None;
            self.line = Some(Line::new(&self.settings)?);
        }
        Ok(())
    }

    /// The requests for a batch.
    fn requests(&mut self, batch: &Batch<'_>) -> Vec<Request> {
        let records = batch.records();
        let (mut requests, mut from) = (Vec::new(), 0);
        while from < records.len() {
            let mut request = Vec::new();
            let taken = self.encoder.request(&records[from..], self.settings.most, &mut request);
            requests.push((from..from + taken, request));
            from += taken;
        }
        requests
    }

    /// Sends each batch, and says what each comes to.
    fn run(&mut self, batches: &[Batch<'_>]) -> Vec<Result<(), Failure>> {
        if let Err(failure) = self.ready() {
            return vec![Err(failure)];
        }
        let Some(line) = self.line.take() else { return Vec::new() };
        let outcomes = line.runtime.wait(async {
            let mut begun = Vec::with_capacity(batches.len());
            for batch in batches {
                let requests = self.requests(batch);
                begun.push(tokio::spawn(send_all(requests, line.sender())));
                // The first is on its way while the next is written.
                tokio::task::yield_now().await;
            }
            let mut outcomes: Vec<Outcome> = Vec::with_capacity(begun.len());
            for task in begun {
                let lost = |error: tokio::task::JoinError| (Err(Failure::temporary(error.to_string())), None);
                outcomes.push(task.await.unwrap_or_else(lost));
            }
            outcomes
        });
        self.line = Some(line);
        let mut answers = Vec::with_capacity(outcomes.len());
        for (answer, warning) in outcomes {
            answers.push(answer);
            self.warning = warning.or(self.warning.take());
        }
        answers
    }
}

impl Destination for Otlp {
    fn name(&self) -> &'static str {
        "otlp"
    }

    fn mistake(&self) -> Option<Mistake> {
        self.check().err()
    }

    /// Reads settings and certificates; it connects with the first delivery.
    fn open(&mut self) -> Result<(), Failure> {
        self.ready()
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        self.run(std::slice::from_ref(batch)).pop().unwrap_or(Ok(()))
    }

    fn concurrency(&self) -> usize {
        self.settings.concurrency
    }

    fn deliver_several(&mut self, batches: &[Batch<'_>]) -> Vec<Result<(), Failure>> {
        self.run(batches)
    }

    /// Lets the connection notice that it was closed, and tells what a server warned of.
    fn tick(&mut self) -> Result<(), Failure> {
        if let Some(line) = &self.line {
            line.runtime.breathe();
        }
        self.warning.take().map_or(Ok(()), |warning| Err(Failure::temporary(warning)))
    }

    fn close(&mut self) -> Result<(), Failure> {
        self.line = None;
        Ok(())
    }

    fn wants(&self) -> Wants {
        Wants::Records
    }

    fn as_config(&self) -> Option<Description> {
        Some(crate::describe::describe(self))
    }
}
