//! The spool: a destination's disk buffer. A log in segments, which one thread writes while another reads it and tells
//! what is done.
//!
//! [`docs/specs/spool.md`](https://github.com/tracework/tracework/blob/main/docs/specs/spool.md) is the contract: the
//! bytes, what is promised, and what a crash at any point leaves behind.
//!
//! | file | is about |
//! |---|---|
//! | `settings`, `error`, `id`, `chunk`, `health` | what is said to a spool and what it says |
//! | `open`, `recover` | opening one, and what an earlier process left behind |
//! | `writer`, `active`, `sync` | appending; the segment being written; making it durable, or writing it again |
//! | `reader`, `walk`, `window`, `bad` | reading on, past what is no record |
//! | `discard` | giving up the oldest |
//! | `shared`, `index`, `state` | what both halves share: segments in memory, the cursor on disk |
//! | `layout`, `header`, `frame`, `bytes`, `crc` | the format |
//! | [`payload`] | a record as bytes |

mod active;
mod bad;
mod bytes;
mod chunk;
mod crc;
mod discard;
mod error;
mod frame;
mod header;
mod health;
mod id;
mod index;
mod layout;
mod open;
pub mod payload;
mod reader;
mod recover;
mod settings;
mod shared;
mod state;
mod sync;
mod walk;
mod window;
mod writer;

pub use chunk::{Chunk, Lost, SpoolEntry, Spooled};
pub use discard::{Discarded, SpoolRetention};
pub use error::SpoolError;
pub use health::{SpoolHealth, SpoolWatch};
pub use id::SpoolId;
pub use open::{open, open_on};
pub use reader::SpoolReader;
pub use settings::{SpoolSettings, SyncPolicy};
pub use writer::SpoolWriter;
