//! A bad record between good ones, through the whole pipeline: it alone is a dead letter, and arrives once the cause is gone.

use crate::support::Key;
use tracework_end_to_end::Pipeline;
use tracework_redis::RedisStream;
use tracing::info;

#[test]
fn what_is_no_stream_is_alone_and_is_delivered_once_it_may_be_one() {
    let (Some(mut good), Some(mut bad)) = (Key::new(), Key::new()) else { return };
    bad.run(&["SET", &bad.name.clone(), "a text"]);
    let redis = RedisStream::to(&format!("redis://{}", good.at)).and_then(|redis| redis.stream("{field.stream}"));
    let pipeline = Pipeline::to(redis.expect("a destination"));
    let (good_name, bad_name) = (good.name.clone(), bad.name.clone());
    pipeline.say(|| {
        let stream = |text: &str| if text == "three" { bad_name.clone() } else { good_name.clone() };
        ["one", "two", "three", "four", "five"].iter().for_each(|text| info!(stream = stream(text), "{text}"));
    });
    let dead_ones = pipeline.dead();
    assert_eq!(dead_ones.len(), 1, "{dead_ones:?}");
    assert!(dead_ones[0].0 == "three" && dead_ones[0].1.contains("WRONGTYPE"), "{dead_ones:?}");
    assert_eq!((pipeline.delivered(), good.entries().len()), (4, 4), "its neighbours arrived");

    bad.run(&["DEL", &bad_name]);
    assert_eq!(pipeline.replay(), 1);
    assert_eq!((pipeline.delivered(), pipeline.dead().len(), bad.entries().len()), (5, 0, 1));
    pipeline.end();
}
