//! A collector that throws everything away, beside its clients with the same requests ready made: tonic's, with messages
//! that it encodes, and reqwest with bytes.

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use prost::Message as _;
use tonic::transport::Channel;
use tracework::core::Attachment;
use tracework::format::OtlpEncoder;
use tracework::otlp::Otlp;

use super::{http::client, runtime};
use crate::contest::Server;
use crate::lots::{self, Lot};
use crate::programs::{Own, find, free, printed};

/// Batches that are on their way at once, as many as the destination's.
const AT_ONCE: usize = 4;

/// The collector, rotel.
struct Collector {
    /// By which protocol.
    by_grpc: bool,
    /// Where it takes that.
    at: SocketAddr,
    /// Of which version it is.
    version: String,
    /// The requests that the destination makes.
    requests: Vec<Vec<u8>>,
    /// Ends it.
    _own: Own,
}

/// Spoken to by gRPC.
pub fn grpc() -> Result<Box<dyn Server>> {
    start(true)
}

/// Spoken to by HTTP.
pub fn http() -> Result<Box<dyn Server>> {
    start(false)
}

/// A collector of our own.
fn start(by_grpc: bool) -> Result<Box<dyn Server>> {
    let (grpc, http, program) = (free()?, free()?, find("rotel-agent")?);
    let at = if by_grpc { grpc } else { http };
    let mut command = Command::new(&program);
    command
        .args(["start", "--otlp-grpc-endpoint", &grpc.to_string(), "--otlp-http-endpoint", &http.to_string()])
        .args(["--exporter", "blackhole", "--otlp-grpc-max-recv-msg-size-mib", "16"])
        .current_dir(std::env::temp_dir());
    let own = Own::start(&mut command, at)?;
    let version = printed(&program.display().to_string(), &["--version"]).unwrap_or_default();
    Ok(Box::new(Collector { by_grpc, at, version, requests: Vec::new(), _own: own }))
}

/// Sends these, one after the other.
async fn export(mut client: LogsServiceClient<Channel>, requests: Vec<ExportLogsServiceRequest>) -> Result<()> {
    for request in requests {
        client.export(request).await?;
    }
    Ok(())
}

/// Posts these, one after the other.
async fn post(client: reqwest::Client, url: String, requests: Vec<Vec<u8>>) -> Result<()> {
    for request in requests {
        let request = client.post(&url).header("content-type", "application/x-protobuf").body(request);
        request.send().await?.error_for_status()?.bytes().await?;
    }
    Ok(())
}

/// Dealt out to so many senders.
fn dealt<T>(requests: impl Iterator<Item = T>) -> Vec<Vec<T>> {
    let mut hands: Vec<Vec<T>> = (0..AT_ONCE).map(|_| Vec::new()).collect();
    requests.enumerate().for_each(|(at, request)| hands[at % AT_ONCE].push(request));
    hands
}

impl Collector {
    /// By tonic's client.
    fn by_tonic(&self) -> Result<Duration> {
        let runtime = runtime()?;
        let requests: Vec<_> = self.requests.iter().map(|bytes| ExportLogsServiceRequest::decode(&bytes[..])).collect();
        let requests = requests.into_iter().collect::<Result<Vec<_>, _>>()?;
        let client = runtime.block_on(LogsServiceClient::connect(format!("http://{}", self.at)))?;
        let hands = dealt(requests.into_iter());
        let begun = Instant::now();
        runtime.block_on(async {
            let senders: Vec<_> = hands.into_iter().map(|hand| tokio::spawn(export(client.clone(), hand))).collect();
            for sender in senders {
                sender.await??;
            }
            Ok::<_, anyhow::Error>(())
        })?;
        Ok(begun.elapsed())
    }

    /// By reqwest.
    fn by_reqwest(&self) -> Result<Duration> {
        let (runtime, client, url) = (runtime()?, client()?, format!("http://{}/v1/logs", self.at));
        let hands = dealt(self.requests.iter().cloned());
        runtime.block_on(post(client.clone(), url.clone(), vec![Vec::new()]))?;
        let begun = Instant::now();
        runtime.block_on(async {
            let post = |hand| tokio::spawn(post(client.clone(), url.clone(), hand));
            let senders: Vec<_> = hands.into_iter().map(post).collect();
            for sender in senders {
                sender.await??;
            }
            Ok::<_, anyhow::Error>(())
        })?;
        Ok(begun.elapsed())
    }
}

impl Server for Collector {
    fn about(&self) -> String {
        let by = if self.by_grpc { "gRPC" } else { "HTTP" };
        format!("{}, which throws everything away; by {by}, four batches at once at the most", self.version)
    }

    fn begin(&mut self) -> Result<()> {
        Ok(())
    }

    fn destination(&self) -> Result<Attachment> {
        let endpoint = format!("http://{}", self.at);
        Ok(if self.by_grpc { Otlp::grpc(endpoint) } else { Otlp::http(endpoint) }.into())
    }

    fn prepare(&mut self, lots: &[Lot]) -> Result<()> {
        let mut encoder = OtlpEncoder::new();
        self.requests = lots::with_batches(lots, |batches| {
            let request = |batch: &tracework::core::Batch<'_>| {
                let mut request = Vec::new();
                encoder.request(batch.records(), usize::MAX, &mut request);
                request
            };
            batches.iter().map(request).collect()
        });
        Ok(())
    }

    fn rivals(&self) -> &'static [&'static str] {
        if self.by_grpc { &["tonic, the same requests ready made"] } else { &["reqwest, the same bodies ready made"] }
    }

    fn rival(&mut self, _: usize, _: &[Lot]) -> Result<Duration> {
        if self.by_grpc { self.by_tonic() } else { self.by_reqwest() }
    }

    fn count(&mut self) -> Result<Option<u64>> {
        Ok(None)
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}
