//! Records into topics of Apache Kafka, and of what speaks its protocol: the destination [`Kafka`].
//!
//! It stands on librdkafka, which is compiled from source and linked in. A batch is handed to librdkafka whole, and
//! answered when the report of each of its messages is in: delivered, refused for ever, or to be tried again. What
//! librdkafka logs goes into these answers, never to standard error and never back into the pipeline.

mod answer;
mod deliver;
mod kafka;
mod options;
mod reports;
mod session;
mod settings;
mod topics;

pub use kafka::Kafka;
pub use options::{SECRETS, check_option};
pub use settings::{Acks, Compression, CreateTopic};
pub use tracework_core::{Credential, Mistake};
