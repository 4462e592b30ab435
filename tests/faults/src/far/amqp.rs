//! A queue of RabbitMQ, read by a consumer that speaks just enough of AMQP 0-9-1.

use super::own::{self, OwnServer};
use super::{FarEnd, numbers_in, unique};
use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;
use tracework_testkit::Proxy;

struct AmqpEnd {
    server: SocketAddr,
    way: Proxy,
    queue: String,
    /// What was read so far: reading takes it out of the queue.
    read: Vec<u64>,
    own: Option<OwnServer>,
}

pub(super) fn start(_: &Path) -> Option<Box<dyn FarEnd>> {
    let (server, own) = own::server("rabbitmq", "127.0.0.1:5672")?;
    let way = Proxy::to(server).expect("a proxy");
    Some(Box::new(AmqpEnd { server, way, queue: unique(), read: Vec::new(), own }))
}

/// A connection with a channel, the first.
struct Client {
    reader: BufReader<TcpStream>,
}

fn short(text: &str) -> Vec<u8> {
    [&[u8::try_from(text.len()).expect("a short text")], text.as_bytes()].concat()
}

impl Client {
    /// Connects as a guest.
    fn connect(server: SocketAddr) -> std::io::Result<Self> {
        let mut stream = TcpStream::connect(server)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.write_all(b"AMQP\x00\x00\x09\x01")?;
        let mut client = Self { reader: BufReader::new(stream) };
        client.frame()?;
        let answer = [&[0; 4][..], &short("PLAIN"), &[0, 0, 0, 12], b"\0guest\0guest", &short("en_US")].concat();
        client.call(0, (10, 11), &answer)?;
        // It proposes bounds, which are taken over, and a heartbeat, which is not.
        let (_, tune) = client.frame()?;
        client.call(0, (10, 31), &[&tune[4..10], &[0, 0]].concat())?;
        client.call(0, (10, 40), &[short("/"), vec![0, 0]].concat())?;
        client.frame()?;
        client.call(1, (20, 10), &[0])?;
        client.frame()?;
        Ok(client)
    }

    /// How long the next frame is waited for.
    fn patience(&self, time: Duration) {
        // What is there is waited for in any case.
        let _ = self.reader.get_ref().set_read_timeout(Some(time));
    }

    /// How many messages wait in the queue; none if there is no such queue.
    fn messages(&mut self, queue: &str) -> Option<u32> {
        let passive = [vec![0, 0], short(queue), vec![1], vec![0; 4]].concat();
        self.call(1, (50, 10), &passive).ok()?;
        let (_, answer) = self.frame().ok()?;
        let declared = answer.strip_prefix(&[0, 50, 0, 11])?;
        let (name, rest) = declared.split_first()?;
        let count = rest.get(usize::from(*name)..)?.first_chunk::<4>()?;
        Some(u32::from_be_bytes(*count))
    }

    /// Sends a method, by its class and number.
    fn call(&mut self, channel: u16, (class, method): (u16, u16), arguments: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(arguments.len() + 4).expect("a short call");
        let mut frame = vec![1];
        frame.extend(channel.to_be_bytes());
        frame.extend(length.to_be_bytes());
        frame.extend(class.to_be_bytes());
        frame.extend(method.to_be_bytes());
        frame.extend(arguments);
        frame.push(0xCE);
        self.reader.get_mut().write_all(&frame)
    }

    /// The next frame: its type and what is in it.
    fn frame(&mut self) -> std::io::Result<(u8, Vec<u8>)> {
        let mut head = [0; 7];
        self.reader.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[3], head[4], head[5], head[6]]);
        let mut payload = vec![0; usize::try_from(length).unwrap_or(0) + 1];
        self.reader.read_exact(&mut payload)?;
        payload.pop();
        Ok((head[0], payload))
    }
}

/// Frames of this type hold what a message says.
const BODY: u8 = 3;

impl FarEnd for AmqpEnd {
    fn config(&self) -> String {
        let (address, queue) = (self.way.address(), &self.queue);
        format!(
            "    type: amqp\n    url: amqp://guest@{address}/%2f\n    password: guest\n    routing_key: {queue}\n    declare_queue: {queue}\n    \
             timeout: 10s\n    connect_timeout: 2s\n"
        )
    }

    fn way(&self) -> Option<&Proxy> {
        Some(&self.way)
    }

    fn server(&mut self) -> Option<&mut OwnServer> {
        self.own.as_mut()
    }

    fn numbers(&mut self) -> Vec<u64> {
        let mut client = Client::connect(self.server).expect("the broker answers");
        let count = client.messages(&self.queue).unwrap_or(0);
        client.patience(Duration::from_secs(30));
        let without_ack = [vec![0, 0], short(&self.queue), short(""), vec![2], vec![0; 4]].concat();
        client.call(1, (60, 20), &without_ack).expect("it can be asked");
        let mut bodies = 0;
        loop {
            if bodies == count {
                // What comes late comes soon.
                client.patience(Duration::from_millis(500));
            }
            let Ok((kind, payload)) = client.frame() else { break };
            if kind == BODY {
                self.read.extend(numbers_in(&String::from_utf8_lossy(&payload)));
                bodies += 1;
            }
        }
        self.read.clone()
    }
}

impl Drop for AmqpEnd {
    fn drop(&mut self) {
        let Ok(mut client) = Client::connect(self.server) else { return };
        // One that never came to be cannot be deleted.
        let _ = client.call(1, (50, 40), &[vec![0, 0], short(&self.queue), vec![0]].concat());
        let _ = client.frame();
    }
}
