//! It cannot be made to reach what is inside.

use crate::server::{Reply, Server};
use crate::support::{deliver, failure, http};
use std::time::Duration;
use tracework_core::FailureClass::Temporary;
use tracework_http::Http;

#[test]
fn an_address_inside_is_refused_however_it_is_written() {
    for (url, what) in [
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254 is a link-local address"),
        ("http://127.0.0.1/", "a loopback address"),
        ("http://127.1/", "127.0.0.1 is a loopback address"),
        ("http://0x7f.1/", "127.0.0.1 is a loopback address"),
        ("http://0x7f000001/", "127.0.0.1 is a loopback address"),
        ("http://2130706433/", "127.0.0.1 is a loopback address"),
        ("http://0177.0.0.1/", "127.0.0.1 is a loopback address"),
        ("http://127.0.0.1./", "127.0.0.1 is a loopback address"),
        ("http://\u{ff11}\u{ff12}\u{ff17}.1/", "127.0.0.1 is a loopback address"),
        ("http://0.0.0.0/", "an address of this network"),
        ("http://[::]/", "no address"),
        ("http://[::1]/", "a loopback address"),
        ("http://[::ffff:127.0.0.1]/", "a loopback address"),
        ("http://[::ffff:a9fe:a9fe]/", "a link-local address"),
        ("http://[64:ff9b::7f00:1]/", "a loopback address"),
        ("http://[fd00::1]/", "a private address"),
        ("http://[fe80::1]/", "a link-local address"),
        ("http://100.64.0.1/", "an address shared behind a provider"),
        ("http://10.1.2.3:9200/", "a private address"),
        ("http://172.16.0.1/", "a private address"),
        ("http://192.168.0.1/", "a private address"),
    ] {
        let mistake = Http::post(url).check().expect_err(url);
        assert!(mistake.setting == "url" && mistake.why.contains(what), "{url}: {mistake}");
        assert!(mistake.why.ends_with("`allow_private: true` lets it be reached"), "{mistake}");
        Http::post(url).allow_private(true).check().expect("it is allowed now");
    }
    for url in ["http://1.1.1.1/", "https://[2606:4700::1111]/", "https://example.com/"] {
        Http::post(url).check().expect(url);
    }
}

#[test]
fn a_name_that_leads_inside_is_refused_when_it_is_resolved() {
    let server = Server::taking();
    for name in ["localhost", "LOCALHOST", "localhost."] {
        let url = format!("http://{name}:{}", server.address().port());
        let mut guarded = Http::post(url.as_str()).timeout(Duration::from_secs(10));
        guarded.check().expect("a name may be anything");
        let failure = failure(&mut guarded, &["one"]);
        assert_eq!(failure.class(), Temporary);
        // Not every system knows the one with a dot.
        let told = failure.to_string();
        assert!(told.ends_with("`allow_private: true` lets it be reached") || told.contains("dns error"), "{told}");
        assert!(name.ends_with('.') || !told.contains("dns error"), "{told}");
        assert!(server.connections() == 0, "{name}: nothing was connected to");
    }
    let url = format!("http://localhost:{}", server.address().port());
    deliver(&mut Http::post(url.as_str()).allow_private(true), &["one"]).expect("delivered");
    deliver(&mut http(&url), &["two"]).expect("one address of it is allowed");
    assert_eq!(server.received().len(), 2);
}

#[test]
fn an_allowed_address_lets_no_other_be_reached() {
    let there = Server::taking();
    for to in ["http://127.0.0.2:1/", "http://169.254.169.254/", "http://[::1]:1/", "http://10.0.0.1/"] {
        let server = Server::start(move |_| Reply::status(307).header("location", to));
        let mut http = http(&server.url()).redirects(3);
        let failure = failure(&mut http, &["one"]);
        assert!(failure.to_string().contains("the server redirects inside: "), "{to}: {failure}");
    }
    // A name is resolved only when it is connected to.
    let to = format!("http://localhost:{}/", there.address().port());
    let only_v6: std::net::IpAddr = "::1".parse().expect("an address");
    let server = Server::start(move |_| Reply::status(308).header("location", to.clone()));
    let url = format!("http://[::ffff:127.0.0.1]:{}", server.address().port());
    let mapped: std::net::IpAddr = "::ffff:127.0.0.1".parse().expect("an address");
    let mut http = Http::post(url.as_str()).allow_address(mapped).allow_address(only_v6).redirects(1);
    // `localhost` is 127.0.0.1 here, which the mapped address stands for.
    deliver(&mut http, &["one"]).expect("the same address in two ways");
    assert_eq!(there.received().len(), 1);
}

#[test]
fn the_proxies_of_the_environment_are_not_used() {
    // Set for this process alone: a test runs in a process of its own.
    let server = Server::taking();
    let child = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["guard::goes_to", "--exact", "--ignored", "--test-threads=1"])
        .env("GO_TO", server.url())
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("http_proxy", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1")
        .status();
    assert!(child.expect("it runs").success());
    assert_eq!(server.only().path, "/");
}

#[test]
#[ignore = "a part of the test above"]
fn goes_to() {
    let Some(url) = std::env::var_os("GO_TO") else { return };
    deliver(&mut http(&url.to_string_lossy()), &["one"]).expect("delivered");
}

#[test]
fn a_proxy_that_is_set_is_used_and_may_be_inside() {
    let proxy = Server::taking();
    let through = |host: &str| format!("http://ann:hunter2@{host}:{}", proxy.address().port());
    for host in ["127.0.0.1", "localhost"] {
        let mut http = Http::post("http://logs.example.com/in").proxy(through(host));
        deliver(&mut http, &["one"]).expect("delivered");
    }
    for request in proxy.received() {
        assert_eq!(request.path, "http://logs.example.com/in");
        assert_eq!(request.header("proxy-authorization"), "Basic YW5uOmh1bnRlcjI=");
        assert_eq!(request.header("host"), "logs.example.com");
    }
    assert_eq!(proxy.received().len(), 2);
    let inside = Http::post("http://169.254.169.254/").proxy(through("127.0.0.1"));
    assert!(inside.check().is_err(), "an address is looked at even then");

    let refusing = Server::start(|_| Reply::status(407));
    let mut http = Http::post("http://logs.example.com/in").proxy(refusing.url());
    assert!(failure(&mut http, &["one"]).to_string().contains("mend the user and password of `proxy`"));
}
