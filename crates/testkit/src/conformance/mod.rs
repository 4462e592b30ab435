//! What every destination must do, whatever it is: a suite of cases that a destination's tests run.
//!
//! The test supplies a [`Subject`] for each case, fresh each time: the destination, and a way to read back what
//! arrived. [`conformance!`](crate::conformance!) makes a test of each case.
//!
//! ```
//! use tracework_testkit::{Recording, conformance};
//!
//! conformance::check(|| {
//!     let recording = Recording::new();
//!     let reader = recording.clone();
//!     conformance::Subject::new(recording, move || reader.text().lines().map(str::to_owned).collect())
//! });
//! ```

mod cases;
mod subject;

pub use cases::{
    accepts_an_empty_batch, accepts_any_text, can_be_dropped_at_any_time, can_be_flushed_and_ticked_at_any_time,
    delivers_a_large_batch, delivers_before_it_was_opened, delivers_every_record_in_order, has_a_name,
    obeys_or_ignores_commands, opens_again, opens_and_closes, recovers_from_a_failure, works_on_another_thread,
};
pub use subject::Subject;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// A case of the suite.
pub type Case = fn(Subject);

/// The cases, each with its name.
pub const CASES: [(&str, Case); 13] = [
    ("has_a_name", has_a_name),
    ("opens_and_closes", opens_and_closes),
    ("opens_again", opens_again),
    ("delivers_every_record_in_order", delivers_every_record_in_order),
    ("accepts_an_empty_batch", accepts_an_empty_batch),
    ("delivers_before_it_was_opened", delivers_before_it_was_opened),
    ("delivers_a_large_batch", delivers_a_large_batch),
    ("accepts_any_text", accepts_any_text),
    ("can_be_flushed_and_ticked_at_any_time", can_be_flushed_and_ticked_at_any_time),
    ("obeys_or_ignores_commands", obeys_or_ignores_commands),
    ("recovers_from_a_failure", recovers_from_a_failure),
    ("works_on_another_thread", works_on_another_thread),
    ("can_be_dropped_at_any_time", can_be_dropped_at_any_time),
];

/// Runs every case, each on a subject of its own.
///
/// # Panics
///
/// Panics if the destination does not do what it must, or panics itself.
pub fn check(mut make: impl FnMut() -> Subject) {
    for (name, case) in CASES {
        let subject = make();
        let done = catch_unwind(AssertUnwindSafe(|| case(subject)));
        assert!(done.is_ok(), "the case `{name}` fails; what it says stands above");
    }
}

/// Makes a test module of this name, `conforms` without one, with a test for each case of the
/// [`conformance`](mod@crate::conformance) suite. The expression makes a subject, and is evaluated once for each case. It may
/// be a [`Subject`](crate::conformance::Subject), which says how to read back what arrived, or just a destination:
/// `conformance!(MyDestination::new())` sees whether it does as it is told, but not whether records are lost in it.
///
/// ```
/// use tracework_testkit::{Recording, conformance};
///
/// fn recording() -> conformance::Subject {
///     let recording = Recording::of_records();
///     let reader = recording.clone();
///     conformance::Subject::new(recording, move || reader.messages())
/// }
///
/// conformance!(a_recording, recording());
/// ```
#[macro_export]
macro_rules! conformance {
    ($subject:expr) => {
        $crate::conformance!(conforms, $subject);
    };
    ($name:ident, $subject:expr) => {
        $crate::conformance!(@cases $name, $subject;
            has_a_name opens_and_closes opens_again delivers_every_record_in_order accepts_an_empty_batch
            delivers_before_it_was_opened delivers_a_large_batch accepts_any_text
            can_be_flushed_and_ticked_at_any_time obeys_or_ignores_commands recovers_from_a_failure
            works_on_another_thread can_be_dropped_at_any_time);
    };
    (@cases $name:ident, $subject:expr; $($case:ident)*) => {
        mod $name {
            use super::*;
            $(
                #[test]
                fn $case() {
                    $crate::conformance::$case($crate::conformance::Subject::from($subject));
                }
            )*
        }
    };
}
