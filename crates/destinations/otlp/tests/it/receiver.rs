//! A logs service over gRPC that decodes with OpenTelemetry's own messages, and answers as a test wants.

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_rustls::rustls::ServerConfig;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::CompressionEncoding::Gzip;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

/// An answer, and how long it takes.
pub(crate) type Answer = (Result<ExportLogsServiceResponse, Status>, Duration);

/// It took everything.
pub(crate) fn taken() -> Answer {
    (Ok(ExportLogsServiceResponse::default()), Duration::ZERO)
}

/// It refused some.
pub(crate) fn partly(rejected: i64, message: &str) -> Answer {
    let partial = ExportLogsPartialSuccess { rejected_log_records: rejected, error_message: message.to_owned() };
    (Ok(ExportLogsServiceResponse { partial_success: Some(partial) }), Duration::ZERO)
}

pub(crate) fn refused(status: Status) -> Answer {
    (Err(status), Duration::ZERO)
}

type Decide = Box<dyn FnMut(&ExportLogsServiceRequest) -> Answer + Send>;

struct Shared {
    received: Mutex<Vec<(ExportLogsServiceRequest, MetadataMap)>>,
    decide: Mutex<Decide>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

/// The service, on a port and a thread of its own.
#[derive(Clone)]
pub(crate) struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Arc<tokio::sync::watch::Sender<bool>>,
}

impl Receiver {
    /// One that answers so.
    pub(crate) fn start(decide: impl FnMut(&ExportLogsServiceRequest) -> Answer + Send + 'static) -> Self {
        Self::begin(decide, None)
    }

    /// One that takes everything.
    pub(crate) fn taking() -> Self {
        Self::start(|_| taken())
    }

    /// One that speaks TLS.
    pub(crate) fn encrypted(tls: ServerConfig) -> Self {
        Self::begin(|_| taken(), Some(tls))
    }

    fn begin(
        decide: impl FnMut(&ExportLogsServiceRequest) -> Answer + Send + 'static,
        tls: Option<ServerConfig>,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, mut stopped) = tokio::sync::watch::channel(false);
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            decide: Mutex::new(Box::new(decide)),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
        });
        let service =
            LogsServiceServer::new(Service(Arc::clone(&shared))).accept_compressed(Gzip).send_compressed(Gzip);
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let end = async move {
                    let _ = stopped.changed().await;
                };
                let router = tonic::transport::Server::builder().add_service(service);
                let served = match tls {
                    None => router.serve_with_incoming_shutdown(TcpListenerStream::new(listener), end).await,
                    Some(tls) => router.serve_with_incoming_shutdown(encrypted(listener, tls), end).await,
                };
                served.expect("it serves");
            });
        });
        Self { address, shared, stop: Arc::new(stop) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that came, taken or not.
    pub(crate) fn requests(&self) -> Vec<ExportLogsServiceRequest> {
        lock(&self.shared.received).iter().map(|(request, _)| request.clone()).collect()
    }

    /// What came along with them.
    pub(crate) fn metadata(&self) -> Vec<MetadataMap> {
        lock(&self.shared.received).iter().map(|(_, metadata)| metadata.clone()).collect()
    }

    /// The records that came, in the order of their coming.
    pub(crate) fn records(&self) -> Vec<LogRecord> {
        self.requests().iter().flat_map(records_of).collect()
    }

    pub(crate) fn messages(&self) -> Vec<String> {
        self.records().iter().map(message_of).collect()
    }

    /// How many requests were there at once.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.shared.most_in_flight.load(Ordering::SeqCst)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if Arc::strong_count(&self.stop) == 1 {
            let _ = self.stop.send(true);
        }
    }
}

/// Connections that speak TLS; those that cannot are left.
fn encrypted(
    listener: TcpListener,
    config: ServerConfig,
) -> impl tokio_stream::Stream<Item = std::io::Result<tokio_rustls::server::TlsStream<tokio::net::TcpStream>>> {
    use tokio_stream::StreamExt as _;
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let accepted = TcpListenerStream::new(listener).then(move |stream| {
        let acceptor = acceptor.clone();
        async move { acceptor.accept(stream?).await }
    });
    accepted.filter(Result::is_ok)
}

pub(crate) fn records_of(request: &ExportLogsServiceRequest) -> Vec<LogRecord> {
    let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
    scopes.flat_map(|scope| scope.log_records.clone()).collect()
}

/// The message of a record; empty if it has none.
pub(crate) fn message_of(record: &LogRecord) -> String {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    match record.body.as_ref().and_then(|body| body.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        None => String::new(),
        Some(other) => panic!("{other:?} is no message"),
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Service(Arc<Shared>);

#[tonic::async_trait]
impl LogsService for Service {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let now = self.0.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.most_in_flight.fetch_max(now, Ordering::SeqCst);
        let (metadata, _, message) = request.into_parts();
        let (answer, after) = (lock(&self.0.decide))(&message);
        lock(&self.0.received).push((message, metadata));
        tokio::time::sleep(after).await;
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
        answer.map(Response::new)
    }
}
