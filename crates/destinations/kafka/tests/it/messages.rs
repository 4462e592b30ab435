//! What a message is made of.

use crate::service::broker;
use crate::support::{deliver, kafka, read, read_partition, record, unique, values};
use std::time::Instant;
use tracework_core::{Destination, OwnedRecord, Severity, Value};
use tracework_kafka::{Acks, Compression, CreateTopic};
use tracework_testkit::{Bundle, TestRecord, hostile_strings};

#[test]
fn a_message_has_value_key_headers_and_the_records_time() {
    let Some(broker) = broker() else { return };
    let topic = unique("message");
    let mut kafka = kafka(&broker, &topic).key("{field.user}");
    let made = TestRecord::new("declined")
        .severity(Severity::ERROR)
        .field("user", Value::Str("zoë lee"))
        .shared_metadata(&[("service", "payments")])
        .build();
    let without = record("no user");
    deliver(&mut kafka, &[made.clone(), without]).expect("delivered");
    let read = read(&broker, &topic, 2);
    assert_eq!(read[0].key.as_deref(), Some("zoë lee"));
    assert!(read[0].value.starts_with('{') && read[0].value.ends_with('}'), "{}", read[0].value);
    assert!(read[0].value.contains("\"message\":\"declined\""), "{}", read[0].value);
    assert_eq!(read[0].header("event_id"), Some(made.view().event_id().to_string().as_str()));
    assert_eq!((read[0].header("level"), read[0].header("service")), (Some("ERROR"), Some("payments")));
    assert_eq!(read[0].millis, Some(made.view().time().0 / 1_000_000));
    assert_eq!((read[1].key.as_deref(), read[1].header("service")), (None, None));
}

#[test]
fn headers_can_be_left_out() {
    let Some(broker) = broker() else { return };
    let topic = unique("bare");
    deliver(&mut kafka(&broker, &topic).headers(false), &[record("bare")]).expect("delivered");
    assert!(read(&broker, &topic, 1)[0].headers.is_empty());
}

#[test]
fn every_kind_of_value_and_every_hostile_text_comes_back_as_it_was_encoded() {
    let Some(broker) = broker() else { return };
    let topic = unique("values");
    let mut kafka = kafka(&broker, &topic).key("{field.text}");
    let texts = hostile_strings();
    let mut records: Vec<OwnedRecord> = texts
        .iter()
        .map(|hostile| TestRecord::new(hostile.text.clone()).field("text", Value::Str(&hostile.text)).build())
        .collect();
    let values_of = [
        Value::Bool(true),
        Value::I64(i64::MIN),
        Value::U64(u64::MAX),
        Value::F64(f64::NAN),
        Value::F64(-0.1),
        Value::Str(""),
    ];
    records.extend(values_of.map(|value| TestRecord::new("value").field("value", value).build()));
    let mut format = kafka.usual_format().expect("a format");
    let bundle = Bundle::encoded(records.clone(), format.as_mut());
    let sent: Vec<String> = bundle.with(|batch| {
        kafka.deliver(batch).expect("delivered");
        batch.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).trim_end_matches('\n').to_owned()).collect()
    });
    let read = read(&broker, &topic, sent.len());
    assert_eq!(read.iter().map(|read| read.value.clone()).collect::<Vec<_>>(), sent);
    for read in &read {
        let key = read.key.as_deref().unwrap_or_default();
        assert!(!key.contains(|letter: char| letter.is_control()), "a key is escaped: {key:.80}");
    }
}

#[test]
fn messages_are_compressed_in_every_way_and_acknowledged_in_every_way() {
    let Some(broker) = broker() else { return };
    for compression in [Compression::None, Compression::Snappy, Compression::Lz4, Compression::Zstd] {
        let topic = unique(compression.name());
        let mut kafka = kafka(&broker, &topic).compression(compression);
        let records: Vec<_> =
            (0..200).map(|number| record(format!("the same words in each of them {number}"))).collect();
        deliver(&mut kafka, &records).expect("delivered");
        assert_eq!(values(&broker, &topic, 200).len(), 200, "{}", compression.name());
    }
    for acks in [Acks::All, Acks::Leader, Acks::None] {
        let topic = unique("acks");
        deliver(&mut kafka(&broker, &topic).acks(acks), &[record("one")]).expect("delivered");
        assert_eq!(values(&broker, &topic, 1).len(), 1, "{}", acks.name());
    }
}

#[test]
fn the_records_of_a_key_are_in_one_partition_in_order() {
    let Some(broker) = broker() else { return };
    let topic = unique("keys");
    let mut kafka =
        kafka(&broker, &topic).key("{field.user}").create_topic(CreateTopic { partitions: 3, replication: None });
    let of = |number: usize| {
        let user = format!("user{}", number % 7);
        TestRecord::new(format!("{number:05}")).field("user", Value::Str(&user)).build()
    };
    let records: Vec<_> = (0..700).map(of).collect();
    let mut format = kafka.usual_format().expect("a format");
    let bundles: Vec<_> = records.chunks(100).map(|part| Bundle::encoded(part.to_vec(), format.as_mut())).collect();
    for pair in bundles.chunks(2) {
        let answers = pair[0].with(|first| match pair.get(1) {
            Some(second) => second.with(|second| kafka.deliver_several(&[*first, *second])),
            None => kafka.deliver_several(&[*first]),
        });
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    }
    let mut seen = 0;
    for partition in 0..3 {
        let expected = if partition == 2 { 700 - seen } else { 1 };
        let read = read_partition(&broker, &topic, partition, expected);
        seen += read.len();
        for user in 0..7 {
            let key = format!("user{user}");
            let own: Vec<_> = read.iter().filter(|read| read.key.as_deref() == Some(&key)).collect();
            assert!(own.is_empty() || own.len() == 100, "all of {key} are in one partition: {}", own.len());
            assert!(
                own.is_sorted_by_key(|read| read
                    .value
                    .find("\"message\"")
                    .map(|at| read.value[at..at + 18].to_owned()))
            );
        }
    }
    assert_eq!(seen, 700);
}

#[test]
fn a_batch_larger_than_what_librdkafka_may_hold_arrives_whole() {
    let Some(broker) = broker() else { return };
    let topic = unique("room");
    let mut kafka = kafka(&broker, &topic).client("queue.buffering.max.messages", "50");
    let records: Vec<_> = (0..1_000).map(|number| record(format!("{number:05}"))).collect();
    let started = Instant::now();
    deliver(&mut kafka, &records).expect("delivered");
    let values = values(&broker, &topic, 1_000);
    assert_eq!(values.len(), 1_000);
    assert!(values.iter().zip(0..).all(|(value, number)| value.contains(&format!("{number:05}"))), "in order");
    assert!(started.elapsed().as_secs() < 20);
}
