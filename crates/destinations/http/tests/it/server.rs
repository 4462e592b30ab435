//! A server that reads what it gets as any server would, and answers as a test wants.

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// A request, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// The path with its query; with the host before it if it came so, as to a proxy.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// As it was on the wire.
    pub(crate) raw: Vec<u8>,
    /// Unpacked.
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) after: Duration,
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

    pub(crate) fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }
}

type Answer = Box<dyn FnMut(&Received) -> Reply + Send>;

struct Shared {
    received: Mutex<Vec<Received>>,
    answer: Mutex<Answer>,
    down: AtomicBool,
    connections: AtomicUsize,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

/// A server on a port of its own, on a thread of its own.
#[derive(Clone)]
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Arc<tokio::sync::watch::Sender<bool>>,
}

impl Server {
    /// A server that answers so, in clear.
    pub(crate) fn start(answer: impl FnMut(&Received) -> Reply + Send + 'static) -> Self {
        Self::begin(answer, None)
    }

    /// A server that takes everything.
    pub(crate) fn taking() -> Self {
        Self::start(|_| Reply::status(200))
    }

    /// A server that speaks TLS.
    pub(crate) fn encrypted(config: ServerConfig, answer: impl FnMut(&Received) -> Reply + Send + 'static) -> Self {
        Self::begin(answer, Some(TlsAcceptor::from(Arc::new(config))))
    }

    fn begin(answer: impl FnMut(&Received) -> Reply + Send + 'static, tls: Option<TlsAcceptor>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let (stop, mut stopped) = tokio::sync::watch::channel(false);
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            answer: Mutex::new(Box::new(answer)),
            down: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
        });
        let server = Self { address: listener.local_addr().expect("an address"), shared, stop: Arc::new(stop) };
        let shared = Arc::clone(&server.shared);
        std::thread::spawn(move || {
            runtime.block_on(async move {
                loop {
                    tokio::select! {
                        _ = stopped.changed() => return,
                        accepted = listener.accept() => {
                            let Ok((stream, _)) = accepted else { continue };
                            if shared.down.load(Ordering::SeqCst) {
                                continue;
                            }
                            shared.connections.fetch_add(1, Ordering::SeqCst);
                            tokio::spawn(connection(stream, tls.clone(), Arc::clone(&shared)));
                        }
                    }
                }
            });
        });
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        lock(&self.shared.received).clone()
    }

    /// The only request that came.
    pub(crate) fn only(&self) -> Received {
        let received = self.received();
        assert_eq!(received.len(), 1, "one request came");
        received[0].clone()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many requests were there at once.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.shared.most_in_flight.load(Ordering::SeqCst)
    }

    /// Closes every connection, old and new, or takes them again.
    pub(crate) fn set_down(&self, down: bool) {
        self.shared.down.store(down, Ordering::SeqCst);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if Arc::strong_count(&self.stop) == 1 {
            let _ = self.stop.send(true);
        }
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn connection(stream: tokio::net::TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    match tls {
        None => serve(stream, shared).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                serve(stream, shared).await;
            }
        }
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) {
    let service = service_fn(move |request| one(request, Arc::clone(&shared)));
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn one(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let now = shared.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
    shared.most_in_flight.fetch_max(now, Ordering::SeqCst);
    let answered = answer(request, &shared).await;
    shared.in_flight.fetch_sub(1, Ordering::SeqCst);
    answered
}

async fn answer(request: Request<Incoming>, shared: &Shared) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let (head, body) = request.into_parts();
    let raw = body.collect().await.map_err(std::io::Error::other)?.to_bytes().to_vec();
    if shared.down.load(Ordering::SeqCst) {
        return Err(std::io::Error::other("it is down"));
    }
    let received = Received {
        method: head.method.to_string(),
        path: head.uri.to_string(),
        body: unpacked(&head.headers, &raw),
        headers: head.headers,
        raw,
    };
    let reply = (lock(&shared.answer))(&received);
    lock(&shared.received).push(received);
    tokio::time::sleep(reply.after).await;
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from(reply.body))).map_err(std::io::Error::other)
}

fn unpacked(headers: &HeaderMap, raw: &[u8]) -> Vec<u8> {
    match headers.get("content-encoding").map(|value| value.to_str().expect("text")) {
        None => raw.to_vec(),
        Some("gzip") => {
            let mut body = Vec::new();
            flate2::read::GzDecoder::new(raw).read_to_end(&mut body).expect("gzip");
            body
        }
        Some("zstd") => zstd::decode_all(raw).expect("zstd"),
        Some(other) => panic!("{other} is no encoding"),
    }
}
