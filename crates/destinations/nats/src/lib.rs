//! The destination that publishes records to JetStream, the storage of NATS: [`JetStream`].
//!
//! ```no_run
//! use tracework_nats::JetStream;
//!
//! let nats = JetStream::to("nats://logs@nats.example.com:4222")?
//!     .password("hunter2")
//!     .subject("logs.{service}.{level}")?
//!     .declare_stream("LOGS")?;
//! // control.attach("nats", nats)?;
//! # Ok::<(), tracework_nats::Mistake>(())
//! ```

mod builder;
mod deliver;
mod link;

pub use builder::JetStream;
pub use tracework_core::{Credential, Mistake};
pub use tracework_net::Tls;
