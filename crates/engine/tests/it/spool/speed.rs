//! How fast it is, on the disk of this machine. Run it alone, in a release build:
//! `TRACEWORK_SPOOL_SPEED=1 cargo test --release -p tracework-engine --test it speed -- --nocapture`; the folder is
//! `TMPDIR`'s.

use std::io::Write as _;
use std::time::{Duration, Instant};
use tracework_core::{OwnedRecord, Timestamp, Value};
use tracework_engine::spool::payload::{Decoder, encode};
use tracework_engine::spool::{self, SpoolEntry, SpoolSettings, SyncPolicy};
use tracework_testkit::{TestRecord, span};

fn usual() -> OwnedRecord {
    let around = span("request", &[("id", Value::U64(7)), ("path", Value::Str("/pay"))], None);
    TestRecord::new("payment processed")
        .field("amount", Value::F64(12.5))
        .field("currency", Value::Str("EUR"))
        .field("order", Value::U64(123_456))
        .field("ok", Value::Bool(true))
        .shared_metadata(&[("service", "payments"), ("host", "h1"), ("pid", "4711"), ("region", "eu-1")])
        .thread("worker-3", 12)
        .inside(&around)
        .build()
}

fn tell(what: &str, records: u64, bytes: u64, took: Duration) {
    let (records, mega) = (records as f64 / took.as_secs_f64(), bytes as f64 / 1e6 / took.as_secs_f64());
    let line = format!("{what:<44} {:>9.0} records/s {mega:>7.1} MB/s\n", records);
    std::io::stderr().write_all(line.as_bytes()).expect("it is told");
}

#[test]
fn speed() {
    if std::env::var_os("TRACEWORK_SPOOL_SPEED").is_none() {
        return;
    }
    codec();
    let policies = [
        ("always", SyncPolicy::Always, 1, 2_000_u64),
        ("always", SyncPolicy::Always, 100, 100_000),
        ("every 100ms", SyncPolicy::default(), 1, 300_000),
        ("every 100ms", SyncPolicy::default(), 100, 1_000_000),
        ("never", SyncPolicy::Never, 100, 1_000_000),
    ];
    for (name, policy, batch, count) in policies {
        round(name, policy, batch, count);
    }
}

fn codec() {
    let record = usual();
    let mut bytes = Vec::new();
    let begun = Instant::now();
    for _ in 0..500_000 {
        bytes.clear();
        encode(&record.view(), &mut bytes);
    }
    tell(&format!("encode a record ({} bytes)", bytes.len()), 500_000, 500_000 * bytes.len() as u64, begun.elapsed());
    let mut decoder = Decoder::new();
    let begun = Instant::now();
    for _ in 0..500_000 {
        decoder.decode(&bytes).expect("it was encoded");
    }
    tell("decode it", 500_000, 500_000 * bytes.len() as u64, begun.elapsed());
}

fn round(name: &str, policy: SyncPolicy, batch: usize, count: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = SpoolSettings::new(folder.path().join("spool"), "web").max_bytes(2 << 30).sync(policy);
    let mut payload = Vec::new();
    encode(&usual().view(), &mut payload);
    let (mut writer, mut reader) = spool::open(settings.clone(), Timestamp(1)).expect("it opens");
    let entries = vec![SpoolEntry { time: Timestamp(1), payload: &payload }; batch];
    let begun = Instant::now();
    for _ in 0..count / batch as u64 {
        writer.append(&entries).expect("there is room");
    }
    if policy != SyncPolicy::Never {
        writer.sync().expect("the disk is well");
    }
    let bytes = count * (payload.len() as u64 + 32);
    tell(&format!("append, sync {name}, batches of {batch}"), count, bytes, begun.elapsed());
    if batch == 1 {
        return;
    }
    let begun = Instant::now();
    let mut read = 0;
    while read < count {
        let chunk = reader.read(1000, 1 << 20).expect("it can be read");
        read += chunk.len() as u64;
        if name == "never" {
            reader.acknowledge(chunk.last().expect("it is not empty")).expect("the disk is well");
        }
    }
    let acknowledging = if name == "never" { " and acknowledge" } else { "" };
    tell(&format!("read{acknowledging}, 1,000 at a time"), count, bytes, begun.elapsed());
    if name == "every 100ms" {
        drop((writer, reader));
        let begun = Instant::now();
        drop(spool::open(settings, Timestamp(1)).expect("it opens"));
        tell("open a backlog of it", count, bytes, begun.elapsed());
    }
}
