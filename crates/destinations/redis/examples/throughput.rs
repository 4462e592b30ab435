//! Records per second into a stream of Redis, beside the client's own pipeline of the same entries, in turns.
//!
//! `cargo run --release -p tracework-redis --example throughput -- [records in a batch] [batches] [rounds]`

use std::error::Error;
use std::time::Instant;
use tracework_core::{Destination, OwnedRecord, Value};
use tracework_format::Json;
use tracework_redis::RedisStream;
use tracework_testkit::{Bundle, TestRecord};

const URL: &str = "redis://127.0.0.1:6379";

#[expect(clippy::print_stdout, reason = "it is a program")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut number = |usual| numbers.next().unwrap_or(Ok(usual));
    let (size, batches, rounds) = (number(500)?, number(100)?, number(5)?);
    let records: Vec<OwnedRecord> = (0..size).map(record).collect();
    let ids: Vec<String> = records.iter().map(|record| record.view().event_id().to_string()).collect();
    let bundle = Bundle::encoded(records, &mut Json::default());
    let key = format!("tracework-throughput-{}", std::process::id());
    let mut client = redis::Client::open(URL)?.get_connection()?;
    let mut destination = RedisStream::to(URL)?.stream(&key)?;
    destination.open()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let begun = Instant::now();
        for _ in 0..batches {
            bundle.with(|batch| destination.deliver(batch))?;
        }
        ours.push(rate(size * batches, begun));
        redis::cmd("DEL").arg(&key).exec(&mut client)?;
        let begun = Instant::now();
        for _ in 0..batches {
            bundle.with(|batch| {
                let mut pipe = redis::pipe();
                for ((_, line), id) in batch.iter().zip(&ids) {
                    let line = line.strip_suffix(b"\n").unwrap_or(line);
                    pipe.cmd("XADD").arg(&key).arg("*").arg("event_id").arg(id).arg("level").arg("INFO");
                    pipe.arg("record").arg(line).ignore();
                }
                pipe.exec(&mut client)
            })?;
        }
        theirs.push(rate(size * batches, begun));
        redis::cmd("DEL").arg(&key).exec(&mut client)?;
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("batches of {size}, medians of {rounds} rounds of {batches}, records per second");
    println!("tracework        {ours:>10.0}");
    println!("redis, pipeline  {theirs:>10.0}   ratio {:.2}", ours / theirs);
    Ok(())
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
