//! Everything that most programs need: `use tracework::prelude::*`.

#[cfg(feature = "json")]
pub use crate::json;
pub use crate::{Control, DestinationLayer, LayerSlot, MetadataLayer, Severity, TagFilterLayer, critical, lazy};
pub use std::time::Duration;
#[cfg(feature = "amqp")]
pub use tracework_amqp::Amqp;
#[cfg(feature = "config")]
pub use tracework_config::SaveConfig as _;
pub use tracework_core::Attach as _;
pub use tracework_format::{JsonLines, Text};
#[cfg(feature = "http")]
pub use tracework_http::Http;
#[cfg(feature = "kafka")]
pub use tracework_kafka::Kafka;
pub use tracework_layer::ResultExt as _;
#[cfg(feature = "nats")]
pub use tracework_nats::JetStream;
#[cfg(feature = "otlp")]
pub use tracework_otlp::Otlp;
#[cfg(feature = "redis")]
pub use tracework_redis::RedisStream;
#[cfg(any(feature = "sql-mysql", feature = "sql-postgres", feature = "sql-sqlite"))]
pub use tracework_sql::Sql;
pub use tracework_std::{Console, File, Memory};
#[cfg(feature = "syslog")]
pub use tracework_syslog::Syslog;
pub use tracing::{debug, error, event, info, instrument, span, trace, warn};
pub use tracing_subscriber::layer::SubscriberExt as _;
pub use tracing_subscriber::util::SubscriberInitExt as _;
