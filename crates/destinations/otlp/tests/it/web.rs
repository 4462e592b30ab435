//! A server of OTLP over HTTP that answers as a test wants.

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message as _;
use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio_rustls::rustls::ServerConfig;

/// A request, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) logs: ExportLogsServiceRequest,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }
}

type Decide = Box<dyn FnMut(&Received) -> Reply + Send>;

/// The server, on a port and a thread of its own; it ends with the test's process.
#[derive(Clone)]
pub(crate) struct Web {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Web {
    pub(crate) fn start(decide: impl FnMut(&Received) -> Reply + Send + 'static) -> Self {
        Self::begin(decide, None)
    }

    pub(crate) fn encrypted(tls: ServerConfig) -> Self {
        Self::begin(|_| Reply::status(200), Some(tls))
    }

    fn begin(decide: impl FnMut(&Received) -> Reply + Send + 'static, tls: Option<ServerConfig>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let web = Self { address: listener.local_addr().expect("an address"), received: Arc::default() };
        let received = Arc::clone(&web.received);
        let decide: Arc<Mutex<Decide>> = Arc::new(Mutex::new(Box::new(decide)));
        let acceptor = tls.map(|tls| tokio_rustls::TlsAcceptor::from(Arc::new(tls)));
        std::thread::spawn(move || {
            runtime.block_on(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (received, decide) = (Arc::clone(&received), Arc::clone(&decide));
                    let service = service_fn(move |request| one(request, Arc::clone(&received), Arc::clone(&decide)));
                    let server = hyper::server::conn::http1::Builder::new();
                    match acceptor.clone() {
                        None => drop(tokio::spawn(async move {
                            let _ = server.serve_connection(TokioIo::new(stream), service).await;
                        })),
                        Some(acceptor) => drop(tokio::spawn(async move {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                let _ = server.serve_connection(TokioIo::new(stream), service).await;
                            }
                        })),
                    }
                }
            });
        });
        web
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn one(
    request: Request<Incoming>,
    received: Arc<Mutex<Vec<Received>>>,
    decide: Arc<Mutex<Decide>>,
) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let (head, body) = request.into_parts();
    let mut raw = body.collect().await.map_err(std::io::Error::other)?.to_bytes().to_vec();
    if head.headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(raw.as_slice()).read_to_end(&mut plain)?;
        raw = plain;
    }
    let logs = ExportLogsServiceRequest::decode(raw.as_slice()).map_err(std::io::Error::other)?;
    let request = Received { path: head.uri.to_string(), headers: head.headers, logs };
    let reply = (decide.lock().unwrap_or_else(PoisonError::into_inner))(&request);
    received.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from(reply.body))).map_err(std::io::Error::other)
}
