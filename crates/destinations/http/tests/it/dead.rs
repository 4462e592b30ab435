//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::server::{Reply, Server};
use crate::support::http;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tracework_end_to_end::Pipeline;
use tracing::info;

#[test]
fn what_the_server_refuses_is_alone_and_is_delivered_once_it_takes_it() {
    for status in [400, 413, 422] {
        let mended = Arc::new(AtomicBool::new(false));
        let takes = Arc::clone(&mended);
        let server = Server::start(move |request| {
            let refused = request.text().contains("poison") && !takes.load(Ordering::SeqCst);
            Reply::status(if refused { status } else { 200 })
        });
        let pipeline = Pipeline::to(http(&server.url()));
        pipeline.say(|| ["one", "two", "poison", "four", "five"].iter().for_each(|text| info!("{text}")));
        let dead_ones = pipeline.dead();
        assert_eq!(dead_ones.len(), 1, "{dead_ones:?}");
        assert!(dead_ones[0].0 == "poison" && dead_ones[0].1.contains(&status.to_string()), "{dead_ones:?}");
        assert_eq!(pipeline.delivered(), 4, "its neighbours arrived");

        mended.store(true, Ordering::SeqCst);
        assert_eq!(pipeline.replay(), 1);
        assert_eq!((pipeline.delivered(), pipeline.dead().len()), (5, 0));
        assert!(server.received().last().expect("it came").text().contains("poison"));
        pipeline.end();
    }
}
