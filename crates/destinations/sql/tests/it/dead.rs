//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::support::{Engine, in_each};
use tracework_end_to_end::Pipeline;
use tracing::info;

#[test]
fn what_the_table_refuses_is_alone_and_is_delivered_once_it_takes_it() {
    in_each(|table| {
        let id = if table.engine == Engine::Postgres { "uuid" } else { "char(36)" };
        table.ask(&format!("CREATE TABLE {{t}} (id {id} PRIMARY KEY, who varchar(20) UNIQUE)"));
        table.ask("INSERT INTO {t} (id, who) VALUES ('00000000-0000-0000-0000-000000000000', 'taken')");
        let sql = table.sql().columns([("id", "event_id"), ("who", "field.who")]).expect("columns");
        let pipeline = Pipeline::to(sql);
        pipeline.say(|| ["ann", "bob", "taken", "cleo", "dan"].iter().for_each(|who| info!(who, "{who} came")));
        let dead_ones = pipeline.dead();
        assert_eq!(dead_ones.len(), 1, "{:?}: {dead_ones:?}", table.engine);
        assert!(dead_ones[0].0 == "taken came" && dead_ones[0].1.contains("who"), "{:?}: {dead_ones:?}", table.engine);
        assert_eq!((pipeline.delivered(), table.count()), (4, 5), "{:?}: its neighbours are there", table.engine);

        table.ask("DELETE FROM {t} WHERE who = 'taken'");
        assert_eq!(pipeline.replay(), 1);
        assert_eq!((pipeline.delivered(), pipeline.dead().len()), (5, 0), "{:?}", table.engine);
        let names: Vec<_> = table.texts("who", "who").into_iter().flatten().collect();
        assert_eq!(names, ["ann", "bob", "cleo", "dan", "taken"], "{:?}", table.engine);
        pipeline.end();
    });
}
