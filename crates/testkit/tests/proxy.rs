//! The proxy does to connections what it says.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};
use tracework_testkit::{Proxy, Way};

/// A proxy, and a client and its server that are joined by it.
fn joined() -> (Proxy, TcpListener, TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let proxy = Proxy::to(listener.local_addr().expect("an address")).expect("a proxy");
    let client = TcpStream::connect(proxy.address()).expect("connected");
    let (server, _) = listener.accept().expect("accepted");
    for stream in [&client, &server] {
        stream.set_read_timeout(Some(Duration::from_millis(200))).expect("set");
    }
    (proxy, listener, client, server)
}

fn read(stream: &mut TcpStream) -> Result<Vec<u8>, ErrorKind> {
    let mut bytes = vec![0; 1024];
    let count = stream.read(&mut bytes).map_err(|error| error.kind())?;
    bytes.truncate(count);
    Ok(bytes)
}

#[test]
fn a_stall_holds_everything_back_and_loses_nothing() {
    let (proxy, _listener, mut client, mut server) = joined();
    proxy.set(Way::Stalled);
    client.write_all(b"one").expect("written");
    assert!(matches!(read(&mut server), Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)));
    proxy.set(Way::Open);
    assert_eq!(read(&mut server), Ok(b"one".to_vec()));
}

#[test]
fn a_deaf_way_swallows_answers_alone() {
    let (proxy, _listener, mut client, mut server) = joined();
    proxy.set(Way::Deaf);
    client.write_all(b"one").expect("written");
    assert_eq!(read(&mut server), Ok(b"one".to_vec()));
    server.write_all(b"two").expect("written");
    assert!(matches!(read(&mut client), Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)));
}

#[test]
fn down_resets_what_is_there_and_what_comes() {
    let (proxy, _listener, mut client, _server) = joined();
    proxy.set(Way::Down);
    assert!(read(&mut client).is_ok_and(|bytes| bytes.is_empty()) || read(&mut client).is_err());
    let late = TcpStream::connect(proxy.address()).and_then(|mut late| {
        late.set_read_timeout(Some(Duration::from_secs(5)))?;
        late.read(&mut [0; 1])
    });
    assert!(matches!(late, Ok(0) | Err(_)));
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn a_connection_is_reset_within_what_the_client_sends_and_the_next_is_not() {
    let (proxy, listener, mut client, mut server) = joined();
    proxy.set(Way::ResetAfter(4));
    let _ = client.write_all(b"abcdefgh");
    let mut got = Vec::new();
    let _ = server.read_to_end(&mut got);
    assert!(got.len() <= 4, "{got:?}");
    let mut next = TcpStream::connect(proxy.address()).expect("connected");
    next.write_all(b"all of it").expect("written");
    let (mut server, _) = listener.accept().expect("accepted");
    assert_eq!(read(&mut server), Ok(b"all of it".to_vec()));
}

#[test]
fn a_slow_way_takes_its_time() {
    let (proxy, _listener, mut client, mut server) = joined();
    proxy.set(Way::Slow(10_000));
    let start = Instant::now();
    client.write_all(&[7; 3_000]).expect("written");
    server.set_read_timeout(Some(Duration::from_secs(5))).expect("set");
    server.read_exact(&mut [0; 3_000]).expect("read");
    assert!(start.elapsed() >= Duration::from_millis(200), "{:?}", start.elapsed());
}
