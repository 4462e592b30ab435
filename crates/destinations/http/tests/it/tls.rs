//! TLS, with an authority of our own.

use crate::server::{Reply, Server};
use crate::support::{deliver, failure, http};
use tracework_core::FailureClass::Temporary;
use tracework_http::{Http, Tls};
use tracework_testkit::{Authority, Pair};

fn serve(authority: &Authority, pair: &Pair, wants_client: bool) -> Server {
    Server::encrypted(authority.server_config(pair, wants_client, &[]), |_| Reply::status(200))
}

/// A destination that reaches the server by this name.
fn to(name: &str, server: &Server, tls: Tls) -> Http {
    http(&format!("https://{name}:{}", server.address().port())).tls(tls)
}

#[test]
fn an_authority_of_ones_own_is_trusted_and_others_then_are_not() {
    let authority = Authority::new();
    let server = serve(&authority, &authority.signs(&["localhost", "127.0.0.1"], 2099), false);
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
    let expired = serve(&authority, &authority.signs(&["localhost"], 2021), false);
    let told = failure(&mut to("localhost", &expired, tls.clone()), &["one"]).to_string();
    assert!(told.contains("expired"), "{told}");
    let another = serve(&authority, &authority.signs(&["elsewhere.example"], 2099), false);
    let told = failure(&mut to("localhost", &another, tls), &["one"]).to_string();
    assert!(told.contains("not valid for name"), "{told}");
    assert!(expired.received().is_empty() && another.received().is_empty());
}

#[test]
fn a_client_shows_its_certificate_and_a_renewed_one_is_read() {
    let authority = Authority::new();
    let server = serve(&authority, &authority.signs(&["localhost"], 2099), true);
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
    let server = serve(&authority, &authority.signs(&["localhost"], 2099), false);
    let missing = Tls { ca: Some("none.pem".into()), ..Tls::default() };
    let told = failure(&mut to("localhost", &server, missing), &["one"]).to_string();
    assert!(told.starts_with("TLS: ") && told.contains("none.pem"), "{told}");
}
