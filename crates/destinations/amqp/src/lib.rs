//! The AMQP 0-9-1 destination: [`Amqp`] publishes records to RabbitMQ, or a broker that speaks the same, and counts a
//! record as delivered once the broker has confirmed it.
//!
//! ```no_run
//! use tracework_amqp::{Amqp, Exchange};
//!
//! let amqp = Amqp::to("amqp://app@mq.example.com/%2f")?
//!     .password("hunter2")
//!     .exchange("logs")?
//!     .declare_exchange(Exchange::Topic)
//!     .routing_key("{service}.{level}")?
//!     .declare_queue("all-logs")?
//!     .bind("#")?;
//! // control.attach("mq", amqp)?;
//! # Ok::<(), tracework_amqp::Mistake>(())
//! ```

mod builder;
mod deliver;
mod destination;
mod kit;
mod link;
mod message;
mod publish;
mod settings;
mod topology;
mod trouble;
mod url;

pub use builder::Amqp;
pub use topology::{Exchange, QueueType};
pub use tracework_core::{Credential, Mistake};
#[cfg(feature = "tls")]
pub use tracework_net::Tls;
