//! The destination that adds records to streams of Redis, or of a server that speaks the same: [`RedisStream`].
//!
//! ```no_run
//! use tracework_redis::RedisStream;
//!
//! let redis = RedisStream::to("redis://logs@cache.example.com:6379/0")?
//!     .password("hunter2")
//!     .stream("logs:{service}:{level}")?
//!     .max_length(1_000_000);
//! // control.attach("redis", redis)?;
//! # Ok::<(), tracework_redis::Mistake>(())
//! ```

mod builder;
mod deliver;
mod server;

pub use builder::RedisStream;
pub use tracework_core::{Credential, Mistake};
