//! What is on the wire.

use crate::server::{Reply, Server};
use crate::support::{deliver, http, records};
use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use std::time::{SystemTime, UNIX_EPOCH};
use tracework_core::Destination as _;
use tracework_http::{Auth, Body, Compression, Http, Method};
use tracework_testkit::Bundle;

#[test]
fn a_batch_is_an_array_of_json() {
    let server = Server::taking();
    let mut http = http(&format!("{}/hook?team=a", server.url())).method(Method::Put).header("X-Team", "payments");
    deliver(&mut http, &["one", "two \"quoted\""]).expect("delivered");
    let request = server.only();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("PUT", "/hook?team=a"));
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("x-team"), "payments");
    assert!(request.header("user-agent").starts_with("tracework/"));
    let messages: Vec<_> = request.json().as_array().expect("an array").iter().map(|r| r["message"].clone()).collect();
    assert_eq!(messages, ["one", "two \"quoted\""]);
}

#[test]
fn lines_stay_lines_and_another_format_makes_strings() {
    let server = Server::taking();
    let mut lines = http(&server.url()).body(Body::Ndjson);
    deliver(&mut lines, &["one", "two"]).expect("delivered");
    let request = server.only();
    assert_eq!(request.header("content-type"), "application/x-ndjson");
    assert_eq!(request.text().lines().count(), 2);
    assert!(request.text().ends_with("}\n"));

    let mut text = tracework_format::Text::new().colored(false);
    let mut array = http(&server.url());
    array.takes(&text);
    Bundle::encoded(records(&["a \"b\""]), &mut text).with(|batch| array.deliver(batch)).expect("delivered");
    let strings = server.received()[1].json();
    assert!(strings[0].as_str().expect("a string").contains("a \"b\""), "{strings}");
}

