//! Masking secrets before a record reaches any queue that leads to disk or the network.
//!
//! What is matched, in this order: names ([`keys`]), `name=value` and `name: value` inside texts ([`pairs`]), JSON
//! ([`json`]), secrets known by their shape ([`detect`]), and the operator's patterns. A clean record costs one pass
//! over its texts ([`suspect`]) and one look at what is known of its callsite ([`cache`]).
//!
//! What is not found: a secret split over two values, an encoded one (base64, compressed), and one logged as a number
//! under an ordinary name.

mod cache;
mod cards;
mod detect;
mod edit;
mod error;
mod json;
mod keys;
mod pairs;
mod redacted;
mod redactor;
mod rewrite;
mod settings;
mod suspect;

#[cfg(test)]
mod cost;
#[cfg(test)]
mod tests;

pub use cache::RedactCache;
pub use error::RedactError;
pub use redacted::Redacted;
pub use redactor::Redactor;
pub use rewrite::RedactScratch;
pub(crate) use rewrite::copy_with;
pub use settings::{Detector, RedactSettings, UnknownDetector};
