//! Certificates from files.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use tracework_net::Tls;

/// A folder with a certificate and its key, and another's key.
fn folder() -> (TempDir, PathBuf, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let made = || generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (CertifiedKey { cert, signing_key }, other) = (made(), made());
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    };
    let (cert, key) = (write("cert.pem", cert.pem()), write("key.pem", signing_key.serialize_pem()));
    let other = write("other.pem", other.signing_key.serialize_pem());
    (folder, cert, key, other)
}

fn error(tls: &Tls) -> String {
    tls.client_config().expect_err("it cannot be used").to_string()
}

#[test]
fn a_file_of_authorities_and_an_own_certificate_are_used() {
    let (_folder, cert, key, _) = folder();
    let tls = Tls { ca: Some(cert.clone()), cert: Some(cert), key: Some(key) };
    assert!(tls.client_config().is_ok_and(|config| config.client_auth_cert_resolver.has_certs()));
}

#[test]
fn what_cannot_be_used_is_told_with_its_file() {
    let (folder, cert, key, other) = folder();
    let ca = Some(cert.clone());
    assert!(error(&Tls { ca: Some(folder.path().join("none.pem")), ..Tls::default() }).contains("none.pem"));
    assert!(
        error(&Tls { ca: Some(key.clone()), ..Tls::default() }).ends_with("key.pem: there is no certificate in it")
    );
    assert!(error(&Tls { ca: ca.clone(), cert: ca.clone(), key: None }).ends_with("cert.pem: its `key` is missing"));
    assert!(error(&Tls { ca: ca.clone(), cert: None, key: Some(key) }).ends_with("key.pem: its `cert` is missing"));
    let misfit = error(&Tls { ca: ca.clone(), cert: ca, key: Some(other) });
    assert!(misfit.contains("cert.pem and ") && misfit.contains("other.pem: "), "{misfit}");
}
