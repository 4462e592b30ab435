//! Exchanges and queues that the destination declares.

use crate::support::{Queue, broker, deliver, record, records, unique, url};
use lapin::types::AMQPValue;
use tracework_amqp::{Amqp, Exchange, QueueType};
use tracework_core::{Destination, FailureClass};

#[test]
fn a_queue_alone_is_made_and_written_to() {
    let Some(at) = broker() else { return };
    let name = unique("queue");
    let mut amqp = Amqp::to(&url(at)).and_then(|amqp| amqp.declare_queue(&name)).expect("a destination");
    deliver(&mut amqp, &records(&["one", "two"])).expect("it is delivered");
    let queue = Queue::found(at, &name);
    assert_eq!(queue.texts().len(), 2);
    // It is durable: to declare it so again changes nothing.
    queue.client.declare(&name, &[]);
}

#[test]
fn an_exchange_is_made_and_a_queue_bound_to_it() {
    let Some(at) = broker() else { return };
    let (exchange, name) = (unique("exchange"), unique("queue"));
    let amqp =
        Amqp::to(&url(at)).and_then(|amqp| amqp.exchange(&exchange)?.routing_key("{level}")?.declare_queue(&name));
    let mut amqp = amqp.expect("a destination").declare_exchange(Exchange::Topic);
    deliver(&mut amqp, &[record("one", "acme"), record("two", "acme")]).expect("it is delivered");
    let queue = Queue::found(at, &name);
    let keys: Vec<_> = queue.messages().iter().map(|message| message.routing_key.to_string()).collect();
    assert_eq!(keys, ["ERROR", "ERROR"]);
    queue.client.delete_exchange(&exchange);
}

#[test]
fn a_binding_of_its_own_and_a_type_are_obeyed() {
    let Some(at) = broker() else { return };
    let (exchange, name) = (unique("exchange"), unique("queue"));
    let amqp = Amqp::to(&url(at)).and_then(|amqp| {
        amqp.exchange(&exchange)?.routing_key("logs.{field.tenant}")?.declare_queue(&name)?.bind("logs.acme")
    });
    let mut amqp = amqp.expect("a destination").declare_exchange(Exchange::Direct).queue_type(QueueType::Quorum);
    let failure = deliver(&mut amqp, &[record("one", "acme"), record("two", "other")]).expect_err("one leads nowhere");
    assert_eq!(failure.refusals().iter().map(|refusal| refusal.at).collect::<Vec<_>>(), [1]);
    let queue = Queue::found(at, &name);
    assert_eq!(queue.texts().len(), 1);
    queue.client.declare(&name, &[("x-queue-type", AMQPValue::LongString("quorum".into()))]);
    queue.client.delete_exchange(&exchange);
}

#[test]
fn what_is_there_otherwise_is_told_with_what_to_do() {
    let Some(queue) = Queue::with(&[("x-max-length", AMQPValue::LongInt(7))]) else { return };
    let mut amqp = Amqp::to(&url(queue.at)).and_then(|amqp| amqp.declare_queue(&queue.name)).expect("a destination");
    let failure = amqp.open().expect_err("it is not the same");
    assert_eq!(failure.class(), FailureClass::Temporary);
    let told = failure.to_string();
    assert!(told.contains("PRECONDITION_FAILED") && told.contains("leave out `declare_queue`"), "{told}");
}
