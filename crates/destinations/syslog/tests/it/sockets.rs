//! Sockets of the machine, and addresses.

use crate::messages::deliver;
use std::io::Read;
use std::os::unix::net::UnixListener;
use tracework_core::{Destination, FailureClass};
use tracework_syslog::{Address, Framing, Syslog};
use tracework_testkit::TestRecord;

#[test]
fn a_socket_of_streams_is_found_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    let listener = UnixListener::bind(&path).expect("a socket");
    let mut syslog = Syslog::at(Address::Unix(path)).framing(Framing::Newline);
    deliver(&mut syslog, vec![TestRecord::new("one").build(), TestRecord::new("two").build()]).expect("sent");
    syslog.close().expect("closed");
    let mut text = String::new();
    listener.accept().expect("a connection").0.read_to_string(&mut text).expect("UTF-8");
    let ends: Vec<_> = text.lines().map(|line| line.rsplit(' ').next().unwrap_or_default()).collect();
    assert_eq!(ends, ["one", "two"]);
}

#[test]
fn what_is_not_there_is_told_with_its_address() {
    let told = |address: &str| {
        let mut syslog = Syslog::to(address).expect("an address");
        let failure = syslog.open().expect_err("nobody is there");
        assert_eq!(failure.class(), FailureClass::Temporary);
        failure.to_string()
    };
    assert_eq!(told("unix:/nowhere/log"), "connecting to unix:/nowhere/log: No such file or directory (os error 2)");
    assert_eq!(told("tcp://127.0.0.1:1"), "connecting to tcp://127.0.0.1:1: Connection refused (os error 111)");
    assert!(told("tcp://no.such.host.invalid").starts_with("connecting to tcp://no.such.host.invalid:514: "));
    if !cfg!(feature = "tls") {
        assert!(told("tls://127.0.0.1").ends_with("built without the feature `syslog-tls`"));
    }
}

#[test]
fn bad_addresses_are_refused() {
    for text in
        ["", "localhost", "http://x", "udp://", "udp://:514", "tcp://h:0", "tcp://h:99999", "tcp://u@h:1", "unix:log"]
    {
        assert!(text.parse::<Address>().is_err(), "{text}");
    }
    let address = |text: &str| text.parse::<Address>().map(|address| address.to_string());
    assert_eq!(address("unix:///dev/log"), Ok("unix:/dev/log".into()));
    assert_eq!(address("tls://h"), Ok("tls://h:6514".into()));
    assert_eq!(address("udp://[::1]"), Ok("udp://[::1]:514".into()));
}
