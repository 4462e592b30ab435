//! Records: how they are written once, in the caller's thread, and read many times behind it.
//!
//! A record lives in two buffers of a [`Page`]: bytes of fixed parts and numbers, and one text that holds every
//! string of it. [`Draft`] writes one, [`Record`] reads it in place, [`OwnedRecord`] keeps it.

mod draft;
mod entries;
mod error;
mod layout;
mod owned;
mod page;
mod read;
mod restore;
mod sink;

pub use draft::{Draft, Head};
pub use entries::{Entries, Entry, Section};
pub use error::RecordError;
pub use layout::Reserved;
pub use owned::OwnedRecord;
pub use page::{Page, PageAddresses, PageMark, Pick, Thread};
pub use read::{Record, Source};
pub use sink::Key;

pub(crate) use draft::FieldBytes;
