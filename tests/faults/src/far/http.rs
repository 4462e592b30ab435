//! A small server of HTTP, which notes what it accepted and may answer badly.

use super::{FarEnd, numbers_in};
use flate2::read::GzDecoder;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracework_testkit::Proxy;

/// How it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answers {
    /// 200.
    #[default]
    Well,
    /// 429, to come again in a second.
    TooMany,
    /// 401.
    Unknown,
    /// 503.
    Unavailable,
    /// 400 to what has poison in it, else 200.
    Choosy,
}

#[derive(Debug, Default)]
struct Kept {
    answers: Answers,
    numbers: Vec<u64>,
    requests: u64,
}

/// The server as a test sees it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Server {
    kept: Arc<Mutex<Kept>>,
}

impl Server {
    /// Starts one, at the port that is returned.
    pub(crate) fn start() -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let (server, address) = (Self::default(), listener.local_addr().expect("an address"));
        let for_thread = server.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let server = for_thread.clone();
                std::thread::spawn(move || server.serve(&connection));
            }
        });
        (server, address)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it answers from now on.
    pub(crate) fn answer(&self, answers: Answers) {
        self.kept().answers = answers;
    }

    /// Answers well, or that nobody is known.
    pub(super) fn let_in(&self, welcome: bool) {
        self.answer(if welcome { Answers::Well } else { Answers::Unknown });
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> u64 {
        self.kept().requests
    }

    /// The records of the requests that it accepted.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.kept().numbers.clone()
    }

    /// Answers the requests of a connection, until it breaks.
    fn serve(&self, connection: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(connection);
        let mut out = connection;
        loop {
            let body = unpacked(request(&mut reader)?);
            let answer = self.judge(&String::from_utf8_lossy(&body));
            out.write_all(format!("HTTP/1.1 {answer}content-length: 0\r\n\r\n").as_bytes()).ok()?;
        }
    }

    fn judge(&self, body: &str) -> &'static str {
        let mut kept = self.kept();
        kept.requests += 1;
        match kept.answers {
            Answers::TooMany => "429 Too Many Requests\r\nretry-after: 1\r\n",
            Answers::Unknown => "401 Unauthorized\r\n",
            Answers::Unavailable => "503 Service Unavailable\r\n",
            Answers::Choosy if body.contains("poison") => "400 Bad Request\r\n",
            Answers::Well | Answers::Choosy => {
                kept.numbers.extend(numbers_in(body));
                "200 OK\r\n"
            }
        }
    }
}

/// A body as it was before it was compressed, if it was.
fn unpacked(body: Vec<u8>) -> Vec<u8> {
    let mut whole = Vec::new();
    let unpacked = body.starts_with(&[0x1f, 0x8b]) && GzDecoder::new(&body[..]).read_to_end(&mut whole).is_ok();
    if unpacked { whole } else { body }
}

/// The body of the next request.
fn request(reader: &mut BufReader<&TcpStream>) -> Option<Vec<u8>> {
    let (mut length, mut chunked) = (0, false);
    let mut line = String::new();
    while reader.read_line(&mut line).ok()? > 0 && line != "\r\n" {
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        chunked |= lower.starts_with("transfer-encoding:") && lower.contains("chunked");
        line.clear();
    }
    if line.is_empty() || chunked {
        return None;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(body)
}

struct HttpEnd {
    server: Server,
    way: Proxy,
}

pub(super) fn start(_: &Path) -> Option<Box<dyn FarEnd>> {
    let (server, address) = Server::start();
    Some(Box::new(HttpEnd { server, way: Proxy::to(address).expect("a proxy") }))
}

impl FarEnd for HttpEnd {
    fn config(&self) -> String {
        let address = self.way.address();
        format!(
            "    type: http\n    url: http://{address}/\n    allow_private: true\n    timeout: 10s\n    batch: {{ records: 500 }}\n"
        )
    }

    fn way(&self) -> Option<&Proxy> {
        Some(&self.way)
    }

    fn numbers(&mut self) -> Vec<u64> {
        self.server.numbers()
    }

    fn let_in(&mut self, welcome: bool) {
        self.server.let_in(welcome);
    }

    fn http(&self) -> Option<&Server> {
        Some(&self.server)
    }
}
