//! Records per second into RabbitMQ, beside lapin alone with the same messages in the same batches, in turns.
//!
//! `cargo run --release -p tracework-amqp --example throughput -- [records in a batch] [batches] [rounds]`

use lapin::options::{
    BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions, QueueDeleteOptions, QueuePurgeOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use std::error::Error;
use std::time::Instant;
use tokio::runtime::Runtime;
use tracework_amqp::Amqp;
use tracework_core::{Destination, OwnedRecord, Value};
use tracework_format::Json;
use tracework_testkit::{Bundle, TestRecord};

const URL: &str = "amqp://127.0.0.1:5672/%2f";

#[expect(clippy::print_stdout, reason = "it is a program")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut number = |usual| numbers.next().unwrap_or(Ok(usual));
    let (size, batches, rounds) = (number(500)?, number(40)?, number(5)?);
    let records: Vec<OwnedRecord> = (0..size).map(record).collect();
    let bundle = Bundle::encoded(records, &mut Json::default());
    let queue = format!("tracework-throughput-{}", std::process::id());
    let raw = Raw::new(&queue)?;
    let mut amqp = Amqp::to(URL)?.routing_key(&queue)?;
    amqp.open()?;
    let mut rates: [Vec<f64>; 3] = Default::default();
    for _ in 0..rounds {
        let begun = Instant::now();
        for _ in 0..batches {
            bundle.with(|batch| amqp.deliver(batch))?;
        }
        rates[0].push(rate(size * batches, begun));
        for (at, together) in [(1, false), (2, true)] {
            raw.purge()?;
            let begun = Instant::now();
            for _ in 0..batches {
                bundle.with(|batch| raw.publish(&batch.iter().map(|(_, line)| line).collect::<Vec<_>>(), together))?;
            }
            rates[at].push(rate(size * batches, begun));
        }
        raw.purge()?;
    }
    raw.delete()?;
    amqp.close()?;
    let [ours, one_by_one, together] = rates.map(median);
    println!("batches of {size}, medians of {rounds} rounds of {batches}, records per second");
    println!("tracework            {ours:>10.0}");
    println!("lapin, one by one    {one_by_one:>10.0}   ratio {:.2}", ours / one_by_one);
    println!("lapin, all together  {together:>10.0}   ratio {:.2}", ours / together);
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

/// lapin on a runtime of its own, as a program would use it.
struct Raw {
    runtime: Runtime,
    channel: Channel,
    queue: String,
    _connection: Connection,
}

impl Raw {
    fn new(queue: &str) -> Result<Self, Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (connection, channel) = runtime.block_on(async {
            let connection = Connection::connect(URL, ConnectionProperties::default()).await?;
            let channel = connection.create_channel().await?;
            channel.confirm_select(ConfirmSelectOptions::default()).await?;
            let options = QueueDeclareOptions { durable: true, ..Default::default() };
            channel.queue_declare(queue.into(), options, FieldTable::default()).await?;
            Ok::<_, lapin::Error>((connection, channel))
        })?;
        Ok(Self { runtime, channel, queue: queue.to_owned(), _connection: connection })
    }

    /// Publishes a batch, then awaits the confirms. Each publish waits until lapin has written it, or all at once.
    fn publish(&self, bodies: &[&[u8]], together: bool) -> lapin::Result<()> {
        let publish = |body: &&[u8]| {
            let properties = BasicProperties::default().with_delivery_mode(2).with_message_id("id".into());
            let options = BasicPublishOptions { mandatory: true, ..Default::default() };
            let body = body.strip_suffix(b"\n").unwrap_or(body).to_vec();
            let (channel, queue) = (self.channel.clone(), self.queue.as_str().into());
            async move { channel.basic_publish("".into(), queue, options, &body, properties).await }
        };
        self.runtime.block_on(async {
            let confirms = if together {
                futures_util::future::try_join_all(bodies.iter().map(publish)).await?
            } else {
                let mut confirms = Vec::with_capacity(bodies.len());
                for body in bodies {
                    confirms.push(publish(body).await?);
                }
                confirms
            };
            for confirm in confirms {
                confirm.await?;
            }
            Ok(())
        })
    }

    fn purge(&self) -> lapin::Result<()> {
        let purged = self.channel.queue_purge(self.queue.as_str().into(), QueuePurgeOptions::default());
        self.runtime.block_on(purged).map(|_| ())
    }

    fn delete(&self) -> lapin::Result<()> {
        let deleted = self.channel.queue_delete(self.queue.as_str().into(), QueueDeleteOptions::default());
        self.runtime.block_on(deleted).map(|_| ())
    }
}
