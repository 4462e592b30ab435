//! The messages that servers answer with, as far as they are read.

use prost::Message as _;
use std::time::Duration;

/// `ExportLogsServiceResponse`
/// ([logs_service.proto](https://github.com/open-telemetry/opentelemetry-proto/blob/v1.7.0/opentelemetry/proto/collector/logs/v1/logs_service.proto)).
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Answer {
    #[prost(message, optional, tag = "1")]
    pub(crate) partial: Option<Partial>,
}

/// `ExportLogsPartialSuccess`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Partial {
    #[prost(int64, tag = "1")]
    pub(crate) rejected: i64,
    #[prost(string, tag = "2")]
    pub(crate) message: String,
}

/// `google.rpc.Status` ([status.proto](https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto)).
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Status {
    #[prost(string, tag = "2")]
    pub(crate) message: String,
    #[prost(message, repeated, tag = "3")]
    pub(crate) details: Vec<Detail>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Detail {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, prost::Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    delay: Option<Delay>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, prost::Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

impl Status {
    /// Reads what came as bytes; nothing if it is no such message.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        Self::decode(bytes).unwrap_or_default()
    }

    /// The `RetryInfo` among its details: how long to wait; no time at all if it says none.
    pub(crate) fn retry(&self) -> Option<Duration> {
        let detail = self.details.iter().find(|detail| detail.name.ends_with("/google.rpc.RetryInfo"))?;
        let delay = RetryInfo::decode(detail.value.as_slice()).ok()?.delay.unwrap_or_default();
        let (seconds, nanos) = (u64::try_from(delay.seconds).ok(), u32::try_from(delay.nanos).ok());
        Some(seconds.zip(nanos).map_or(Duration::ZERO, |(seconds, nanos)| {
            Duration::from_secs(seconds).saturating_add(Duration::from_nanos(nanos.into()))
        }))
    }
}
