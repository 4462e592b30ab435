//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::receiver::{Receiver, message_of, partly, records_of, refused, taken};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tonic::Status;
use tracework_engine::Control;
use tracework_layer::DestinationLayer;
use tracework_otlp::Otlp;
use tracing::info;
use tracing_subscriber::layer::SubscriberExt;

/// Has it all said into the pipeline, and waits until each record is delivered or dead.
fn say(control: &Control, what: impl FnOnce()) {
    let subscriber = tracing_subscriber::registry().with(DestinationLayer::new(control));
    tracing::subscriber::with_default(subscriber, what);
    settle(control);
}

fn settle(control: &Control) {
    assert!(control.flush(Duration::from_secs(30)).is_complete(), "{:?}", control.health());
}

/// The messages of the dead letters of `far`, with why.
fn dead(control: &Control) -> Vec<(String, String)> {
    let letters = control.dead_letters("far").expect("it is there").into_iter();
    letters.map(|letter| (letter.record.view().message().to_owned(), letter.reason)).collect()
}

/// How many it has delivered, in a ledger that adds up.
fn delivered(control: &Control) -> u64 {
    let ledger = &control.health().destinations["far"].ledger;
    assert!(ledger.balances(), "{ledger:?}");
    ledger.delivered
}

/// A server that refuses requests with `bad` in them until it is mended, and how it says so.
fn choosy(partial: bool) -> (Receiver, Arc<AtomicBool>) {
    let mended = Arc::new(AtomicBool::new(false));
    let for_server = Arc::clone(&mended);
    let receiver = Receiver::start(move |request| {
        let bad = records_of(request).last().is_some_and(|last| message_of(last) == "bad");
        let has_bad = records_of(request).iter().any(|record| message_of(record) == "bad");
        match for_server.load(Ordering::SeqCst) {
            false if partial && bad => partly(1, "time is too old"),
            false if !partial && has_bad => refused(Status::invalid_argument("no such thing")),
            _ => taken(),
        }
    });
    (receiver, mended)
}

#[test]
fn what_the_server_refuses_is_alone_and_is_delivered_once_it_takes_it() {
    // A partial success says how many and not which: they count from the end of the request.
    for (partial, messages) in
        [(false, ["one", "two", "bad", "four", "five"]), (true, ["one", "two", "three", "four", "bad"])]
    {
        let (receiver, mended) = choosy(partial);
        let control = Control::new();
        control.attach("far", Otlp::grpc(receiver.url())).expect("it attaches");
        say(&control, || messages.iter().for_each(|text| info!("{text}")));
        let dead_ones = dead(&control);
        assert_eq!(dead_ones.len(), 1, "{dead_ones:?}");
        let why = if partial { "time is too old" } else { "no such thing" };
        assert!(dead_ones[0].0 == "bad" && dead_ones[0].1.contains(why), "{dead_ones:?}");
        assert_eq!(delivered(&control), 4, "its neighbours arrived");

        mended.store(true, Ordering::SeqCst);
        assert_eq!(control.replay_dead_letters("far").expect("it is there"), 1);
        settle(&control);
        assert_eq!((delivered(&control), dead(&control).len()), (5, 0));
        assert_eq!(receiver.messages().last().map(String::as_str), Some("bad"));
        assert_eq!(control.shutdown(Duration::from_secs(5)).total.lost, 0);
    }
}
