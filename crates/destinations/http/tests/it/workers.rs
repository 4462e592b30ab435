//! As its worker uses it: on any thread, with or without another runtime, several batches at once.

use crate::server::{Reply, Server};
use crate::support::{deliver, http, records};
use std::time::{Duration, Instant};
use tracework_core::{Action as _, Batch, Destination};
use tracework_format::Text;
use tracework_http::{Body, Webhook};
use tracework_testkit::Bundle;

#[test]
fn several_batches_are_in_flight_at_once() {
    let server = Server::start(|request| {
        let status = if request.text().contains("bad") { 400 } else { 200 };
        Reply::status(status).after(Duration::from_millis(150))
    });
    let mut http = http(&server.url()).body(Body::Ndjson).in_flight(4);
    assert_eq!(http.concurrency(), 4);
    let mut format = http.usual_format().expect("a format");
    let bundles: Vec<_> =
        ["one", "bad", "three", "four"].iter().map(|m| Bundle::encoded(records(&[m]), format.as_mut())).collect();
    let begun = Instant::now();
    let answers = with_all(&bundles, |batches| http.deliver_several(batches));
    assert!(begun.elapsed() < Duration::from_millis(550), "{:?}", begun.elapsed());
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, true]);
    assert_eq!(server.most_in_flight(), 4);
}

/// Lends the batches of all bundles.
fn with_all<T>(bundles: &[Bundle], use_them: impl FnOnce(&[Batch<'_>]) -> T) -> T {
    fn deeper<T>(left: &[Bundle], batches: &mut Vec<Batch<'_>>, use_them: impl FnOnce(&[Batch<'_>]) -> T) -> T {
        match left.split_first() {
            None => use_them(batches),
            Some((first, rest)) => first.with(|batch| {
                let mut all: Vec<Batch<'_>> = batches.clone();
                all.push(*batch);
                deeper(rest, &mut all, use_them)
            }),
        }
    }
    deeper(bundles, &mut Vec::new(), use_them)
}

#[test]
fn servers_that_sort_by_time_get_several_and_chats_one() {
    let concurrency = |body: Body| Destination::concurrency(&http("http://127.0.0.1/").body(body));
    assert_eq!((concurrency(Body::Seq), concurrency(Body::Json), concurrency(Body::Slack)), (4, 1, 1));
    let slack = http("http://127.0.0.1/").body(Body::Slack);
    assert_eq!(Destination::concurrency(&slack.in_flight(8)), 1);
}

#[test]
fn it_works_where_a_program_has_a_runtime_and_where_that_is_gone() {
    let server = Server::taking();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // Made inside a runtime, and dropped there unused.
    let (unused, url) = (http(&server.url()), server.url());
    let mut http = runtime.block_on(async move {
        drop(unused);
        http(&url)
    });
    let worker = std::thread::spawn(move || {
        deliver(&mut http, &["one"]).expect("delivered");
        http
    });
    let mut http = worker.join().expect("no panic");
    drop(runtime);
    deliver(&mut http, &["two"]).expect("delivered");
    assert_eq!(server.received().len(), 2);
    // Dropped inside another runtime after it was used.
    let other = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    other.block_on(async move { drop(http) });
}

#[test]
fn a_batch_that_failed_half_way_says_how_far_it_came() {
    let mut answers = [200, 200, 503].into_iter();
    let server = Server::start(move |_| Reply::status(answers.next().unwrap_or(200)));
    let mut http = http(&server.url()).body(Body::template(r#"{{"text": "{message}"}}"#));
    let failure = deliver(&mut http, &["one", "two", "three", "four"]).expect_err("it fails");
    assert_eq!(failure.delivered(), 2);
    assert_eq!(server.received().len(), 3);
}

#[test]
fn an_action_sends_the_record_alone() {
    let server = Server::taking();
    let mut action = Webhook::from(http(&server.url()).body(Body::Slack)).format(Box::new(Text::new().colored(false)));
    let record = records(&["five declines"]).remove(0);
    action.run(&record.view()).expect("it is sent");
    Webhook::from(http(&server.url())).run(&record.view()).expect("it is sent");
    let received = server.received();
    assert!(received[0].json()["text"].as_str().is_some_and(|text| text.contains("five declines")));
    assert_eq!(received[1].json()[0]["message"], "five declines");
}
