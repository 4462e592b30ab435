//! Records a second into an HTTP server that takes everything, beside reqwest posting bodies that were made beforehand.
//!
//! `cargo run --release -p tracework-http --example throughput [RECORDS]`
#![expect(clippy::print_stdout, reason = "a program that shows something")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};
use tracework_core::{
    Batch, Destination as _, Draft, Head, Key, Kind, Limits, Page, Record, Severity, Timestamp, Value,
};
use tracework_http::Http;

/// Records in a batch.
const BATCH: usize = 500;
/// How often each is measured; the median is shown.
const ROUNDS: usize = 5;

/// A server that reads requests and answers 200; its URL.
fn server() -> std::io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}/", listener.local_addr()?);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(&stream));
        }
    });
    Ok(url)
}

fn serve(mut stream: &TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::with_capacity(1 << 16, stream);
    let mut body = Vec::new();
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().unwrap_or_default();
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    }
}

/// Does `work` several times; the median of records a second.
fn measured(records: usize, mut work: impl FnMut()) -> f64 {
    let mut rates: Vec<f64> = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        work();
        rates.push(records as f64 / begun.elapsed().as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    rates[ROUNDS / 2]
}

/// Posts the body as often as it takes, one request after the other.
fn by_reqwest(url: &str, body: &[u8], times: usize) -> Result<f64, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Nothing is encrypted here, but the client wants to know by what it would be.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut failed = None;
    let rate = measured(times * BATCH, || {
        let sent = runtime.block_on(async {
            for _ in 0..times {
                client.post(url).body(body.to_vec()).send().await?.error_for_status()?;
            }
            Ok::<_, reqwest::Error>(())
        });
        failed = sent.err().or(failed.take());
    });
    failed.map_or(Ok(rate), |error| Err(error.into()))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let records: usize = std::env::args().nth(1).map_or(Ok(200_000), |text| text.parse())?;
    let times = records / BATCH;
    let url = server()?;
    let mut http = Http::post(url.as_str()).allow_private(true).timeout(Duration::from_secs(10));
    let mut format = http.usual_format().ok_or("there is one")?;

    let mut draft = Draft::new(Limits::default());
    let mut page = Page::new(std::sync::Arc::default());
    let (time, severity) = (Timestamp(1_768_473_045_123_456_000), Severity::INFO);
    let picks: Vec<_> = (0..BATCH as u64)
        .map(|number| {
            draft.begin(Head { time, severity, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
            draft.message_str("payment processed");
            draft.field(Key::Name("order"), Value::U64(number));
            draft.field(Key::Name("amount"), Value::F64(12.5));
            draft.field(Key::Name("currency"), Value::Str("EUR"));
            page.push(&draft, None)
        })
        .collect();
    let views: Vec<Record<'_>> = picks.iter().map(|&pick| page.record(pick)).collect();
    let encode = |format: &mut dyn tracework_core::Format, bytes: &mut Vec<u8>, ends: &mut Vec<usize>| {
        bytes.clear();
        ends.clear();
        for record in &views {
            format.encode(record, bytes);
            ends.push(bytes.len());
        }
    };
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    encode(format.as_mut(), &mut bytes, &mut ends);
    let body = bytes.clone();

    let raw = by_reqwest(&url, &body, times)?;
    let mut failed = None;
    let ours = measured(times * BATCH, || {
        for _ in 0..times {
            // What a worker does: format, then deliver.
            encode(format.as_mut(), &mut bytes, &mut ends);
            failed = http.deliver(&Batch::encoded(&views, &bytes, &ends)).err().or(failed.take());
        }
    });
    if let Some(failure) = failed {
        return Err(failure.into());
    }
    println!("{} bytes a request of {BATCH} records, {times} requests, median of {ROUNDS} rounds", body.len());
    println!("reqwest, ready bodies      {raw:>12.0} records/s");
    println!("tracework-http, formatting {ours:>12.0} records/s   {:.2} of it", ours / raw);
    Ok(())
}
