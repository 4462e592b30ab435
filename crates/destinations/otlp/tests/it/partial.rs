//! Partial success, and records that are bad.

use crate::collector::Collector;
use crate::receiver::{Receiver, message_of, partly, records_of, refused, taken};
use crate::support::{deliver, deliver_records, failure, records};
use tonic::Status;
use tracework_core::FailureClass::{Permanent, Temporary};
use tracework_core::{Failure, OwnedRecord};
use tracework_otlp::Otlp;

#[test]
fn as_many_records_as_the_server_refused_are_dead() {
    let receiver = Receiver::start(|_| partly(2, "time is too old"));
    let failure = failure(&mut Otlp::grpc(receiver.url()), &["one", "two", "three", "four"]);
    assert_eq!((failure.class(), failure.delivered()), (Permanent, 0));
    let places: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
    assert_eq!(places, [(2, Permanent), (3, Permanent)]);
    let reason = failure.refusals()[0].reason.as_str();
    let told = "refused 2 of 4 records, and does not say which: this may be another (`time is too old`)";
    assert_eq!(reason, format!("{} {told}", receiver.url()));
    assert_eq!(receiver.requests().len(), 1, "it is not sent again");
}

#[test]
fn a_server_that_refused_all_leaves_no_doubt() {
    for rejected in [2, 7] {
        let receiver = Receiver::start(move |_| partly(rejected, ""));
        let failure = failure(&mut Otlp::grpc(receiver.url()), &["one", "two"]);
        let reasons: Vec<_> = failure.refusals().iter().map(|refusal| refusal.reason.clone()).collect();
        assert_eq!(reasons, vec![format!("{} refused 2 of 2 records", receiver.url()); 2]);
    }
    let receiver = Receiver::start(|_| partly(-1, ""));
    deliver(&mut Otlp::grpc(receiver.url()), &["one"]).expect("a number below 0 is none");
}

#[test]
fn of_several_requests_each_is_counted_by_itself() {
    // Each record is a request of its own.
    let one_by_one = |receiver: &Receiver| Otlp::grpc(receiver.url()).max_request(1_024);
    let long: Vec<String> =
        ["a", "bad", "c", "lost", "e"].iter().map(|word| format!("{word} {}", "x".repeat(900))).collect();
    let decide = |message: &str| match message.split(' ').next() {
        Some("bad") => partly(1, "bad"),
        Some("lost") => refused(Status::unavailable("busy")),
        _ => taken(),
    };
    let receiver = Receiver::start(move |request| decide(&message_of(&records_of(request)[0])));
    let failure = failure(&mut one_by_one(&receiver), &long);
    let told: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
    assert_eq!(told, [(1, Permanent), (3, Temporary), (4, Temporary)]);
    assert_eq!((receiver.requests().len(), failure.class()), (4, Temporary));

    // Nothing was refused before it failed: so many were delivered.
    let failure = crate::support::failure(&mut one_by_one(&receiver), &[&long[0], &long[2], &long[3], &long[4]]);
    assert_eq!((failure.delivered(), failure.refusals().len(), failure.class()), (2, 0, Temporary));
}

/// Delivers as the engine does: a batch that is refused is halved. Gives back what is dead.
fn halving(otlp: &mut Otlp, batch: &[OwnedRecord]) -> Vec<(String, Failure)> {
    let Err(failure) = deliver_records(otlp, batch.to_vec()) else { return Vec::new() };
    assert_eq!(failure.class(), Permanent, "{failure}");
    if let [record] = batch {
        return vec![(record.view().message().to_owned(), failure)];
    }
    let (first, second) = batch.split_at(batch.len() / 2);
    let mut dead = halving(otlp, first);
    dead.extend(halving(otlp, second));
    dead
}

#[test]
fn a_bad_record_between_good_ones_is_found_by_halving() {
    let receiver = Receiver::start(|request| {
        let bad = records_of(request).iter().any(|record| message_of(record) == "bad");
        if bad { refused(Status::invalid_argument("no such thing")) } else { taken() }
    });
    let dead = halving(&mut Otlp::grpc(receiver.url()), &records(&["one", "two", "bad", "four", "five"]));
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].0, "bad");
    assert!(dead[0].1.to_string().contains("INVALID_ARGUMENT: the server takes no such records (`no such thing`)"));
}

#[test]
fn a_record_that_is_too_large_for_a_collector_is_the_only_one_that_is_dead() {
    let Some(collector) = Collector::start(&["--otlp-grpc-max-recv-msg-size-mib", "1"]) else { return };
    let mut otlp = Otlp::grpc(format!("http://{}", collector.grpc)).max_request(8 << 20);
    let huge =
        tracework_testkit::TestRecord::new("huge").write(|draft| (0..60).for_each(|at| draft_large(draft, at))).build();
    let mut batch = records(&["one", "two", "three"]);
    batch.insert(1, huge);
    let dead = halving(&mut otlp, &batch);
    assert_eq!(dead.iter().map(|(message, _)| message.as_str()).collect::<Vec<_>>(), ["huge"], "{dead:?}");
    assert!(dead[0].1.to_string().contains("too large"), "{}", dead[0].1);
    let mut arrived = collector.messages(3);
    arrived.sort();
    assert_eq!(arrived, ["one", "three", "two"]);
}

/// A list of numbers whose protobuf is much larger than its text.
fn draft_large(draft: &mut tracework_core::Draft, at: usize) {
    let numbers = format!("[{}]", vec!["1e1"; 1_900].join(","));
    draft.field(tracework_core::Key::Name(&format!("f{at}")), tracework_core::Value::Json(&numbers));
}
