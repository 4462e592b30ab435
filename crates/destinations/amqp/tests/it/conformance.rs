//! The suite that every destination must pass.

use crate::support::Queue;
use tracework_testkit::conformance::Subject;
use tracework_testkit::{Proxy, Recording, Way, conformance};

/// A queue behind a way that can be broken.
fn subject() -> Subject {
    let Some(queue) = Queue::new() else { return left_out() };
    let proxy = std::rc::Rc::new(Proxy::to(queue.at).expect("a proxy"));
    let mending = std::rc::Rc::clone(&proxy);
    let amqp = queue.amqp_by(proxy.address());
    let mut read = Vec::new();
    let reader = move || {
        read.extend(queue.texts());
        read.clone()
    };
    Subject::new(amqp, reader).fault(move || proxy.set(Way::Down), move || mending.set(Way::Open))
}

/// In the place of a broker that is not there, as was said.
fn left_out() -> Subject {
    let recording = Recording::new();
    let reader = recording.clone();
    Subject::new(recording, move || reader.text().lines().map(str::to_owned).collect())
}

conformance!(subject());
