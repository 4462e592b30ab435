//! As its worker uses it: on any thread, with or without another runtime, several batches at once.

use crate::receiver::{Receiver, message_of, records_of, refused, taken};
use crate::support::{deliver, records, with_all};
use std::time::{Duration, Instant};
use tonic::Status;
use tracework_core::{Destination as _, Wants};
use tracework_otlp::{Otlp, Protocol};
use tracework_testkit::Bundle;

#[test]
fn several_batches_are_in_flight_at_once() {
    let receiver = Receiver::start(|request| {
        let bad = message_of(&records_of(request)[0]) == "bad";
        let answer = if bad { refused(Status::invalid_argument("bad")) } else { taken() };
        (answer.0, Duration::from_millis(150))
    });
    let mut otlp = Otlp::grpc(receiver.url());
    assert_eq!((otlp.concurrency(), otlp.wants()), (4, Wants::Records));
    let bundles: Vec<_> = ["one", "bad", "three", "four"].iter().map(|m| Bundle::of_records(records(&[m]))).collect();
    let begun = Instant::now();
    let answers = with_all(&bundles, |batches| otlp.deliver_several(batches));
    assert!(begun.elapsed() < Duration::from_millis(550), "{:?}", begun.elapsed());
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, true]);
    assert_eq!(receiver.most_in_flight(), 4);
}

#[test]
fn it_works_where_a_program_has_a_runtime_and_where_that_is_gone() {
    let receiver = Receiver::taking();
    for protocol in [Protocol::Grpc, Protocol::Http] {
        let url = receiver.url();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        // Made inside a runtime, and dropped there unused.
        let mut otlp = runtime.block_on(async {
            drop(Otlp::new(protocol, url.as_str()));
            Otlp::grpc(url.as_str())
        });
        let worker = std::thread::spawn(move || {
            deliver(&mut otlp, &["one"]).expect("delivered");
            otlp
        });
        let mut otlp = worker.join().expect("no panic");
        drop(runtime);
        deliver(&mut otlp, &["two"]).expect("delivered");
        // Dropped inside another runtime after it was used.
        let other = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        other.block_on(async move { drop(otlp) });
    }
    assert_eq!(receiver.messages(), ["one", "two", "one", "two"]);
}

#[test]
fn what_is_set_wrongly_is_told_by_its_name() {
    for (otlp, key, told) in [
        (Otlp::grpc("localhost:4317"), "endpoint", "this is no URL of a server; it begins with http:// or https://"),
        (
            Otlp::grpc("nonsense"),
            "endpoint",
            "this is no URL of a server; it begins with http:// or https://, as http://localhost:4317 does",
        ),
        (Otlp::grpc("http://localhost:4317/v1/logs"), "endpoint", "gRPC knows no path"),
        (Otlp::http("http://a:b@localhost"), "endpoint", "the URL holds a user or a password"),
        (Otlp::http("http://localhost").header("content-type", "x"), "headers", "is made for each request"),
        (Otlp::grpc("http://localhost").header("grpc-timeout", "x"), "headers", "is made for each request"),
        (Otlp::grpc("http://localhost").header("a b", "x"), "headers", "is no name of a header"),
        (Otlp::grpc("http://localhost").header("a", "x\ny"), "headers", "such as a line end"),
        (Otlp::grpc("http://localhost").max_request(10), "max_request", "holds too little"),
    ] {
        let mistake = otlp.check().expect_err(told);
        assert_eq!(mistake.setting, key, "{mistake}");
        assert!(mistake.why.contains(told), "{mistake}");
    }
}

#[test]
fn a_saved_plan_says_what_is_set() {
    use tracework_core::{Secret, Setting};
    let token = tracework_otlp::Credential::new("hunter2").from(Secret::Variable("TOKEN".into()));
    let otlp = Otlp::http("http://localhost:4318")
        .header("authorization", token)
        .header("x-key", "hunter2")
        .header("x-team", "a")
        .resource("service.namespace", "shop")
        .timeout(Duration::from_secs(3));
    let said = otlp.as_config().expect("it can be said");
    let text = format!("{said:?}");
    assert!(!text.contains("hunter2") && text.contains("TOKEN") && text.contains("x-team"), "{text}");
    assert_eq!(said.get("protocol"), Some(&Setting::Text("http".into())));
    assert_eq!(said.get("timeout"), Some(&Setting::Time(Duration::from_secs(3))));
    assert!(said.settings().iter().filter(|said| said.name == "concurrency").all(|said| said.usual));
}
