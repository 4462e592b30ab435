//! TLS, against rsyslogd's own.

use crate::messages::deliver;
use crate::server::Server;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use tracework_core::Destination;
use tracework_syslog::{Syslog, Tls};
use tracework_testkit::TestRecord;

/// A folder with a certificate for this host.
fn certificate(host: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([host.to_owned()]).expect("a certificate");
    fs::write(folder.path().join("cert.pem"), cert.pem()).expect("written");
    fs::write(folder.path().join("key.pem"), signing_key.serialize_pem()).expect("written");
    folder
}

/// A server with the certificate in this folder; `None` if rsyslogd's driver for TLS is not there.
#[expect(clippy::print_stderr, reason = "a test that was left out says so")]
fn server(folder: &Path) -> Option<Server> {
    let drivers = [
        "/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so",
        "/usr/lib/rsyslog/lmnsd_gtls.so",
        "/usr/lib/aarch64-linux-gnu/rsyslog/lmnsd_gtls.so",
    ];
    if !drivers.iter().any(|driver| Path::new(driver).exists()) {
        eprintln!("LEFT OUT: rsyslogd has no TLS; `scripts/services syslog` installs rsyslog-gnutls");
        return None;
    }
    let at = |name: &str| folder.join(name).display().to_string();
    let global = format!(
        "DefaultNetstreamDriver=\"gtls\" DefaultNetstreamDriverCAFile=\"{cert}\" DefaultNetstreamDriverCertFile=\"{cert}\" DefaultNetstreamDriverKeyFile=\"{key}\"",
        cert = at("cert.pem"),
        key = at("key.pem"),
    );
    let input = "imtcp StreamDriver.Name=\"gtls\" StreamDriver.Mode=\"1\" StreamDriver.AuthMode=\"anon\"";
    Server::start_with(&global, input)
}

fn syslog(server: &Server, folder: &Path) -> Syslog {
    let tls = Tls { ca: Some(folder.join("cert.pem")), ..Tls::default() };
    Syslog::to(&format!("tls://localhost:{}", server.tcp)).expect("an address").tls(tls)
}

#[test]
fn messages_arrive_over_tls() {
    let folder = certificate("localhost");
    let Some(server) = server(folder.path()) else { return };
    let mut syslog = syslog(&server, folder.path());
    let records = (0..1_000).map(|number| TestRecord::new(format!("number-{number}")).build()).collect();
    deliver(&mut syslog, records).expect("sent");
    syslog.tick().expect("ticked");
    deliver(&mut syslog, vec![TestRecord::new("the last").build()]).expect("sent");
    syslog.close().expect("closed");
    let lines = server.lines(1_001);
    assert!(lines[999].contains("number-999") && lines[1_000].contains("the last"), "{}", lines[1_000]);
}

#[test]
fn whom_nobody_vouches_for_is_not_sent_anything() {
    let (folder, other) = (certificate("localhost"), certificate("localhost"));
    let Some(server) = server(folder.path()) else { return };
    let failure = syslog(&server, other.path()).open().expect_err("a stranger");
    assert!(failure.to_string().contains("certificate"), "{failure}");
    let named = certificate("elsewhere.example");
    let Some(server) = self::server(named.path()) else { return };
    let failure = syslog(&server, named.path()).open().expect_err("another's name");
    assert!(failure.to_string().contains("not valid for name"), "{failure}");
}
