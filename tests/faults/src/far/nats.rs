//! A stream of NATS, read by a consumer of JetStream that is asked for in the protocol's own words.

use super::own::{self, OwnServer};
use super::{FarEnd, numbers_in, unique};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};
use tracework_testkit::Proxy;

struct NatsEnd {
    server: SocketAddr,
    way: Proxy,
    name: String,
    own: Option<OwnServer>,
}

pub(super) fn start(_: &Path) -> Option<Box<dyn FarEnd>> {
    let (server, own) = own::server("nats", "127.0.0.1:4222")?;
    let way = Proxy::to(server).expect("a proxy");
    Some(Box::new(NatsEnd { server, way, name: unique(), own }))
}

/// A connection that has subscribed to `box.NAME`.
struct Client {
    reader: BufReader<TcpStream>,
    line: String,
}

impl Client {
    fn connect(server: SocketAddr, inbox: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut client = Self { reader: BufReader::new(stream), line: String::new() };
        client.send(&format!(
            "CONNECT {{\"verbose\":false,\"headers\":true}}\r\nSUB {inbox} 1\r\nSUB {inbox}.answers 2\r\n"
        ))?;
        Ok(client)
    }

    fn send(&mut self, text: &str) -> std::io::Result<()> {
        self.reader.get_mut().write_all(text.as_bytes())
    }

    fn ask(&mut self, subject: &str, reply: &str, body: &str) -> std::io::Result<()> {
        self.send(&format!("PUB {subject} {reply} {}\r\n{body}\r\n", body.len()))
    }

    /// What JetStream answers to a call.
    fn call(&mut self, subject: &str, inbox: &str, body: &str) -> Option<Value> {
        self.ask(subject, &format!("{inbox}.answers"), body).ok()?;
        let (_, answer) = std::iter::from_fn(|| self.next()).find(|(subscription, _)| subscription == "2")?;
        serde_json::from_str(answer.trim_end()).ok()
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

    fn server(&mut self) -> Option<&mut OwnServer> {
        self.own.as_mut()
    }

    fn numbers(&mut self) -> Vec<u64> {
        // What was asked for by an earlier reader may still come to its own box.
        let (name, inbox) = (&self.name, format!("box.{}", unique()));
        let mut client = Client::connect(self.server, &inbox).expect("the server answers");
        let consumer = format!(
            "{{\"stream_name\":\"{name}\",\"config\":{{\"ack_policy\":\"none\",\"deliver_policy\":\"all\",\"inactive_threshold\":60000000000}}}}"
        );
        let answer = client.call(&format!("$JS.API.CONSUMER.CREATE.{name}"), &inbox, &consumer).unwrap_or_default();
        // There is no consumer of a stream that never came to be.
        let Some(consumer) = answer["name"].as_str() else { return Vec::new() };
        let about = client.call(&format!("$JS.API.STREAM.INFO.{name}"), &inbox, "").unwrap_or_default();
        let mut left = about["state"]["messages"].as_u64().expect("the stream says how many it has");
        let next = format!("$JS.API.CONSUMER.MSG.NEXT.{name}.{consumer}");
        let (mut numbers, end) = (Vec::new(), Instant::now() + PATIENCE);
        while left > 0 && Instant::now() < end {
            let count = left.min(AT_ONCE);
            client
                .ask(&next, &inbox, &format!("{{\"batch\":{count},\"expires\":5000000000}}"))
                .expect("it can be asked");
            for _ in 0..count {
                let Some((_, body)) = client.next() else { return numbers };
                // A state of 408 and the like: it took too long, and the rest is asked for again.
                if body.starts_with("NATS/1.0 4") {
                    break;
                }
                numbers.extend(numbers_in(&body));
                left -= 1;
            }
        }
        numbers
    }
}

/// How long all of them may take to read.
const PATIENCE: Duration = Duration::from_secs(120);

/// How many messages are asked for together.
const AT_ONCE: u64 = 1_000;

impl Drop for NatsEnd {
    fn drop(&mut self) {
        let (name, inbox) = (&self.name, format!("box.{}", self.name));
        let Ok(mut client) = Client::connect(self.server, &inbox) else { return };
        // A stream that never came to be cannot be deleted.
        let _ = client.call(&format!("$JS.API.STREAM.DELETE.{name}"), &inbox, "");
    }
}
