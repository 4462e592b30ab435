//! A broker that is short of memory or disk: it blocks publishers (`connection.blocked`, an extension of RabbitMQ) and
//! reads no more from them. An alarm would stop every test of the broker, so a relay before it says so in its place.

use crate::support::{Queue, deliver, id, records};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tracework_core::FailureClass;

/// Between a client and the broker.
#[derive(Default)]
struct Relay {
    /// What it says to the client in the broker's place, next.
    say: Mutex<Vec<u8>>,
    /// It takes nothing from the client.
    deaf: AtomicBool,
}

impl Relay {
    fn to(broker: SocketAddr) -> (Arc<Self>, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let (address, relay) = (listener.local_addr().expect("an address"), Arc::new(Self::default()));
        let accepting = Arc::clone(&relay);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(broker) else { return };
                for upwards in [true, false] {
                    let (client, server) = (client.try_clone().expect("a copy"), server.try_clone().expect("a copy"));
                    let relay = Arc::clone(&accepting);
                    let (from, to) = if upwards { (client, server) } else { (server, client) };
                    std::thread::spawn(move || relay.carry(from, to, upwards));
                }
            }
        });
        (relay, address)
    }

    fn carry(&self, mut from: TcpStream, mut to: TcpStream, upwards: bool) {
        let _ = from.set_read_timeout(Some(Duration::from_millis(5)));
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => return drop(to.shutdown(std::net::Shutdown::Both)),
                Ok(read) => read,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => 0,
                Err(_) => return drop(to.shutdown(std::net::Shutdown::Both)),
            };
            while upwards && self.deaf.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(5));
            }
            if to.write_all(&buffer[..read]).is_err() {
                return;
            }
            if !upwards && read == 0 {
                // The broker is silent, so this stands between two of its frames.
                let said = std::mem::take(&mut *self.say.lock().expect("not poisoned"));
                let _ = to.write_all(&said);
            }
        }
    }

    fn block(&self, reason: &str) {
        let mut method = vec![0, 10, 0, 60, u8::try_from(reason.len()).expect("short")];
        method.extend_from_slice(reason.as_bytes());
        self.deaf.store(true, Ordering::SeqCst);
        self.send(&method);
    }

    fn unblock(&self) {
        self.send(&[0, 10, 0, 61]);
        self.deaf.store(false, Ordering::SeqCst);
    }

    /// A method of the connection, as a frame (AMQP 0-9-1, section 4.2.3).
    fn send(&self, method: &[u8]) {
        let mut frame = vec![1, 0, 0];
        frame.extend_from_slice(&u32::try_from(method.len()).expect("short").to_be_bytes());
        frame.extend_from_slice(method);
        frame.push(0xCE);
        self.say.lock().expect("not poisoned").extend_from_slice(&frame);
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn nothing_is_published_while_the_broker_blocks() {
    let Some(queue) = Queue::new() else { return };
    let (relay, address) = Relay::to(queue.at);
    let mut amqp = queue.amqp_by(address);
    deliver(&mut amqp, &records(&["before"])).expect("it is delivered");
    relay.block("low on memory");
    let begun = Instant::now();
    // The first may find it out only while it publishes.
    let after = records(&["after"]);
    for _ in 0..3 {
        let failure = deliver(&mut amqp, &after).expect_err("it is blocked");
        assert_eq!((failure.class(), failure.refusals().len()), (FailureClass::Temporary, 0), "{failure}");
        assert!(failure.to_string().contains("takes nothing for now: low on memory"), "{failure}");
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    relay.unblock();
    let taken = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        deliver(&mut amqp, &after).is_ok()
    });
    assert!(taken);
    let ids: Vec<_> = queue.messages().iter().map(id).collect();
    assert!((2..=3).contains(&ids.len()), "published while it was blocked: {ids:?}");
}

#[test]
fn a_delivery_that_is_blocked_half_way_ends_at_once_and_is_done_again() {
    let Some(queue) = Queue::new() else { return };
    let (relay, address) = Relay::to(queue.at);
    let mut amqp = queue.amqp_by(address);
    deliver(&mut amqp, &records(&["before"])).expect("it is delivered");
    relay.deaf.store(true, Ordering::SeqCst);
    let texts: Vec<_> = (0..100).map(|number| format!("record {number}")).collect();
    let all = records(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let blocking = std::thread::spawn({
        let relay = Arc::clone(&relay);
        move || {
            std::thread::sleep(Duration::from_millis(200));
            relay.block("low on disk");
        }
    });
    let begun = Instant::now();
    let failure = deliver(&mut amqp, &all).expect_err("it is blocked");
    assert!(failure.to_string().contains("low on disk"), "{failure}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    blocking.join().expect("it blocks");
    relay.unblock();
    let taken = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        deliver(&mut amqp, &all).is_ok()
    });
    assert!(taken);
    let arrived: Vec<_> = queue.messages().iter().map(id).collect();
    for record in &all {
        let id = record.view().event_id().to_string();
        let count = arrived.iter().filter(|arrived| **arrived == id).count();
        assert!((1..=2).contains(&count), "{id} arrived {count} times");
    }
}