#[test]
fn each_way_to_say_who_one_is_is_a_header() {
    let header = |body: Body, auth: Auth, name: &str| {
        let server = Server::start(|_| Reply::status(200).body(r#"{"errors":false,"items":[]}"#));
        let mut http = http(&server.url()).body(body).auth(auth);
        deliver(&mut http, &["one"]).expect("delivered");
        server.only().header(name).to_owned()
    };
    let bearer = Auth::bearer("hunter2");
    assert_eq!(header(Body::Json, bearer.clone(), "authorization"), "Bearer hunter2");
    assert_eq!(
        header(Body::Json, Auth::basic("Aladdin", "open sesame"), "authorization"),
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    );
    let key = Auth::key("k");
    assert_eq!(header(Body::splunk(), key.clone(), "authorization"), "Splunk k");
    assert_eq!(header(Body::elasticsearch("logs"), key.clone(), "authorization"), "ApiKey k");
    assert_eq!(header(Body::datadog(), key.clone(), "dd-api-key"), "k");
    assert_eq!(header(Body::Seq, key, "x-seq-apikey"), "k");
}

#[test]
fn the_signature_holds_for_what_is_on_the_wire() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let server = Server::taking();
    let mut http = http(&server.url()).sign(SECRET).compress(Compression::Gzip);
    deliver(&mut http, &["signed"]).expect("delivered");
    let request = server.only();
    let (id, seconds) = (request.header("webhook-id"), request.header("webhook-timestamp"));
    assert_eq!(id, request.header("idempotency-key"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    assert!(now.abs_diff(seconds.parse().expect("seconds")) < 300);
    let verify = |body: &[u8]| {
        let base64 = base64::engine::general_purpose::STANDARD;
        let key = base64.decode(&SECRET[6..]).expect("base64");
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).expect("a key");
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        let signature = request.header("webhook-signature").strip_prefix("v1,").expect("version 1").to_owned();
        mac.verify_slice(&base64.decode(signature).expect("base64")).is_ok()
    };
    assert!(verify(&request.raw));
    assert!(!verify(&request.body), "another body has another signature");
}

#[test]
fn the_key_stays_the_same_over_retries_and_differs_between_batches() {
    let mut answers = [503, 503, 200, 200].into_iter();
    let server = Server::start(move |_| Reply::status(answers.next().unwrap_or(200)));
    let mut http = http(&server.url());
    let mut format = http.usual_format().expect("a format");
    let batch = Bundle::encoded(records(&["one", "two"]), format.as_mut());
    for delivered in [false, false, true] {
        assert_eq!(batch.with(|batch| http.deliver(batch)).is_ok(), delivered);
    }
    deliver(&mut http, &["three", "four"]).expect("delivered");
    let keys: Vec<_> = server.received().iter().map(|r| r.header("idempotency-key").to_owned()).collect();
    assert!(keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3], "{keys:?}");
    assert_eq!(keys[0].len(), 36);
}

#[test]
fn compressed_bodies_say_so_and_are_smaller() {
    for (compression, name) in [(Compression::Gzip, "gzip"), (Compression::Zstd, "zstd")] {
        let server = Server::taking();
        let mut http = http(&server.url()).compress(compression);
        deliver(&mut http, &vec!["the same again and again"; 200]).expect("delivered");
        let request = server.only();
        assert_eq!(request.header("content-encoding"), name);
        assert!(request.raw.len() * 10 < request.body.len(), "{} of {}", request.raw.len(), request.body.len());
        assert_eq!(request.json().as_array().map(Vec::len), Some(200));
    }
}

#[test]
fn what_cannot_be_is_told_before_anything_is_sent() {
    let mistake = |http: Http| http.check().expect_err("it cannot be").to_string();
    let to = || Http::post("https://example.com/hook");
    assert_eq!(
        mistake(to().header("x y", "a")),
        "headers: `x y` is no name of a header; letters, digits and `-_` are allowed"
    );
    assert_eq!(
        mistake(to().header("x", "a\r\nSet-Cookie: b")),
        "headers: the value of `x` holds what no header may, such as a line end; leave that out"
    );
    let ours = mistake(to().header("Content-Length", "5"));
    assert_eq!(ours, "headers: `Content-Length` is made for each request; leave it out");
    assert!(mistake(to().auth(Auth::bearer("a\nb"))).starts_with("auth: the value of `authorization`"));
    assert!(mistake(to().auth(Auth::key("k"))).starts_with("auth: this body's vendor has no header"));
    assert!(mistake(to().auth(Auth::basic("a:b", "c"))).starts_with("auth: `a:b` has a colon"));
    assert!(mistake(to().sign("short")).starts_with("sign: the secret has 5 bytes"));
    let proxy = mistake(to().proxy("socks5://ann:hunter2@p:1"));
    assert!(proxy.starts_with("proxy: this is no URL of a server; it begins with http:// or https://"), "{proxy}");
    assert!(!proxy.contains("hunter2"), "{proxy}");
    for (url, why) in [
        ("example.com", "url: this is no URL of a server; it begins with http:// or https://"),
        ("ftp://example.com", "url: this is no URL of a server; it begins with http:// or https://"),
        ("file:///etc/passwd", "url: this is no URL of a server; it begins with http:// or https://"),
        ("gopher://example.com", "url: this is no URL of a server; it begins with http:// or https://"),
        ("http://example.com:port", "url: this is no URL of a server: invalid port number; write one such as https://"),
        ("https://ann:hunter2@example.com", "url: the URL holds a user or a password"),
    ] {
        let told = mistake(Http::post(url));
        assert!(told.starts_with(why), "{told}");
        assert!(!told.contains("hunter2"));
    }
    let body = |body: Body| mistake(to().body(body));
    assert!(body(Body::template("{\"a\": 1}")).starts_with("body: the template, at byte 1 of the pattern"));
    assert!(body(Body::template("{{\"a\": {message}}}")).starts_with("body: the template makes no JSON"));
    assert!(body(Body::loki([("a-b", "c")])).starts_with("body: `a-b` is no name of a label"));
    assert!(body(Body::loki([("a", "{b}")])).starts_with("body: the label `a`, at byte 1"));
    assert!(body(Body::elasticsearch("Logs And More")).contains("holds ` `"));
    let bulk = mistake(Http::post("https://example.com").body(Body::Elasticsearch { index: None }));
    assert!(bulk.starts_with("body: `index` is missing"), "{bulk}");
}

#[test]
fn nothing_secret_is_shown() {
    let http = Http::post("https://hooks.slack.com/services/T0/B0/SESAME")
        .body(Body::Slack)
        .header("x-api-key", "SESAME")
        .auth(Auth::basic("ann", "SESAME"))
        .sign("SESAMESESAMESESAME")
        .proxy("http://ann:SESAME@proxy.example:3128");
    assert!(!format!("{http:?}").contains("SESAME"));
    assert!(!format!("{:?}", http.as_config()).contains("SESAME"));
}
