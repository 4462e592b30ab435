//! Records that the broker does not take, between others that it takes.

use crate::support::{Queue, broker, deliver, id, record, records, unique, url};
use lapin::types::AMQPValue;
use tracework_amqp::Amqp;
use tracework_core::{Destination, Failure, FailureClass};

fn places(failure: &Failure, class: FailureClass) -> Vec<usize> {
    failure.refusals().iter().filter(|refusal| refusal.class == class).map(|refusal| refusal.at).collect()
}

#[test]
fn a_key_that_leads_nowhere_is_refused_for_its_record_alone() {
    let Some(queue) = Queue::new() else { return };
    let exchange = queue.client.exchange(lapin::ExchangeKind::Direct);
    queue.client.bind(&queue.name, &exchange, "acme");
    let mut amqp = Amqp::to(&url(queue.at))
        .and_then(|amqp| amqp.exchange(&exchange)?.routing_key("{field.tenant}"))
        .expect("a destination");
    for _ in 0..20 {
        let tenants = ["acme", "nobody", "acme", "acme", "nobody", "no one", "acme"];
        let records: Vec<_> = tenants.iter().map(|tenant| record("declined", tenant)).collect();
        let failure = deliver(&mut amqp, &records).expect_err("three are refused");
        assert_eq!(places(&failure, FailureClass::Permanent), [1, 4, 5], "{failure}");
        assert_eq!(failure.refusals().len(), 3);
        let reason = &failure.refusals()[0].reason;
        assert!(
            reason.contains("NO_ROUTE (code 312)") && reason.contains("`nobody`") && !reason.contains("guest:guest"),
            "{reason}"
        );
        assert!(failure.refusals()[2].reason.contains("holds ` `"), "{:?}", failure.refusals()[2]);
        let arrived: Vec<_> = queue.messages().iter().map(id).collect();
        let expected: Vec<_> =
            [0, 2, 3, 6].iter().map(|&at: &usize| records[at].view().event_id().to_string()).collect();
        assert_eq!(arrived, expected);
    }
}

#[test]
fn a_missing_queue_that_all_records_go_to_is_waited_for() {
    let Some(at) = broker() else { return };
    let name = unique("queue");
    let mut amqp = Amqp::to(&url(at)).and_then(|amqp| amqp.routing_key(&name)).expect("a destination");
    let failure = deliver(&mut amqp, &records(&["one", "two"])).expect_err("there is no queue");
    assert_eq!((failure.class(), failure.refusals().len()), (FailureClass::Temporary, 0), "{failure}");
    assert!(failure.to_string().contains(&format!("there is no queue `{name}`")), "{failure}");
    // Once somebody made it, they arrive.
    let queue = Queue::named(at, &name);
    deliver(&mut amqp, &records(&["one", "two"])).expect("now there is");
    assert_eq!(queue.texts().len(), 2);
}

#[test]
fn without_mandatory_the_broker_forgets_what_leads_nowhere() {
    let Some(at) = broker() else { return };
    let amqp = Amqp::to(&url(at)).and_then(|amqp| amqp.routing_key(&unique("queue"))).expect("a destination");
    deliver(&mut amqp.mandatory(false), &records(&["one"])).expect("it is confirmed");
}

#[test]
fn a_missing_exchange_is_named_and_waited_for() {
    let Some(queue) = Queue::new() else { return };
    let name = unique("exchange");
    let mut amqp =
        Amqp::to(&url(queue.at)).and_then(|amqp| amqp.exchange(&name)?.routing_key("x")).expect("a destination");
    for _ in 0..3 {
        let failure = deliver(&mut amqp, &records(&["one", "two"])).expect_err("there is no exchange");
        assert_eq!((failure.class(), failure.refusals().len()), (FailureClass::Temporary, 0), "{failure}");
        let told = failure.to_string();
        assert!(told.contains(&format!("no exchange '{name}'")) && told.contains("(code 404)"), "{told}");
    }
}

#[test]
fn an_exchange_that_only_one_record_names_is_refused_for_it_alone() {
    let Some(queue) = Queue::new() else { return };
    let exchange = queue.client.exchange(lapin::ExchangeKind::Fanout);
    queue.client.bind(&queue.name, &exchange, "");
    let mut amqp = Amqp::to(&url(queue.at)).and_then(|amqp| amqp.exchange("{field.tenant}")).expect("a destination");
    let nowhere = unique("exchange");
    let records = [record("one", &exchange), record("two", &nowhere), record("three", &exchange)];
    let failure = deliver(&mut amqp, &records).expect_err("one is refused");
    assert_eq!(places(&failure, FailureClass::Permanent), [1], "{failure}");
    assert!(
        failure
            .refusals()
            .iter()
            .find(|refusal| refusal.at == 1)
            .is_some_and(|refusal| refusal.reason.contains(&nowhere))
    );
    // What was not confirmed is published again, with the same id.
    let again: Vec<_> = places(&failure, FailureClass::Temporary).iter().map(|&at| records[at].clone()).collect();
    deliver(&mut amqp, &again).expect("the others are taken");
    let mut ids: Vec<_> = queue.messages().iter().map(id).collect();
    ids.sort();
    ids.dedup();
    let mut expected = vec![records[0].view().event_id().to_string(), records[2].view().event_id().to_string()];
    expected.sort();
    assert_eq!(ids, expected);
}

#[test]
fn a_full_queue_that_rejects_is_tried_again() {
    let limit =
        [("x-max-length", AMQPValue::LongInt(2)), ("x-overflow", AMQPValue::LongString("reject-publish".into()))];
    let Some(queue) = Queue::with(&limit) else { return };
    let mut amqp = queue.amqp();
    let records = records(&["one", "two", "three", "four", "five"]);
    let failure = deliver(&mut amqp, &records).expect_err("it is full");
    assert_eq!(failure.class(), FailureClass::Temporary, "{failure}");
    let refused = places(&failure, FailureClass::Temporary);
    let arrived = queue.messages();
    assert_eq!(refused.len() + arrived.len(), records.len(), "{failure}");
    assert!(!refused.is_empty() && failure.to_string().contains("queue is full"), "{failure}");
}

#[test]
fn a_wrong_password_is_temporary_and_not_shown() {
    let Some(at) = broker() else { return };
    let amqp = Amqp::to(&format!("amqp://guest@{at}/%2f")).and_then(|amqp| amqp.password("hunter2").routing_key("x"));
    let mut amqp = amqp.expect("a destination");
    let failure = amqp.open().expect_err("it is refused");
    assert_eq!(failure.class(), FailureClass::Temporary);
    let told = failure.to_string();
    assert!(told.contains("ACCESS_REFUSED") && told.contains("guest@") && !told.contains("hunter2"), "{told}");
    assert!(!format!("{amqp:?}").contains("hunter2"));
}

#[test]
fn a_missing_virtual_host_is_named() {
    let Some(at) = broker() else { return };
    let mut amqp =
        Amqp::to(&format!("amqp://{at}/nowhere")).and_then(|amqp| amqp.routing_key("x")).expect("a destination");
    let failure = amqp.open().expect_err("it is refused");
    assert!(failure.to_string().contains("nowhere"), "{failure}");
}
