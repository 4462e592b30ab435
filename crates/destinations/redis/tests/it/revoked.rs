//! Names that lead nowhere, and users that may no longer log in: nothing is lost, and it is told.

use crate::support::{Key, deliver, id, records};
use tracework_core::{Failure, FailureClass};
use tracework_redis::RedisStream;

/// What the client makes of `WRONGPASS`.
const REFUSED: &str = "authentication failed";

fn temporary(failure: &Failure, told: &str) {
    assert_eq!((failure.class(), failure.refusals().len()), (FailureClass::Temporary, 0), "{failure}");
    assert!(failure.to_string().contains(told), "{failure}");
}

#[test]
fn a_name_that_leads_nowhere_is_looked_up_again() {
    let mut redis = RedisStream::to("redis://ann:hunter2@no-such-host.invalid").expect("a destination");
    let failure = deliver(&mut redis, &records(&["one"])).expect_err("there is no such host");
    temporary(&failure, "no-such-host.invalid");
    assert!(!failure.to_string().contains("hunter2"), "{failure}");
}

#[test]
fn a_user_who_may_no_longer_log_in_is_told_and_let_in_again() {
    let Some(mut key) = Key::new() else { return };
    let user = key.name.clone();
    key.run(&["ACL", "SETUSER", &user, "on", ">one", "~*", "+@all"]);
    let url = format!("redis://{user}@{}", key.at);
    let mut redis =
        RedisStream::to(&url).and_then(|redis| redis.stream(&key.name)).expect("a destination").password("one");
    let all = records(&["one", "two", "three"]);
    deliver(&mut redis, &all[..1]).expect("it may");

    // Another password; who is logged in is thrown out.
    key.run(&["ACL", "SETUSER", &user, "resetpass", ">two"]);
    key.run(&["CLIENT", "KILL", "USER", &user]);
    let failure = deliver(&mut redis, &all[1..2]).expect_err("it may not");
    let failure = if failure.to_string().contains(REFUSED) {
        failure
    } else {
        // The connection that was closed is noticed first.
        deliver(&mut redis, &all[1..2]).expect_err("it may not")
    };
    temporary(&failure, REFUSED);

    // The right to add is taken away from a user who stays logged in.
    key.run(&["ACL", "SETUSER", &user, "resetpass", ">one"]);
    deliver(&mut redis, &all[1..2]).expect("it may again");
    key.run(&["ACL", "SETUSER", &user, "-xadd"]);
    let failure = deliver(&mut redis, &all[2..]).expect_err("it may not add");
    assert_eq!(failure.class(), FailureClass::Temporary, "{failure}");
    assert!(failure.to_string().contains("NOPERM"), "{failure}");
    key.run(&["ACL", "SETUSER", &user, "+xadd"]);
    deliver(&mut redis, &all[2..]).expect("it may again");
    key.run(&["ACL", "DELUSER", &user]);
    assert_eq!(key.ids(), all.iter().map(id).collect::<Vec<_>>());
}
