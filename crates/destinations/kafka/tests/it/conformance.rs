//! The suite that every destination passes.

use crate::service::{Own, broker};
use crate::support::{kafka, unique, values};
use std::cell::{Cell, RefCell};
use std::net::ToSocketAddrs;
use std::rc::Rc;
use std::time::Duration;
use tracework_testkit::conformance::{self, Subject};
use tracework_testkit::{Proxy, Way};

/// A destination, and a count of what was read so that reading waits for no more than there is.
fn subject(broker: &str) -> Subject {
    let topic = unique("conforms");
    let (address, place, seen) = (broker.to_owned(), topic.clone(), Cell::new(0));
    Subject::new(kafka(broker, &topic), move || {
        let values = values(&address, &place, seen.get());
        seen.set(values.len());
        values
    })
}

#[test]
fn it_does_what_every_destination_must() {
    let Some(broker) = broker() else { return };
    conformance::check(|| subject(&broker));
}

/// A broker behind a proxy, which is what it advertises.
fn behind() -> Option<(Own, Rc<RefCell<Proxy>>)> {
    let mut proxy = None;
    let own = Own::start(|broker| {
        let made = Proxy::to(broker).expect("a proxy");
        proxy.insert(made).address()
    })?;
    Some((own, Rc::new(RefCell::new(proxy?))))
}

#[test]
fn it_recovers_when_the_way_to_the_broker_breaks() {
    // What hangs and then goes on may deliver what was given up: `faults` says what holds then.
    for way in [Way::Down, Way::ResetAfter(200)] {
        let Some((own, proxy)) = behind() else { return };
        let through = proxy.borrow().address().to_socket_addrs().expect("an address").next().expect("one").to_string();
        let topic = unique("recovers");
        let (direct, place, seen) = (own.address(), topic.clone(), Cell::new(0));
        let kafka = kafka(&through, &topic).timeout(Duration::from_secs(2)).client("socket.timeout.ms", "1500");
        let subject = Subject::new(kafka, move || {
            let _keep = &own;
            let values = values(&direct, &place, seen.get());
            seen.set(values.len());
            values
        });
        let (breaks, mends) = (Rc::clone(&proxy), Rc::clone(&proxy));
        let subject = subject.fault(move || breaks.borrow().set(way), move || mends.borrow().set(Way::Open));
        conformance::recovers_from_a_failure(subject);
    }
}
