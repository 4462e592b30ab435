//! What a consumer gets.

use crate::support::{Queue, deliver, id, record, records, url};
use lapin::types::AMQPValue;
use tracework_amqp::Amqp;
use tracework_core::{Destination, Format, Value};
use tracework_format::{Json, Text};
use tracework_testkit::{Bundle, TestRecord, hostile_strings};

#[test]
fn a_message_has_the_id_of_its_event_and_says_what_it_is() {
    let Some(queue) = Queue::new() else { return };
    let mut amqp = queue.amqp().header("tenant", "{field.tenant}").expect("a header");
    let record = TestRecord::new("declined")
        .target("payments::card")
        .field("tenant", Value::Str("acme"))
        .shared_metadata(&[("service", "payments")])
        .build();
    deliver(&mut amqp, std::slice::from_ref(&record)).expect("it is delivered");
    let message = queue.messages().pop().expect("a message");
    assert_eq!(id(&message), record.view().event_id().to_string());
    let properties = &message.properties;
    assert_eq!(
        properties.content_type().as_ref().map(ToString::to_string).as_deref(),
        Some(Json::default().media_type())
    );
    assert_eq!(properties.app_id().as_ref().map(ToString::to_string).as_deref(), Some("payments"));
    assert_eq!(*properties.timestamp(), u64::try_from(record.view().time().0 / 1_000_000_000).ok());
    assert_eq!(*properties.delivery_mode(), Some(2));
    let headers = properties.headers().as_ref().expect("headers").inner();
    for (name, value) in [("level", "INFO"), ("kind", "log"), ("target", "payments::card"), ("tenant", "acme")] {
        assert_eq!(headers.get(name), Some(&AMQPValue::LongString(value.into())), "{name}");
    }
    assert!(message.data.starts_with(b"{") && message.data.ends_with(b"}"), "a record, without a line's end");
}

#[test]
fn another_format_and_another_mode_show_in_the_properties() {
    let Some(queue) = Queue::new() else { return };
    let mut amqp = queue.amqp().persistent(false);
    let mut format = Text::new();
    amqp.takes(&format);
    let bundle = Bundle::encoded(records(&["one"]), &mut format);
    bundle.with(|batch| amqp.deliver(batch)).expect("it is delivered");
    let message = queue.messages().pop().expect("a message");
    assert_eq!(*message.properties.delivery_mode(), Some(1));
    assert_eq!(
        message.properties.content_type().as_ref().map(ToString::to_string).as_deref(),
        Some(format.media_type())
    );
}

#[test]
fn hostile_texts_arrive_as_they_are_in_body_and_header() {
    let Some(queue) = Queue::new() else { return };
    let mut amqp = queue.amqp().header("tenant", "{field.tenant}").expect("a header");
    let hostile = hostile_strings();
    let records: Vec<_> = hostile.iter().map(|hostile| record(&hostile.text, &hostile.text)).collect();
    deliver(&mut amqp, &records).expect("it is delivered");
    let messages = queue.messages();
    assert_eq!(messages.len(), hostile.len());
    for (message, record) in messages.iter().zip(&records) {
        let mut expected = Vec::new();
        Json::default().encode(&record.view(), &mut expected);
        assert_eq!(message.data, expected.strip_suffix(b"\n").expect("a line"));
        assert_eq!(id(message), record.view().event_id().to_string());
        let headers = message.properties.headers().as_ref().expect("headers").inner();
        let Some(AMQPValue::LongString(tenant)) = headers.get("tenant") else { panic!("a header") };
        assert!(tenant.as_bytes().len() <= 1_024 && std::str::from_utf8(tenant.as_bytes()).is_ok());
        assert!(!tenant.as_bytes().iter().any(|byte| *byte < 0x20), "it is escaped");
    }
}

#[test]
fn a_record_larger_than_a_frame_arrives_whole() {
    let Some(queue) = Queue::new() else { return };
    let mut amqp = Amqp::to(&format!("{}?frame_max=4096", url(queue.at)))
        .and_then(|amqp| amqp.routing_key(&queue.name))
        .expect("a destination");
    let text = "long ".repeat(3_000);
    deliver(&mut amqp, &records(&[&text, "short", &text])).expect("it is delivered");
    let texts = queue.texts();
    assert_eq!(texts.len(), 3);
    assert!(texts[0].contains(&text) && texts[1].contains("short") && texts[2].contains(&text));
}

#[test]
fn records_go_by_exchanges_and_keys_made_of_them() {
    let Some(queue) = Queue::new() else { return };
    let exchange = queue.client.exchange(lapin::ExchangeKind::Topic);
    queue.client.bind(&queue.name, &exchange, "logs.*.ERROR");
    let mut amqp = Amqp::to(&url(queue.at))
        .and_then(|amqp| amqp.exchange(&exchange)?.routing_key("logs.{field.tenant}.{level}"))
        .expect("a destination");
    deliver(&mut amqp, &[record("one", "acme"), record("two", "other")]).expect("it is delivered");
    let keys: Vec<_> = queue.messages().iter().map(|message| message.routing_key.to_string()).collect();
    assert_eq!(keys, ["logs.acme.ERROR", "logs.other.ERROR"]);
}
