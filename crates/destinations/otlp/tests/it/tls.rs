//! TLS, with an authority of our own, over both protocols.

use crate::receiver::Receiver;
use crate::support::{deliver, failure};
use crate::web::Web;
use tracework_core::FailureClass::Temporary;
use tracework_otlp::{Otlp, Tls};
use tracework_testkit::{Authority, Pair};

/// A service over gRPC, which insists on HTTP/2, and one over HTTP; and destinations that reach them as `localhost`.
fn serve(authority: &Authority, pair: &Pair, wants_client: bool, tls: &Tls) -> (Receiver, Web, [Otlp; 2]) {
    let grpc = Receiver::encrypted(authority.server_config(pair, wants_client, &["h2"]));
    let web = Web::encrypted(authority.server_config(pair, wants_client, &[]));
    let by_grpc = Otlp::grpc(format!("https://localhost:{}", grpc.address().port())).tls(tls.clone());
    let by_http = Otlp::http(format!("https://localhost:{}", web.address().port())).tls(tls.clone());
    (grpc, web, [by_grpc, by_http])
}

#[test]
fn an_authority_of_ones_own_is_trusted_and_others_are_not() {
    let authority = Authority::new();
    let tls = Tls { ca: Some(authority.ca()), ..Tls::default() };
    let (grpc, web, destinations) = serve(&authority, &authority.signs(&["localhost"], 2099), false, &tls);
    for mut otlp in destinations {
        deliver(&mut otlp, &["one"]).expect("delivered");
        let stranger = Authority::new();
        let mut otlp = otlp.tls(Tls { ca: Some(stranger.ca()), ..Tls::default() });
        // What it is set to counts when it connects anew.
        tracework_core::Destination::close(&mut otlp).expect("it closes");
        let told = failure(&mut otlp, &["one"]);
        assert_eq!(told.class(), Temporary);
        assert!(told.to_string().contains("invalid peer certificate"), "{told}");
        let mut none = otlp.tls(Tls { ca: Some(stranger.write("none.pem", "")), ..Tls::default() });
        tracework_core::Destination::close(&mut none).expect("it closes");
        let told = failure(&mut none, &["one"]).to_string();
        assert!(told.starts_with("TLS: "), "{told}");
    }
    assert_eq!((grpc.records().len(), web.received().len()), (1, 1));
}

#[test]
fn a_certificate_that_expired_or_is_another_s_is_refused() {
    let authority = Authority::new();
    let tls = Tls { ca: Some(authority.ca()), ..Tls::default() };
    for (pair, why) in [
        (authority.signs(&["localhost"], 2021), "expired"),
        (authority.signs(&["elsewhere.example"], 2099), "not valid for name"),
    ] {
        let (grpc, web, destinations) = serve(&authority, &pair, false, &tls);
        for mut otlp in destinations {
            let told = failure(&mut otlp, &["one"]).to_string();
            assert!(told.contains(why), "{told}");
        }
        assert!(grpc.records().is_empty() && web.received().is_empty());
    }
}

#[test]
fn a_client_shows_its_certificate_and_a_renewed_one_is_read() {
    let authority = Authority::new();
    let ca_alone = Tls { ca: Some(authority.ca()), ..Tls::default() };
    let (stranger, strange_key) = Authority::new().signs(&["client"], 2099);
    let cert = authority.write("client.pem", &stranger.pem());
    let key = authority.write("client.key", &strange_key.serialize_pem());
    let tls = Tls { cert: Some(cert), key: Some(key), ..ca_alone };
    let (grpc, web, mut destinations) = serve(&authority, &authority.signs(&["localhost"], 2099), true, &tls);
    for otlp in &mut destinations {
        assert_eq!(failure(otlp, &["one"]).class(), Temporary);
    }
    let (certificate, key) = authority.signs(&["client"], 2099);
    authority.write("client.pem", &certificate.pem());
    authority.write("client.key", &key.serialize_pem());
    for otlp in &mut destinations {
        deliver(otlp, &["one"]).expect("delivered");
    }
    assert_eq!((grpc.records().len(), web.received().len()), (1, 1));
}
