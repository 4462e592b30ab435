//! For tests of programs: what a test logs is caught, waited for and asserted on, by rules of the matching language.
//!
//! ```
//! use tracework::prelude::*;
//!
//! let captured = tracework::test::capture();
//! tracing::info_span!("request", user_id = 7).in_scope(|| error!(amount = 12.5, tags = "PAYMENT", "declined"));
//!
//! let record = captured.assert_one("level = ERROR and field.amount > 10 and tag = PAYMENT");
//! assert_eq!(record.view().message(), "declined");
//! captured.assert_one("span = request and context.user_id = 7");
//! captured.assert_none("level = CRITICAL");
//! ```
//!
//! Each capture is a pipeline of its own, for the thread that began it: tests that run side by side do not mix. What
//! other threads and tasks log comes along where they take the [`Capture`] with them: by [`Capture::spawn`],
//! [`Capture::wrap`] or [`Capture::enter`].
//!
//! A capture takes every level; what a destination of the program would leave out is here all the same.

mod asserts;
mod capture;
mod waiting;

pub use capture::{Capture, Captured, Entered, capture};
pub use tracework_testkit::ManualClock;
