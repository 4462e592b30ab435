//! Delivering.

use crate::Http;
use crate::body::{Judge, Packet};
use crate::client::{Connection, Outgoing};
use crate::request::key_of;
use crate::settings::Prepared;
use reqwest::Request;
use reqwest::header::{CONTENT_ENCODING, HeaderValue};
use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};
use tracework_core::{Batch, Description, Destination, Failure, Format, Mistake, Parts, Refusal};

/// Bytes of an answer that are read, beside those for each record.
const ANSWER: usize = 64 << 10;

/// A request, and the records that it stands for.
struct Errand {
    /// `None` if there is nothing to send: every record was refused.
    request: Option<Request>,
    /// Their places in the batch.
    records: Range<usize>,
    /// The places of those that are in it.
    kept: Vec<usize>,
    refused: Vec<Refusal>,
}

impl Errand {
    /// Sends it.
    async fn run(self, outgoing: &Outgoing, judge: Judge, per_record: usize) -> Result<(), Failure> {
        let Self { request, kept, mut refused, .. } = self;
        if let Some(request) = request {
            let answer = outgoing.send(request, ANSWER + per_record * kept.len()).await?;
            match judge(&answer, kept.len()) {
                Ok(()) => {}
                Err(failure) if failure.refusals().is_empty() => return Err(failure),
                Err(failure) => refused.extend(failure.refusals().iter().map(|refusal| Refusal {
                    at: kept.get(refusal.at).copied().unwrap_or(refusal.at),
                    ..refusal.clone()
                })),
            }
        }
        if refused.is_empty() { Ok(()) } else { Err(Failure::partial(refused)) }
    }
}

/// Sends the requests of a batch, one after the other, up to the first that fails as a whole.
async fn run_all(
    records: usize,
    errands: Vec<Errand>,
    outgoing: Outgoing,
    judge: Judge,
    per_record: usize,
) -> Result<(), Failure> {
    let mut parts = Parts::of(records);
    for errand in errands {
        let range = errand.records.clone();
        if !parts.add(range, errand.run(&outgoing, judge, per_record).await) {
            break;
        }
    }
    parts.finish()
}

impl Prepared {
    /// The requests for a batch.
    fn errands(
        &mut self,
        http: &crate::settings::Settings,
        batch: &Batch<'_>,
        json: bool,
    ) -> Result<Vec<Errand>, Failure> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let packets = self.packer.0.pack(batch, json);
        packets.into_iter().map(|packet| self.errand(http, batch, packet)).collect()
    }

    fn errand(&self, http: &crate::settings::Settings, batch: &Batch<'_>, packet: Packet) -> Result<Errand, Failure> {
        let kept = packet.kept();
        let mut errand = Errand { request: None, records: packet.records, kept, refused: packet.refused };
        if errand.kept.is_empty() {
            return Ok(errand);
        }
        let records = batch.records();
        let key = key_of(errand.kept.iter().map(|&at| &records[at]));
        let body = http.compression.compress(packet.body)?;
        let method = reqwest::Method::from_bytes(http.method.name().as_bytes()).unwrap_or(reqwest::Method::POST);
        let mut request = Request::new(method, self.url.clone());
        let headers = request.headers_mut();
        *headers = self.headers.clone();
        let ascii = |text: &str| HeaderValue::from_str(text).map_err(|error| Failure::permanent(error.to_string()));
        headers.insert("idempotency-key", ascii(&key)?);
        if let Some(encoding) = http.compression.encoding() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if let Some(signer) = &self.signer {
            let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            headers.insert("webhook-id", ascii(&key)?);
            headers.insert("webhook-timestamp", ascii(&seconds.to_string())?);
            headers.insert("webhook-signature", ascii(&signer.sign(&key, seconds, &body))?);
        }
        *request.body_mut() = Some(body.into());
        errand.request = Some(request);
        Ok(errand)
    }
}

impl Http {
    /// Reads the settings, and sets up a client where there is none.
    fn ready(&mut self) -> Result<(), Failure> {
        if self.prepared.is_none() {
            self.prepared = Some(self.settings.prepare().map_err(Failure::permanent)?);
        }
        if self.connection.as_ref().is_none_or(Connection::is_broken) {
            self.connection = None;
            let https = self.prepared.as_ref().is_some_and(|prepared| prepared.url.scheme() == "https");
            self.connection = Some(Connection::new(&self.settings, https)?);
        }
        Ok(())
    }

    /// The requests of each batch, and what each comes to.
    fn run(&mut self, batches: &[Batch<'_>]) -> Vec<Result<(), Failure>> {
        if let Err(failure) = self.ready() {
            return vec![Err(failure)];
        }
        let Self { settings, json, prepared: Some(prepared), connection: Some(connection) } = self else {
            return Vec::new();
        };
        let (judge, per_record) = (prepared.judge, settings.body.answer_per_record());
        let work = batches.iter().map(|batch| (batch.len(), prepared.errands(settings, batch, *json)));
        let work: Vec<_> = work.collect();
        connection.runtime.wait(async {
            // All begin at once; each request ends within its own time.
            let begun: Vec<_> = work
                .into_iter()
                .map(|(records, errands)| {
                    let run = |errands| run_all(records, errands, connection.outgoing(), judge, per_record);
                    errands.map(|errands| tokio::spawn(run(errands)))
                })
                .collect();
            let mut answers = Vec::with_capacity(begun.len());
            for task in begun {
                answers.push(match task {
                    Ok(task) => task.await.unwrap_or_else(|error| Err(Failure::temporary(error.to_string()))),
                    Err(failure) => Err(failure),
                });
            }
            answers
        })
    }
}

impl Destination for Http {
    fn name(&self) -> &'static str {
        "http"
    }

    fn mistake(&self) -> Option<Mistake> {
        self.check().err()
    }

    /// Reads settings and certificates; it connects with the first delivery.
    fn open(&mut self) -> Result<(), Failure> {
        self.ready()
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.run(std::slice::from_ref(batch)).pop().unwrap_or(Ok(()))
    }

    fn concurrency(&self) -> usize {
        self.settings.concurrency()
    }

    fn deliver_several(&mut self, batches: &[Batch<'_>]) -> Vec<Result<(), Failure>> {
        self.run(batches)
    }

    /// Lets the runtime notice which connections were closed.
    fn tick(&mut self) -> Result<(), Failure> {
        if let Some(connection) = &self.connection {
            connection.runtime.breathe();
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        self.connection = None;
        Ok(())
    }

    fn takes(&mut self, format: &dyn Format) {
        self.json = format.media_type().contains("json");
    }

    fn as_config(&self) -> Option<Description> {
        Some(crate::describe::describe("http", &self.settings))
    }

    fn usual_format(&self) -> Option<Box<dyn Format>> {
        Some(self.settings.body.usual_format())
    }
}
