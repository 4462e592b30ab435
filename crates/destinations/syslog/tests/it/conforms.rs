//! The suite that every destination passes, over each way to the server.

use crate::server::Server;
use tracework_syslog::{Framing, Syslog};
use tracework_testkit::conformance::{self, Subject};

/// Runs the suite against servers of its own.
fn check(address: impl Fn(&Server) -> String, change: impl Fn(Syslog) -> Syslog) {
    if Server::start().is_none() {
        return;
    }
    conformance::check(|| {
        let server = Server::start().expect("it started before");
        let mut read = server.reader();
        let syslog = change(Syslog::to(&address(&server)).expect("an address"));
        // The server lives as long as its reader.
        Subject::new(syslog, move || {
            let _alive = &server;
            read()
        })
    });
}

#[test]
fn over_tcp() {
    check(|server| format!("tcp://127.0.0.1:{}", server.tcp), |syslog| syslog.longest(60 << 10));
}

#[test]
fn over_tcp_with_line_ends() {
    let lines = |syslog: Syslog| syslog.framing(Framing::Newline).longest(60 << 10);
    check(|server| format!("tcp://localhost:{}", server.tcp), lines);
}

#[test]
fn over_a_unix_socket() {
    check(|server| format!("unix:{}", server.socket().display()), |syslog| syslog);
}
