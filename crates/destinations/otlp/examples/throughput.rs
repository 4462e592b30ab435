//! Records per second into a collector that throws them away: by the destination, which writes its requests, and by the bare
//! client of tonic, whose requests are the same and ready made. Several rounds, one after the other; medians.
//!
//! `cargo run --release -p tracework-otlp --example throughput -- PATH-OF-ROTEL [RECORDS]`

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use prost::Message as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tracework_core::{Batch, Destination as _, OwnedRecord, Record, Value};
use tracework_format::OtlpEncoder;
use tracework_otlp::Otlp;
use tracework_testkit::{TestRecord, span};

const ROUNDS: usize = 5;
/// Records of a batch, and batches on their way at once.
const BATCH: usize = 1_000;
const AT_ONCE: usize = 4;

type Failed = Box<dyn std::error::Error>;

#[expect(clippy::print_stdout, reason = "that is what it is for")]
fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().ok_or("name the program of the collector, rotel-agent")?;
    let records = arguments.next().map_or(Ok(400_000), |records| records.parse::<usize>())?;
    let batches = (records / BATCH / AT_ONCE).max(1) * AT_ONCE;
    let (address, mut collector) = start(&program)?;
    let owned = batch();
    let views: Vec<Record<'_>> = owned.iter().map(OwnedRecord::view).collect();
    let mut request = Vec::new();
    OtlpEncoder::new().request(&views, usize::MAX, &mut request);
    println!("{BATCH} records are {} bytes; {batches} batches, {AT_ONCE} at once", request.len());

    let request = ExportLogsServiceRequest::decode(request.as_slice())?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(by_destination(address, &views, batches)?);
        bare.push(by_tonic(address, &request, batches)?);
    }
    collector.kill()?;
    collector.wait()?;
    let (ours, bare) = (median(ours), median(bare));
    let rate = |took: Duration| f64::from(u32::try_from(batches * BATCH).unwrap_or(u32::MAX)) / took.as_secs_f64();
    println!("tracework-otlp    {:>9.0} records/s", rate(ours));
    println!("tonic, ready made {:>9.0} records/s", rate(bare));
    println!("ratio             {:>9.2}", rate(ours) / rate(bare));
    Ok(())
}

/// A collector at a port of its own.
fn start(program: &str) -> Result<(SocketAddr, Child), Failed> {
    let free = || TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr());
    let (grpc, http) = (free()?, free()?);
    let collector = Command::new(program)
        .args(["start", "--otlp-grpc-endpoint", &grpc.to_string(), "--otlp-http-endpoint", &http.to_string()])
        .args(["--exporter", "blackhole", "--otlp-grpc-max-recv-msg-size-mib", "16"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    while TcpStream::connect(grpc).is_err() {
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok((grpc, collector))
}

/// Records with four fields inside two spans of three.
fn batch() -> Vec<OwnedRecord> {
    let fields = [("user_id", Value::Str("user_789")), ("method", Value::Str("POST")), ("path", Value::Str("/pay"))];
    let outer = span("request", &fields, None);
    let fields = [("card", Value::Str("visa")), ("attempt", Value::U64(1)), ("shard", Value::I64(7))];
    let inner = span("charge", &fields, Some(&outer));
    let record = |at: usize| {
        TestRecord::new("payment processed")
            .target("payments::card")
            .field("amount", Value::F64(12.5))
            .field("currency", Value::Str("EUR"))
            .field("order", Value::U64(at as u64))
            .field("ok", Value::Bool(true))
            .inside(&inner)
            .build()
    };
    (0..BATCH).map(record).collect()
}

fn by_destination(to: SocketAddr, views: &[Record<'_>], batches: usize) -> Result<Duration, Failed> {
    let mut otlp = Otlp::grpc(format!("http://{to}")).in_flight(AT_ONCE);
    let several = [Batch::of_records(views); AT_ONCE];
    otlp.deliver(&several[0])?;
    let begun = Instant::now();
    for _ in 0..batches / AT_ONCE {
        for answer in otlp.deliver_several(&several) {
            answer?;
        }
    }
    Ok(begun.elapsed())
}

fn by_tonic(to: SocketAddr, request: &ExportLogsServiceRequest, batches: usize) -> Result<Duration, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = runtime.block_on(LogsServiceClient::connect(format!("http://{to}")))?;
    runtime.block_on(client.clone().export(request.clone()))?;
    let mut took = Duration::ZERO;
    let mut left = batches;
    while left > 0 {
        // Made ready in parts, so that they need not all be in memory.
        let part = left.min(16 * AT_ONCE);
        let mut lanes: Vec<Vec<ExportLogsServiceRequest>> =
            (0..AT_ONCE).map(|_| vec![request.clone(); part / AT_ONCE]).collect();
        let begun = Instant::now();
        runtime.block_on(async {
            let lanes: Vec<_> = lanes.drain(..).map(|lane| tokio::spawn(send(client.clone(), lane))).collect();
            for lane in lanes {
                lane.await??;
            }
            Ok::<(), Failed>(())
        })?;
        took += begun.elapsed();
        left -= part;
    }
    Ok(took)
}

async fn send(
    mut client: LogsServiceClient<tonic::transport::Channel>,
    requests: Vec<ExportLogsServiceRequest>,
) -> Result<(), tonic::Status> {
    for request in requests {
        client.export(request).await?;
    }
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
