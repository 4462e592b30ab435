//! Records per second into JetStream, beside async-nats alone with the same messages in the same batches, in turns. Ids are
//! left out of neither; the window for duplicates is short, and each batch has ids of its own.
//!
//! `cargo run --release -p tracework-nats --example throughput -- [records in a batch] [batches] [rounds]`

use async_nats::jetstream::{self, Context, message::PublishMessage, stream::Config};
use std::error::Error;
use std::time::{Duration, Instant};
use tracework_core::{Destination, OwnedRecord, Value};
use tracework_format::Json;
use tracework_nats::JetStream;
use tracework_testkit::{Bundle, TestRecord};

const URL: &str = "nats://127.0.0.1:4222";

#[expect(clippy::print_stdout, reason = "it is a program")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut number = |usual| numbers.next().unwrap_or(Ok(usual));
    let (size, batches, rounds) = (number(500)?, number(40)?, number(5)?);
    let name = format!("tracework-throughput-{}", std::process::id());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let context = runtime.block_on(async {
        let context = jetstream::new(async_nats::connect(URL).await?);
        let window = Duration::from_millis(100);
        let config =
            Config { name: name.clone(), subjects: vec![name.clone()], duplicate_window: window, ..Config::default() };
        context.create_stream(config).await?;
        Ok::<_, async_nats::Error>(context)
    });
    let context = context.map_err(|error| error.to_string())?;
    let mut nats = JetStream::to(URL)?.subject(&name)?;
    nats.open()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let bundles: Vec<_> = (0..batches).map(|_| bundle(size)).collect();
        let begun = Instant::now();
        for bundle in &bundles {
            bundle.with(|batch| nats.deliver(batch))?;
        }
        ours.push(rate(size * batches, begun));
        let bundles: Vec<_> = (0..batches).map(|_| bundle(size)).collect();
        let begun = Instant::now();
        for bundle in &bundles {
            let messages: Vec<(String, Vec<u8>)> = bundle.with(|batch| {
                let line = |line: &[u8]| line.strip_suffix(b"\n").unwrap_or(line).to_vec();
                batch.iter().map(|(record, bytes)| (record.event_id().to_string(), line(bytes))).collect()
            });
            runtime.block_on(publish(&context, &name, messages)).map_err(|error| error.to_string())?;
        }
        theirs.push(rate(size * batches, begun));
    }
    runtime.block_on(context.delete_stream(&name))?;
    let (ours, theirs) = (median(ours), median(theirs));
    println!("batches of {size}, medians of {rounds} rounds of {batches}, records per second");
    println!("tracework   {ours:>10.0}");
    println!("async-nats  {theirs:>10.0}   ratio {:.2}", ours / theirs);
    Ok(())
}

/// Publishes a batch, then awaits the acknowledgements.
async fn publish(context: &Context, subject: &str, messages: Vec<(String, Vec<u8>)>) -> Result<(), async_nats::Error> {
    let mut acknowledgements = Vec::with_capacity(messages.len());
    for (id, body) in messages {
        let message = PublishMessage::build().message_id(id).payload(body.into());
        acknowledgements.push(context.send_publish(subject.to_owned(), message).await?);
    }
    for acknowledgement in acknowledgements {
        acknowledgement.await?;
    }
    Ok(())
}

fn bundle(size: usize) -> Bundle {
    Bundle::encoded((0..size).map(record).collect(), &mut Json::default())
}

fn record(number: usize) -> OwnedRecord {
    let record = TestRecord::new("payment processed").target("payments::api").tags("PAYMENT");
    let number = i64::try_from(number).unwrap_or(0);
    record
        .field("amount", Value::F64(12.5))
        .field("attempt", Value::I64(number))
        .field("user", Value::Str("u1"))
        .build()
}

#[expect(clippy::cast_precision_loss, reason = "a count of records is small")]
fn rate(records: usize, begun: Instant) -> f64 {
    records as f64 / begun.elapsed().as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}
