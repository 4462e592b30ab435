//! An HTTP server that reads requests and answers 200, as quickly as one can.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;

/// Bodies that are kept, while somebody wants them.
type Kept = Arc<Mutex<Option<Vec<Vec<u8>>>>>;

/// The server.
pub struct Sink {
    /// Where it listens.
    pub url: String,
    /// What it keeps.
    kept: Kept,
}

impl Sink {
    /// Starts it; it lives as long as the process.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let sink = Self { url: format!("http://{}/", listener.local_addr()?), kept: Kept::default() };
        let kept = Arc::clone(&sink.kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || serve(&stream, &kept));
            }
        });
        Ok(sink)
    }

    /// The bodies that came while `work` was done.
    pub fn bodies(&self, work: impl FnOnce() -> Result<()>) -> Result<Vec<Vec<u8>>> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        *kept() = Some(Vec::new());
        let done = work();
        let bodies = kept().take().unwrap_or_default();
        done.map(|()| bodies)
    }
}

/// Answers the requests of a connection.
fn serve(mut stream: &TcpStream, kept: &Kept) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(1 << 16, stream);
    let (mut body, mut line) = (Vec::new(), String::new());
    loop {
        let mut length = 0;
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some(("content-length", value)) = line.split_once(':') {
                length = value.trim().parse().unwrap_or_default();
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        if let Some(kept) = &mut *kept.lock().unwrap_or_else(PoisonError::into_inner) {
            kept.push(body.clone());
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    }
}
