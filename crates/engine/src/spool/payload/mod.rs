//! A record as bytes that stand by themselves, and back: what a spool's entries hold.
//!
//! Nothing in them points to a program, a callsite or another record, so that any destination can be fed from them, and
//! in another format than the one that was set when they were written. The bytes are those of
//! [`docs/specs/spool.md`](https://github.com/tracework/tracework/blob/main/docs/specs/spool.md), "The payload".
//!
//! ```
//! use tracework_core::Value;
//! use tracework_engine::spool::payload::{Decoder, encode};
//! use tracework_testkit::TestRecord;
//!
//! let record = TestRecord::new("declined").tags("PAYMENT").field("amount", Value::F64(12.5)).build();
//! let mut bytes = Vec::new();
//! encode(&record.view(), &mut bytes);
//!
//! let back = Decoder::new().decode(&bytes)?;
//! assert_eq!(back.view().message(), "declined");
//! assert_eq!(back.view().field("amount"), Some(Value::F64(12.5)));
//! assert_eq!(back.view().event_id(), record.view().event_id());
//! # Ok::<(), tracework_engine::spool::payload::PayloadError>(())
//! ```

mod decode;
mod encode;
mod fields;
mod input;
mod tags;

pub use decode::Decoder;
pub use encode::encode;
pub use input::PayloadError;
