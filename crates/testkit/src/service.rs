//! Servers that tests talk to.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Where the server `name` listens: where the variable `TEST_NAME` says, else at `usual`. `None`, and a word
/// about it on standard error, if nothing answers there: the test is then left out.
///
/// ```
/// use std::net::TcpListener;
/// use tracework_testkit::service;
///
/// let server = TcpListener::bind("127.0.0.1:0")?;
/// let address = server.local_addr()?;
/// assert_eq!(service("example", &address.to_string()), Some(address));
/// drop(server);
/// assert_eq!(service("example", &address.to_string()), None);
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
#[expect(clippy::print_stderr, reason = "a test that was left out says so")]
pub fn service(name: &str, usual: &str) -> Option<SocketAddr> {
    let variable = format!("TEST_{}", name.to_ascii_uppercase());
    let address = std::env::var(&variable).unwrap_or_else(|_| usual.to_owned());
    let found = address.to_socket_addrs().ok().into_iter().flatten();
    let answers = |at: &SocketAddr| TcpStream::connect_timeout(at, Duration::from_secs(2)).is_ok();
    let there = found.into_iter().find(answers);
    if there.is_none() {
        eprintln!(
            "LEFT OUT: nothing answers for {name} at {address}; `scripts/services {name}` starts it, {variable} names another place"
        );
    }
    there
}
