//! Names that lead nowhere, certificates that expired, and users that may no longer log in: nothing is lost, and it is told.

use crate::support::{deliver, records};
use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tracework_core::{Destination, Failure, FailureClass};
use tracework_nats::{JetStream, Tls};
use tracework_testkit::Authority;

fn temporary(failure: &Failure, told: &str) {
    assert_eq!((failure.class(), failure.refusals().len()), (FailureClass::Temporary, 0), "{failure}");
    assert!(failure.to_string().to_lowercase().contains(told), "{failure}");
}

#[test]
fn a_name_that_leads_nowhere_is_looked_up_again() {
    let mut nats = JetStream::to("nats://ann:hunter2@no-such-host.invalid:4222").expect("a destination");
    let failure = deliver(&mut nats, &records(&["one"])).expect_err("there is no such host");
    temporary(&failure, "connecting to nats://no-such-host.invalid:4222: ");
    assert!(!failure.to_string().contains("hunter2"), "{failure}");
}

#[test]
fn a_certificate_that_expired_is_told() {
    let authority = Authority::new();
    // The server says who it is before TLS begins.
    let server = authority.expired(|stream| {
        stream.write_all(b"INFO {\"server_id\":\"x\",\"version\":\"2.9.0\",\"proto\":1,\"max_payload\":1048576,\"tls_required\":true,\"headers\":true}\r\n")
    });
    let nats = JetStream::to(&format!("tls://localhost:{}", server.port())).expect("a destination");
    let mut nats = nats.tls(Tls { ca: Some(authority.ca()), ..Tls::default() });
    let failure = deliver(&mut nats, &records(&["one"])).expect_err("it expired");
    temporary(&failure, "expired");
}

/// A server of its own, with a user whose password changes.
struct Server {
    folder: TempDir,
    child: Child,
    port: u16,
}

impl Server {
    #[expect(clippy::print_stderr, reason = "a test that was left out says so")]
    fn new(password: &str) -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port");
        let folder = tempfile::tempdir().expect("a folder");
        configure(&folder, free.port(), password);
        let mut command = Command::new("nats-server");
        command.arg("-c").arg(folder.path().join("nats.conf")).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(child) = command.spawn() else {
            eprintln!("LEFT OUT: there is no nats-server; `scripts/services nats` installs it");
            return None;
        };
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(free).is_err() {
            assert!(Instant::now() < until, "the server does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(Self { folder, child, port: free.port() })
    }

    /// From now on this is the password; whoever is logged in with another is thrown out.
    fn set_password(&self, password: &str) {
        configure(&self.folder, self.port, password);
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-HUP", &id]).status().expect("there is `kill`");
        assert!(told.success());
    }
}

fn configure(folder: &TempDir, port: u16, password: &str) {
    let store = folder.path().join("store");
    let text = format!(
        "listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: {:?} }}\nauthorization {{ user: ann, password: {password} }}\n",
        store.display().to_string(),
    );
    fs::write(folder.path().join("nats.conf"), text).expect("written");
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Delivers until it comes to what is expected; a reload of the server takes a moment.
fn until(nats: &mut JetStream, message: &str, expected: impl Fn(&Result<(), Failure>) -> bool) {
    let limit = Instant::now() + Duration::from_secs(20);
    loop {
        let delivered = deliver(nats, &records(&[message]));
        if expected(&delivered) {
            return;
        }
        assert!(Instant::now() < limit, "{delivered:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_user_who_may_no_longer_log_in_is_told_and_let_in_again() {
    let Some(server) = Server::new("one") else { return };
    let nats = JetStream::to(&format!("nats://ann@127.0.0.1:{}", server.port)).expect("a destination");
    let mut nats = nats.password("one").declare_stream("LOGS").expect("a stream");
    until(&mut nats, "before", Result::is_ok);
    server.set_password("two");
    until(&mut nats, "meanwhile", |delivered| {
        let Err(failure) = delivered else { return false };
        assert_eq!(failure.class(), FailureClass::Temporary, "{failure}");
        failure.to_string().to_lowercase().contains("authorization violation")
    });
    server.set_password("one");
    until(&mut nats, "after", Result::is_ok);
    nats.close().expect("it closes");
}
