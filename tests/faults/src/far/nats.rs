//! A stream of NATS, read by a consumer of JetStream that is asked for in the protocol's own words.

use super::{FarEnd, numbers_in, unique};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;
use tracework_testkit::{Proxy, service};

struct NatsEnd {
    server: SocketAddr,
    way: Proxy,
    name: String,
}

pub(super) fn start(_: &Path) -> Option<Box<dyn FarEnd>> {
    let server = service("nats", "127.0.0.1:4222")?;
    let way = Proxy::to(server).expect("a proxy");
    Some(Box::new(NatsEnd { server, way, name: unique() }))
}

/// A connection that has subscribed to `box.NAME`.
struct Client {
    reader: BufReader<TcpStream>,
    line: String,
}

impl Client {
    fn connect(server: SocketAddr, inbox: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        let mut client = Self { reader: BufReader::new(stream), line: String::new() };
        client.send(&format!("CONNECT {{\"verbose\":false}}\r\nSUB {inbox} 1\r\nSUB {inbox}.answers 2\r\n"))?;
        Ok(client)
    }

    fn send(&mut self, text: &str) -> std::io::Result<()> {
        self.reader.get_mut().write_all(text.as_bytes())
    }

    fn ask(&mut self, subject: &str, inbox: &str, body: &str) -> std::io::Result<()> {
        self.send(&format!("PUB {subject} {inbox}.answers {}\r\n{body}\r\n", body.len()))
    }

    /// The next message: which subscription it is of, and what it says. `None` once nothing more comes.
    fn next(&mut self) -> Option<(String, String)> {
        loop {
            self.line.clear();
            if self.reader.read_line(&mut self.line).ok()? == 0 {
                return None;
            }
            let words: Vec<_> = self.line.split_whitespace().map(str::to_owned).collect();
            match words.first().map(String::as_str) {
                Some("PING") => self.send("PONG\r\n").ok()?,
                Some("MSG" | "HMSG") => {
                    let mut body = vec![0; words.last()?.parse::<usize>().ok()? + 2];
                    self.reader.read_exact(&mut body).ok()?;
                    return Some((words.get(2)?.clone(), String::from_utf8_lossy(&body).into_owned()));
                }
                _ => {}
            }
        }
    }
}

impl FarEnd for NatsEnd {
    fn config(&self) -> String {
        let (address, name) = (self.way.address(), &self.name);
        format!(
            "    type: nats\n    url: nats://{address}\n    subject: {name}\n    declare_stream: {name}\n    timeout: 10s\n    connect_timeout: 2s\n"
        )
    }

    fn way(&self) -> Option<&Proxy> {
        Some(&self.way)
    }

    fn numbers(&mut self) -> Vec<u64> {
        let (name, inbox) = (&self.name, format!("box.{}", self.name));
        let mut client = Client::connect(self.server, &inbox).expect("the server answers");
        let consumer = format!(
            "{{\"stream_name\":\"{name}\",\"config\":{{\"deliver_subject\":\"{inbox}\",\"ack_policy\":\"none\",\"deliver_policy\":\"all\"}}}}"
        );
        client.ask(&format!("$JS.API.CONSUMER.CREATE.{name}"), &inbox, &consumer).expect("it can be asked");
        let messages = std::iter::from_fn(|| client.next()).filter(|(subscription, _)| subscription == "1");
        messages.flat_map(|(_, body)| numbers_in(&body).collect::<Vec<_>>()).collect()
    }
}

impl Drop for NatsEnd {
    fn drop(&mut self) {
        let (name, inbox) = (&self.name, format!("box.{}", self.name));
        let Ok(mut client) = Client::connect(self.server, &inbox) else { return };
        // A stream that never came to be cannot be deleted.
        let _ = client.ask(&format!("$JS.API.STREAM.DELETE.{name}"), &inbox, "");
        let _ = client.next();
    }
}
