//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::server::{Reply, Server};
use crate::support::http;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracework_engine::Control;
use tracework_layer::DestinationLayer;
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

#[test]
fn what_the_server_refuses_is_alone_and_is_delivered_once_it_takes_it() {
    for status in [400, 413, 422] {
        let mended = Arc::new(AtomicBool::new(false));
        let takes = Arc::clone(&mended);
        let server = Server::start(move |request| {
            let refused = request.text().contains("poison") && !takes.load(Ordering::SeqCst);
            Reply::status(if refused { status } else { 200 })
        });
        let control = Control::new();
        control.attach("far", http(&server.url())).expect("it attaches");
        say(&control, || ["one", "two", "poison", "four", "five"].iter().for_each(|text| info!("{text}")));
        let dead_ones = dead(&control);
        assert_eq!(dead_ones.len(), 1, "{dead_ones:?}");
        assert!(dead_ones[0].0 == "poison" && dead_ones[0].1.contains(&status.to_string()), "{dead_ones:?}");
        assert_eq!(delivered(&control), 4, "its neighbours arrived");

        mended.store(true, Ordering::SeqCst);
        assert_eq!(control.replay_dead_letters("far").expect("it is there"), 1);
        settle(&control);
        assert_eq!((delivered(&control), dead(&control).len()), (5, 0));
        assert!(server.received().last().expect("it came").text().contains("poison"));
        assert_eq!(control.shutdown(Duration::from_secs(5)).total.lost, 0);
    }
}
