//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::receiver::{Receiver, message_of, partly, records_of, refused, taken};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tonic::Status;
use tracework_end_to_end::Pipeline;
use tracework_otlp::Otlp;
use tracing::info;

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
        let pipeline = Pipeline::to(Otlp::grpc(receiver.url()));
        pipeline.say(|| messages.iter().for_each(|text| info!("{text}")));
        let dead_ones = pipeline.dead();
        assert_eq!(dead_ones.len(), 1, "{dead_ones:?}");
        let why = if partial { "time is too old" } else { "no such thing" };
        assert!(dead_ones[0].0 == "bad" && dead_ones[0].1.contains(why), "{dead_ones:?}");
        assert_eq!(pipeline.delivered(), 4, "its neighbours arrived");

        mended.store(true, Ordering::SeqCst);
        assert_eq!(pipeline.replay(), 1);
        assert_eq!((pipeline.delivered(), pipeline.dead().len()), (5, 0));
        assert_eq!(receiver.messages().last().map(String::as_str), Some("bad"));
        pipeline.end();
    }
}
