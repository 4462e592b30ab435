//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::support::{Engine, in_each};
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
fn what_the_table_refuses_is_alone_and_is_delivered_once_it_takes_it() {
    in_each(|table| {
        let id = if table.engine == Engine::Postgres { "uuid" } else { "char(36)" };
        table.ask(&format!("CREATE TABLE {{t}} (id {id} PRIMARY KEY, who varchar(20) UNIQUE)"));
        table.ask("INSERT INTO {t} (id, who) VALUES ('00000000-0000-0000-0000-000000000000', 'taken')");
        let sql = table.sql().columns([("id", "event_id"), ("who", "field.who")]).expect("columns");
        let control = Control::new();
        control.attach("far", sql).expect("it attaches");
        say(&control, || ["ann", "bob", "taken", "cleo", "dan"].iter().for_each(|who| info!(who, "{who} came")));
        let dead_ones = dead(&control);
        assert_eq!(dead_ones.len(), 1, "{:?}: {dead_ones:?}", table.engine);
        assert!(dead_ones[0].0 == "taken came" && dead_ones[0].1.contains("who"), "{:?}: {dead_ones:?}", table.engine);
        assert_eq!((delivered(&control), table.count()), (4, 5), "{:?}: its neighbours are there", table.engine);

        table.ask("DELETE FROM {t} WHERE who = 'taken'");
        assert_eq!(control.replay_dead_letters("far").expect("it is there"), 1);
        settle(&control);
        assert_eq!((delivered(&control), dead(&control).len()), (5, 0), "{:?}", table.engine);
        let names: Vec<_> = table.texts("who", "who").into_iter().flatten().collect();
        assert_eq!(names, ["ann", "bob", "cleo", "dan", "taken"], "{:?}", table.engine);
        assert_eq!(control.shutdown(Duration::from_secs(5)).total.lost, 0);
    });
}
