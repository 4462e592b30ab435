//! Records a second into a broker, beside a producer of librdkafka alone that sends the same bytes, in one run.
//!
//! ```text
//! cargo run --release -p tracework-kafka --example throughput -- 127.0.0.1:9092 100000
//! ```
//!
//! Rounds of both are interleaved, and each writes to a topic of its own. Both send the same JSON with the same headers and times, wait
//! for all replicas, and are done when the last acknowledgement is in. The destination is handed what its worker
//! hands it: up to eight batches of 256 KiB at once.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use std::error::Error;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tracework_core::{Batch, Destination, OwnedRecord, Record, Value};
use tracework_kafka::{CreateTopic, Kafka};
use tracework_testkit::TestRecord;

const ROUNDS: usize = 7;
const BATCH: usize = 256 << 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let broker = arguments.next().unwrap_or_else(|| "127.0.0.1:9092".to_owned());
    let count: usize = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let records: Vec<OwnedRecord> = (0..count).map(record).collect();
    let views: Vec<Record<'_>> = records.iter().map(OwnedRecord::view).collect();
    let batches = encode(&views);
    let bytes: usize = batches.iter().map(|batch| batch.bytes.len()).sum();
    println!("{count} records of {} bytes, {} batches", bytes / count, batches.len());
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let topic = format!("throughput-{since}-{round}");
        raw.push(rate(count, || producer(&broker, &format!("{topic}-raw"), &views, &batches))?);
        ours.push(rate(count, || destination(&broker, &topic, &views, &batches))?);
        println!("round {round}: tracework {:.0}/s, librdkafka alone {:.0}/s", ours[round], raw[round]);
    }
    let (ours, raw) = (median(&mut ours), median(&mut raw));
    println!("median: tracework {ours:.0}/s, librdkafka alone {raw:.0}/s, ratio {:.2}", ours / raw);
    Ok(())
}

fn record(number: usize) -> OwnedRecord {
    let user = format!("user_{}", number % 1_000);
    TestRecord::new("payment processed")
        .field("amount", Value::F64(number as f64 / 4.0))
        .field("user_id", Value::Str(&user))
        .field("attempt", Value::U64((number % 3) as u64))
        .shared_metadata(&[("service", "payments")])
        .build()
}

/// Records as a worker puts them together.
struct Encoded {
    range: std::ops::Range<usize>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Encoded {
    fn batch<'a>(&'a self, views: &'a [Record<'a>]) -> Batch<'a> {
        Batch::encoded(&views[self.range.clone()], &self.bytes, &self.ends)
    }
}

fn encode(views: &[Record<'_>]) -> Vec<Encoded> {
    let Some(mut format) = Kafka::new(["127.0.0.1"], "x").usual_format() else { return Vec::new() };
    let mut batches: Vec<Encoded> = Vec::new();
    for (at, record) in views.iter().enumerate() {
        if batches.last().is_none_or(|batch| batch.bytes.len() >= BATCH) {
            batches.push(Encoded { range: at..at, bytes: Vec::new(), ends: Vec::new() });
        }
        let Some(batch) = batches.last_mut() else { continue };
        format.encode(record, &mut batch.bytes);
        batch.ends.push(batch.bytes.len());
        batch.range.end = at + 1;
    }
    batches
}

type Sent = Result<Duration, Box<dyn Error>>;

fn rate(count: usize, send: impl Fn() -> Sent) -> Result<f64, Box<dyn Error>> {
    Ok(count as f64 / send()?.as_secs_f64())
}

/// By the destination. Connecting and creating the topic are not measured.
fn destination(broker: &str, topic: &str, views: &[Record<'_>], batches: &[Encoded]) -> Sent {
    let mut kafka = Kafka::new([broker], topic).create_topic(CreateTopic::default());
    kafka.open()?;
    let started = Instant::now();
    for several in batches.chunks(kafka.concurrency()) {
        let several: Vec<Batch<'_>> = several.iter().map(|encoded| encoded.batch(views)).collect();
        kafka.deliver_several(&several).into_iter().collect::<Result<(), _>>()?;
    }
    Ok(started.elapsed())
}

/// By a producer alone, with a thread that polls it and librdkafka's own defaults for what is not said.
fn producer(broker: &str, topic: &str, views: &[Record<'_>], batches: &[Encoded]) -> Sent {
    Kafka::new([broker], topic).create_topic(CreateTopic::default()).open()?;
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", broker).set("acks", "all").set("enable.idempotence", "true");
    let producer: ThreadedProducer<DefaultProducerContext> = config.create()?;
    producer.client().fetch_metadata(Some(topic), Duration::from_secs(5))?;
    let started = Instant::now();
    for encoded in batches {
        let mut start = 0;
        for (record, &end) in views[encoded.range.clone()].iter().zip(&encoded.ends) {
            let id = record.event_id().to_string();
            let headers = OwnedHeaders::new_with_capacity(3)
                .insert(Header { key: "event_id", value: Some(id.as_bytes()) })
                .insert(Header { key: "level", value: Some(record.severity().name().as_bytes()) })
                .insert(Header { key: "service", value: Some("payments") });
            let payload = &encoded.bytes[start..end - 1];
            start = end;
            let millis = record.time().0 / 1_000_000;
            let mut message = BaseRecord::<(), [u8]>::to(topic).payload(payload).timestamp(millis).headers(headers);
            while let Err((error, back)) = producer.send(message) {
                if error.rdkafka_error_code() != Some(rdkafka::types::RDKafkaErrorCode::QueueFull) {
                    return Err(error.into());
                }
                std::thread::sleep(Duration::from_millis(1));
                message = back;
            }
        }
    }
    producer.flush(Duration::from_secs(60))?;
    Ok(started.elapsed())
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
