//! What tests of tracework are built from: a [`Recording`] and a [`Faulty`] destination, a [`ManualClock`], records
//! made by hand ([`TestRecord`], [`record`], [`Bundle`]), texts that attack a log ([`hostile_strings`]), a disk that
//! crashes ([`CrashDisk`]), with the feature `tls` an authority for certificates, and a [`conformance`](mod@conformance) suite that every destination must pass, yours included.
//!
//! It is meant for the tests of programs and crates, and panics where a test should fail.

mod bundle;
mod clock;
pub mod conformance;
mod disk;
mod faulty;
mod hostile;
mod lines;
#[cfg(unix)]
mod proxy;
mod recording;
mod records;
mod service;
#[cfg(feature = "tls")]
mod tls;

pub use bundle::Bundle;
pub use clock::ManualClock;
pub use disk::{CrashDisk, DiskCall, DiskFault};
pub use faulty::{Faulty, Script};
pub use hostile::{HostileString, hostile_strings};
pub use lines::Lines;
#[cfg(unix)]
pub use proxy::{Proxy, Way};
pub use recording::{Call, Recording};
pub use records::{TestRecord, callsite, record, record_in, span};
pub use service::service;
#[cfg(feature = "tls")]
pub use tls::{Authority, BeforeTls, Pair, TlsServer};
