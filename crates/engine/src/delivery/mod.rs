//! Delivery: one worker thread for each destination, isolated from all others.
//!
//! An [`Outlet`] is the handle: the engine pushes parcels into its queue, Control changes its settings and reads its
//! health. Behind it a worker takes parcels, encodes them, delivers them in batches, tries again, hands over to the
//! failover, and keeps dead letters. Every record that was accepted ends in exactly one place of the ledger.
//!
//! | file | is about |
//! |---|---|
//! | `outlet`, `settings`, `start`, `together` | the handle; changing it; opening ahead of time; several at once |
//! | `flush` | waiting until what was pushed is delivered, or safe |
//! | `shared` | what the handle and the worker share, under one lock |
//! | `queue`, `overflow`, `gate`, `thin` | what waits; what happens when there is too much of it |
//! | `spooler`, `on_disk`, `refill` | the thread that writes the spool; what of a queue is on disk; reading it back |
//! | `requests` | what is asked of the worker beside the data: settings, flush, commands, close |
//! | `worker`, `decide` | the thread, and what it does next |
//! | `load`, `progress`, `encode` | parcels on their way out, how far they are, and their bytes |
//! | `attempt`, `cope` | delivering, and what becomes of the records when that fails |
//! | `several`, `width`, `pace` | several batches at once, how many, and how fast |
//! | `trouble`, `backoff`, `handover` | failing, trying again, failing over |
//! | `dead`, `dead_file`, `letters`, `replay` | records that no delivery will accept; their file, read back and sent again |
//! | `notice` | what is said about lost ones |

mod attempt;
mod backoff;
mod burial;
mod closed;
mod cope;
mod dead;
mod dead_file;
mod decide;
mod encode;
mod flush;
mod gate;
mod handover;
mod letters;
mod load;
mod notice;
mod on_disk;
mod outlet;
mod overflow;
mod pace;
mod progress;
mod queue;
mod refill;
mod replay;
mod requests;
mod settings;
mod several;
mod shared;
mod spooler;
mod start;
mod thin;
mod together;
mod trouble;
mod width;
mod worker;

#[cfg(test)]
mod tests;

pub use dead::DeadLetter;
pub(crate) use encode::format_for;
pub(crate) use flush::Until;
pub(crate) use letters::{Found, Letters};
pub(crate) use notice::record as notice;
pub(crate) use outlet::Outlet;
pub(crate) use replay::NotTaken;
pub(crate) use thin::parcel_of;
pub(crate) use together::{close_all, drain_all, flush_all};
