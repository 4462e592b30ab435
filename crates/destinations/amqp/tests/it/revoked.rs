//! Names that lead nowhere, certificates that expired, and users that may no longer log in: nothing is lost, and it is told.

use crate::support::{Queue, deliver, records};
use std::process::Command;
use tracework_amqp::Amqp;
use tracework_core::{Failure, FailureClass};

fn temporary(failure: &Failure, told: &str) {
    assert_eq!((failure.class(), failure.refusals().len()), (FailureClass::Temporary, 0), "{failure}");
    let text = failure.to_string();
    assert!(text.contains(told) && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_name_that_leads_nowhere_is_looked_up_again() {
    let mut amqp = Amqp::to("amqp://ann:hunter2@no-such-host.invalid").expect("a destination");
    let failure = deliver(&mut amqp, &records(&["one"])).expect_err("there is no such host");
    temporary(&failure, "connecting to amqp://ann@no-such-host.invalid:5672/%2f: ");
}

#[cfg(feature = "tls")]
#[test]
fn a_certificate_that_expired_is_told() {
    let authority = tracework_testkit::Authority::new();
    let server = authority.expired(|_| Ok(()));
    let amqp = Amqp::to(&format!("amqps://ann:hunter2@localhost:{}", server.port())).expect("a destination");
    let tls = tracework_amqp::Tls { ca: Some(authority.ca()), ..Default::default() };
    let failure = deliver(&mut amqp.tls(tls), &records(&["one"])).expect_err("it expired");
    temporary(&failure, "certificate expired");
}

/// Does what an operator would; `false`, and a word about it, if there is no `rabbitmqctl` that may.
#[expect(clippy::print_stderr, reason = "a test that was left out says so")]
fn operator(words: &[&str]) -> bool {
    let done = Command::new("rabbitmqctl").arg("-q").args(words).output();
    let well = done.as_ref().is_ok_and(|done| done.status.success());
    if !well {
        eprintln!("LEFT OUT: rabbitmqctl {words:?}: {done:?}");
    }
    well
}

/// A user, gone when the test ends.
struct User(String);

impl Drop for User {
    fn drop(&mut self) {
        operator(&["delete_user", &self.0]);
    }
}

#[test]
fn a_user_who_may_no_longer_log_in_is_told_and_let_in_again() {
    let Some(queue) = Queue::new() else { return };
    let name = queue.name.clone();
    if !operator(&["add_user", &name, "hunter2"]) {
        return;
    }
    let user = User(name.clone());
    assert!(operator(&["set_permissions", &user.0, "", ".*", ".*"]));
    let amqp = Amqp::to(&format!("amqp://{name}@{}/%2f", queue.at)).and_then(|amqp| amqp.routing_key(&name));
    let mut amqp = amqp.expect("a destination").password("hunter2");
    deliver(&mut amqp, &records(&["one"])).expect("it may");

    assert!(operator(&["change_password", &name, "another"]));
    assert!(operator(&["close_all_user_connections", &name, "the password was changed"]));
    let failure = deliver(&mut amqp, &records(&["two"])).expect_err("it is thrown out");
    assert_eq!(failure.class(), FailureClass::Temporary, "{failure}");
    let failure = match failure.to_string().contains("ACCESS_REFUSED") {
        true => failure,
        // That the connection was closed is noticed first.
        false => deliver(&mut amqp, &records(&["two"])).expect_err("it may not log in"),
    };
    temporary(&failure, "ACCESS_REFUSED");

    assert!(operator(&["change_password", &name, "hunter2"]));
    deliver(&mut amqp, &records(&["two"])).expect("it may again");
    let mut texts = queue.texts();
    texts.dedup();
    assert_eq!(texts.len(), 2, "{texts:?}");
}
