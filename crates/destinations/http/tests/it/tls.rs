//! TLS, with an authority of our own.

use crate::server::{Reply, Server};
use crate::support::{deliver, failure, http};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd,
};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto::ring};
use tracework_core::FailureClass::Temporary;
use tracework_http::{Http, Tls};

/// An authority, and a folder for its files.
struct Authority {
    folder: TempDir,
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
type Pair = (Certificate, KeyPair);

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "an authority for tests");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { folder: tempfile::tempdir().expect("a folder"), certificate, issuer: Issuer::new(params, key) }
    }

    fn signs(&self, names: &[&str], until: i32) -> Pair {
        let key = KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("parameters");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        (params.signed_by(&key, &self.issuer).expect("a certificate"), key)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    fn ca(&self) -> PathBuf {
        self.write("ca.pem", &self.certificate.pem())
    }

    fn server(&self, (certificate, key): &Pair, wants_client: bool) -> Server {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().expect("versions");
        let builder = if wants_client {
            let mut roots = RootCertStore::empty();
            roots.add(self.certificate.der().clone()).expect("an authority");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("a verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        Server::encrypted(builder.with_single_cert(chain, key).expect("a configuration"), |_| Reply::status(200))
    }
}

/// A destination that reaches the server by this name.
fn to(name: &str, server: &Server, tls: Tls) -> Http {
    http(&format!("https://{name}:{}", server.address().port())).tls(tls)
}

#[test]
fn an_authority_of_ones_own_is_trusted_and_others_then_are_not() {
    let authority = Authority::new();
    let server = authority.server(&authority.signs(&["localhost", "127.0.0.1"], 2099), false);
    let tls = Tls { ca: Some(authority.ca()), ..Tls::default() };
    deliver(&mut to("localhost", &server, tls.clone()), &["one"]).expect("delivered");
    deliver(&mut to("127.0.0.1", &server, tls), &["two"]).expect("delivered");
    assert_eq!(server.received().len(), 2);

    let other = Tls { ca: Some(Authority::new().write("x", "")), ..Tls::default() };
    assert!(failure(&mut to("localhost", &server, other), &["one"]).to_string().starts_with("TLS: "));
    let stranger = Authority::new();
    let told = failure(&mut to("localhost", &server, Tls { ca: Some(stranger.ca()), ..Tls::default() }), &["one"]);
    assert_eq!(told.class(), Temporary);
    assert!(told.to_string().contains("invalid peer certificate"), "{told}");
}

#[test]
fn a_certificate_that_expired_or_is_another_s_is_refused() {
    let authority = Authority::new();
    let tls = Tls { ca: Some(authority.ca()), ..Tls::default() };
    let expired = authority.server(&authority.signs(&["localhost"], 2021), false);
    let told = failure(&mut to("localhost", &expired, tls.clone()), &["one"]).to_string();
    assert!(told.contains("expired"), "{told}");
    let another = authority.server(&authority.signs(&["elsewhere.example"], 2099), false);
    let told = failure(&mut to("localhost", &another, tls), &["one"]).to_string();
    assert!(told.contains("not valid for name"), "{told}");
    assert!(expired.received().is_empty() && another.received().is_empty());
}

#[test]
fn a_client_shows_its_certificate_and_a_renewed_one_is_read() {
    let authority = Authority::new();
    let server = authority.server(&authority.signs(&["localhost"], 2099), true);
    let (certificate, key) = authority.signs(&["client"], 2099);
    let tls = Tls { ca: Some(authority.ca()), ..Tls::default() };
    let told = failure(&mut to("localhost", &server, tls.clone()), &["one"]);
    assert_eq!(told.class(), Temporary);

    // First that of a stranger, then the right one under the same name.
    let (stranger, strange_key) = Authority::new().signs(&["client"], 2099);
    let cert = authority.write("client.pem", &stranger.pem());
    let key_file = authority.write("client.key", &strange_key.serialize_pem());
    let mut http = to("localhost", &server, Tls { cert: Some(cert), key: Some(key_file), ..tls });
    assert_eq!(failure(&mut http, &["one"]).class(), Temporary);
    authority.write("client.pem", &certificate.pem());
    authority.write("client.key", &key.serialize_pem());
    deliver(&mut http, &["one"]).expect("delivered");
    assert_eq!(server.received().len(), 1);
}

#[test]
fn files_that_cannot_be_used_are_told() {
    let authority = Authority::new();
    let server = authority.server(&authority.signs(&["localhost"], 2099), false);
    let missing = Tls { ca: Some(authority.folder.path().join("none.pem")), ..Tls::default() };
    let told = failure(&mut to("localhost", &server, missing), &["one"]).to_string();
    assert!(told.starts_with("TLS: ") && told.contains("none.pem"), "{told}");
}
