//! A server and the plainest client.

use axum::Router;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tracework::core::OwnedRecord;

/// Serves `router` on a port of its own, with the peers' addresses, on this thread.
pub(crate) async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("it is bound");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// Sends `GET path` with these header lines and gives the whole answer.
pub(crate) async fn get(address: SocketAddr, path: &str, headers: &[&str]) -> String {
    ask(address, &format!("GET {path}"), headers).await
}

/// Sends a request and gives the whole answer, up to the end of the connection.
pub(crate) async fn ask(address: SocketAddr, what: &str, headers: &[&str]) -> String {
    let mut stream = send(address, what, headers).await;
    let mut answer = Vec::new();
    // A connection that the server gives up is one that ended.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends a request and leaves the answer to the caller.
pub(crate) async fn send(address: SocketAddr, what: &str, headers: &[&str]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let head = format!("{what} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{lines}\r\n");
    stream.write_all(head.as_bytes()).await.expect("it is sent");
    stream
}

/// The value of a header of an answer.
pub(crate) fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let line = answer.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))?;
    Some(line.split_once(':')?.1.trim())
}

/// A field of a record, or of the spans around it, as text.
pub(crate) fn told(record: &OwnedRecord, name: &str) -> Option<String> {
    let view = record.view();
    view.field(name).or_else(|| view.context(name)).map(|value| value.to_string())
}
