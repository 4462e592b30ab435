//! What a reader gets, and what Redis refuses.

use crate::support::{Key, deliver, id, records};
use tracework_core::{Destination, FailureClass, Format, Secret, Setting, Value};
use tracework_format::Json;
use tracework_redis::RedisStream;
use tracework_testkit::conformance::Subject;
use tracework_testkit::{Proxy, Recording, TestRecord, Way, conformance, hostile_strings};

/// A stream behind a way that can be broken; in the place of a server that is not there, as was said, a recording.
fn subject() -> Subject {
    let Some(mut key) = Key::new() else {
        let recording = Recording::new();
        let reader = recording.clone();
        return Subject::new(recording, move || reader.text().lines().map(str::to_owned).collect());
    };
    let proxy = std::rc::Rc::new(Proxy::to(key.at).expect("a proxy"));
    let mending = std::rc::Rc::clone(&proxy);
    let redis = key.destination_by(proxy.address());
    let reader = move || key.entries().into_iter().map(|fields| fields[2].1.clone()).collect();
    Subject::new(redis, reader).fault(move || proxy.set(Way::Down), move || mending.set(Way::Open))
}

conformance!(subject());

#[test]
fn an_entry_has_the_id_the_level_and_the_record() {
    let Some(mut key) = Key::new() else { return };
    let records: Vec<_> = hostile_strings().into_iter().map(|hostile| TestRecord::new(&hostile.text).build()).collect();
    deliver(&mut key.destination(), &records).expect("it is delivered");
    let entries = key.entries();
    assert_eq!(entries.len(), records.len());
    for (entry, record) in entries.iter().zip(&records) {
        let mut line = Vec::new();
        Json::default().encode(&record.view(), &mut line);
        let line = String::from_utf8(line).expect("UTF-8").trim_end_matches('\n').to_owned();
        let expected = [("event_id", id(record)), ("level", "INFO".into()), ("record", line)];
        assert_eq!(*entry, expected.map(|(name, value)| (name.to_owned(), value)));
    }
}

#[test]
fn a_stream_keeps_about_as_many_entries_as_it_is_told() {
    let Some(mut key) = Key::new() else { return };
    let mut redis = key.destination().max_length(100);
    for _ in 0..10 {
        deliver(&mut redis, &records(&["one"; 100])).expect("it is delivered");
    }
    let left = key.entries().len();
    assert!((100..400).contains(&left), "{left} of 1,000");
}

#[test]
fn a_stream_made_of_a_record_that_cannot_take_it_refuses_that_record_alone() {
    let Some(mut key) = Key::new() else { return };
    let other = format!("{}-list", key.name);
    key.run(&["RPUSH", &other, "x"]);
    let mut redis = key.destination().stream("{field.stream}").expect("a template");
    let to = |stream: &str| TestRecord::new("x").field("stream", Value::Str(stream)).build();
    let name = key.name.clone();
    let records = [to(&name), to(&other), to(&name), to("no name"), to(&name)];
    let failure = deliver(&mut redis, &records).expect_err("two are refused");
    key.run(&["DEL", &other]);
    let places: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
    assert_eq!(places, [(1, FailureClass::Permanent), (3, FailureClass::Permanent)], "{failure}");
    assert!(failure.refusals()[0].reason.contains("WRONGTYPE"), "{failure}");
    assert_eq!(key.ids(), [0, 2, 4].map(|at: usize| id(&records[at])));
}

#[test]
fn a_key_that_is_no_stream_is_told_and_waited_for() {
    let Some(mut key) = Key::new() else { return };
    let name = key.name.clone();
    key.run(&["SET", &name, "x"]);
    let mut redis = key.destination();
    let failure = deliver(&mut redis, &records(&["one", "two"])).expect_err("it is a string");
    assert_eq!((failure.class(), failure.refusals().len()), (FailureClass::Temporary, 0), "{failure}");
    assert!(failure.to_string().contains("WRONGTYPE"), "{failure}");
    key.run(&["DEL", &name]);
    deliver(&mut redis, &records(&["one", "two"])).expect("now it is none");
    assert_eq!(key.entries().len(), 2);
}

#[test]
fn it_says_what_is_set_and_no_secret() {
    let redis = RedisStream::to("redis://ann:hunter2@cache:6380/3").and_then(|redis| redis.stream("a:{level}"));
    let redis = redis.expect("a destination").max_length(5);
    let said = redis.as_config().expect("a description");
    assert_eq!(said.get("url"), Some(&Setting::Text("redis://ann@cache:6380/3".into())));
    assert_eq!(said.get("password"), Some(&Setting::Secret(Secret::Program)));
    assert_eq!(said.get("max_length"), Some(&Setting::Number(5)));
    assert!(!format!("{said:?} {redis:?}").contains("hunter2"));
    let error = RedisStream::to("redis://cache").and_then(|redis| redis.stream("a b")).expect_err("a blank");
    assert_eq!(error.setting, "stream");
}
