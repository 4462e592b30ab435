//! What servers answer, and what comes of it.

use crate::server::{Reply, Server};
use crate::support::{deliver, failure, http};
use std::time::{Duration, Instant};
use tracework_core::Destination as _;
use tracework_core::FailureClass::{Permanent, Temporary};
use tracework_http::Body;

#[test]
fn a_status_is_told_with_what_to_do_about_it() {
    for (status, class, told) in [
        (400, Permanent, "answers 400 Bad Request: the server takes no such records (`bad `amount``)"),
        (401, Temporary, "answers 401 Unauthorized: the server does not let it in; mend `auth` or `headers` (`"),
        (404, Temporary, "answers 404 Not Found: nothing takes records there; mend `url` (`"),
        (413, Permanent, "the batch is too large for the server"),
        (429, Temporary, "the server is asked too much"),
        (500, Temporary, "answers 500 Internal Server Error (`"),
    ] {
        let server = Server::start(move |_| Reply::status(status).body("bad\n`amount`"));
        let failure = failure(&mut http(&server.url()), &["one"]);
        assert_eq!((failure.class(), failure.delivered()), (class, 0), "{status}");
        let text = failure.to_string();
        assert!(text.starts_with(&format!("{} answers ", server.url())) && text.contains(told), "{text}");
    }
}

/// A template sends a request for each record: a bad one holds up none of those behind it, and what was never sent is not
/// taken for delivered.
#[test]
fn behind_a_record_that_is_refused_the_others_are_sent_or_tried_again() {
    let answering = |third: u16| {
        Server::start(move |request| match request.text().as_str() {
            "{\"text\":\"two\"}" => Reply::status(422).body("no"),
            "{\"text\":\"three\"}" => Reply::status(third),
            _ => Reply::status(204),
        })
    };
    for (third, refused, sent) in [
        (204, vec![(1, Permanent)], 4),
        (503, vec![(1, Permanent), (2, Temporary), (3, Temporary)], 3),
        (400, vec![(1, Permanent), (2, Permanent)], 4),
    ] {
        let server = answering(third);
        let mut http = http(&server.url()).body(Body::template(r#"{{"text":"{message}"}}"#));
        let failure = failure(&mut http, &["one", "two", "three", "four"]);
        let places: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
        assert_eq!((places, server.received().len()), (refused, sent), "{failure}");
        assert!(failure.refusals()[0].reason.contains("422 Unprocessable Entity"), "{failure}");
    }
}

#[test]
fn the_server_says_how_long_to_wait() {
    let date = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(90));
    for (text, least, most) in [("7", 7, 7), (date.as_str(), 85, 90)] {
        let text = text.to_owned();
        let server = Server::start(move |_| Reply::status(503).header("retry-after", text.clone()));
        let wait = failure(&mut http(&server.url()), &["one"]).wait().expect("a wait").as_secs();
        assert!((least..=most).contains(&wait), "{wait}");
    }
    let server = Server::start(|_| Reply::status(503));
    assert_eq!(failure(&mut http(&server.url()), &["one"]).wait(), None);
}

#[test]
fn an_endless_answer_is_not_read_to_its_end() {
    let server = Server::start(|_| Reply::status(400).body(vec![b'x'; 64 << 20]));
    let mut http = http(&server.url());
    let failure = failure(&mut http, &["one"]);
    assert!(failure.to_string().len() < 500, "{failure}");
    // The connection, on which most of it is still to come, is not used again.
    let _ = deliver(&mut http, &["two"]);
    assert_eq!(server.connections(), 2);
}

#[test]
fn connections_are_used_again() {
    let server = Server::taking();
    let mut http = http(&server.url());
    for _ in 0..5 {
        deliver(&mut http, &["one"]).expect("delivered");
        http.tick().expect("a tick");
    }
    assert_eq!((server.connections(), server.received().len()), (1, 5));
}

#[test]
fn a_connection_that_the_server_closed_is_made_anew() {
    let server = Server::taking();
    let mut http = http(&server.url());
    deliver(&mut http, &["one"]).expect("delivered");
    server.set_down(true);
    assert_eq!(failure(&mut http, &["two"]).class(), Temporary);
    server.set_down(false);
    http.open().expect("it opens");
    deliver(&mut http, &["two"]).expect("delivered");
    assert_eq!(server.received().len(), 2);
}

#[test]
fn a_server_that_is_not_there_yet_is_waited_for() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port");
    let failure = failure(&mut http(&format!("http://{port}")), &["one"]);
    assert_eq!(failure.class(), Temporary);
    let text = failure.to_string();
    assert!(text.starts_with(&format!("http://{port}: ")) && text.contains("refused"), "{text}");

    let text = crate::support::failure(&mut http("http://no-such-host.invalid/"), &["one"]).to_string();
    assert!(text.starts_with("http://no-such-host.invalid: "), "{text}");
}

#[test]
fn a_server_that_hangs_holds_up_no_longer_than_the_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let mut http = http(&url).timeout(Duration::from_millis(200));
    let begun = Instant::now();
    let failure = failure(&mut http, &["one"]);
    assert_eq!((failure.class(), failure.to_string()), (Temporary, format!("{url}: the answer took too long")));
    http.close().expect("it closes");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn redirects_are_followed_only_where_that_is_allowed_and_keeps_the_body() {
    let target = Server::taking();
    let to = format!("{}/new", target.url());
    let from = |status: u16| {
        let to = to.clone();
        Server::start(move |_| Reply::status(status).header("location", to.clone()))
    };
    let (moved, lost) = (from(307), from(302));
    let text = failure(&mut http(&moved.url()), &["one"]).to_string();
    assert!(text.contains("the server redirects to http://127.0.0.1:") && text.contains("allow `redirects`"), "{text}");
    let text = failure(&mut http(&lost.url()).redirects(3), &["one"]).to_string();
    assert!(text.contains("which would lose the body"), "{text}");
    assert!(target.received().is_empty());

    deliver(&mut http(&moved.url()).redirects(1), &["one"]).expect("delivered");
    let request = target.only();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/new"));
    assert_eq!(request.json()[0]["message"], "one");

    let text = failure(&mut http(&moved.url()).redirects(1).header("x-api-key", "k"), &["one"]).to_string();
    assert!(text.contains("another host, which must not see the headers of this one"), "{text}");

    let there = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let again = std::sync::Arc::clone(&there);
    let circle = Server::start(move |_| Reply::status(308).header("location", again.lock().expect("unlocked").clone()));
    *there.lock().expect("unlocked") = circle.url();
    let text = failure(&mut http(&circle.url()).redirects(3), &["one"]).to_string();
    assert!(text.contains("`redirects` are used up"), "{text}");
    assert_eq!(circle.received().len(), 4);
}
