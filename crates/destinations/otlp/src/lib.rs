//! The OTLP destination: [`Otlp`] sends records as OpenTelemetry logs, over gRPC or HTTP, to a collector or any server that
//! takes them ([protocol](https://opentelemetry.io/docs/specs/otlp/)).
//!
//! | room | does |
//! |---|---|
//! | `builder`, `settings`, `describe` | what is set, whether it can be, and how a config says it |
//! | `client` | the two ways to a server, TLS |
//! | `answer` | the messages that servers answer with |
//! | `judge` | what an answer means for the records |
//! | `destination` | all of it together; requests are written by `tracework_format::OtlpEncoder` |

mod answer;
mod builder;
mod client;
mod describe;
mod destination;
mod judge;
mod settings;

pub use builder::Otlp;
pub use settings::{Compression, Protocol};
pub use tracework_core::{Credential, Mistake};
#[cfg(feature = "tls")]
pub use tracework_net::Tls;
