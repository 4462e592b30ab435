//! What can be set for a destination.

use crate::client::Line;
use crate::settings::Settings;
use crate::{Compression, Credential, Mistake, Protocol};
use std::time::Duration;
use tracework_format::{Names, OtlpEncoder};

/// Sends records as OpenTelemetry logs.
///
/// - **What is sent**: [`OtlpEncoder`] says where each part of a record goes. A batch is one request, or several if it is
///   larger than [`Otlp::max_request`].
/// - **Twice is harmless** to whoever looks at `log.record.uid`, the event's id, the same over retries.
/// - **What is answered**, as the protocol wants it: over gRPC `CANCELLED`, `DEADLINE_EXCEEDED`, `ABORTED`, `OUT_OF_RANGE`,
///   `UNAVAILABLE`, `DATA_LOSS` and a `RESOURCE_EXHAUSTED` with a `RetryInfo` are tried again, over HTTP 429, 502, 503 and
///   504, not before the time that the server names. What tells of the sender and not of the records (no permission, nothing
///   there that takes logs) is tried again too, since an operator can mend it, and told by the health. All else is the
///   records' fault: the batch is split until the bad one is alone.
/// - **A partial success** is final. As many records as the server refused become dead letters with its message; which ones
///   they were it does not say.
/// - **How long**: [`Otlp::timeout`] for a request, 10 s, and [`Otlp::connect_timeout`], 10 s.
///
/// ```
/// use tracework_core::{Attach, Severity};
/// use tracework_otlp::{Compression, Otlp};
///
/// let collector = Otlp::grpc("https://collector.example.com:4317")
///     .header("authorization", "Bearer hunter2")
///     .resource("deployment.environment.name", "production")
///     .compress(Compression::Gzip)
///     .level(Severity::INFO);
/// # let _ = collector;
/// ```
#[derive(Debug)]
pub struct Otlp {
    pub(crate) settings: Settings,
    pub(crate) encoder: OtlpEncoder,
    pub(crate) line: Option<Line>,
    /// What a server said though it took everything; told with the next tick.
    pub(crate) warning: Option<String>,
}

impl Otlp {
    /// Sends by gRPC to this URL; it has no path.
    pub fn grpc(endpoint: impl Into<String>) -> Self {
        Self::new(Protocol::Grpc, endpoint)
    }

    /// Sends protobuf by HTTP to this URL; `/v1/logs` is added unless it ends with that.
    pub fn http(endpoint: impl Into<String>) -> Self {
        Self::new(Protocol::Http, endpoint)
    }

    /// Sends by `protocol` to this URL.
    pub fn new(protocol: Protocol, endpoint: impl Into<String>) -> Self {
        let settings = Settings::new(endpoint.into(), protocol);
        Self { settings, encoder: OtlpEncoder::new(), line: None, warning: None }
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Adds a header, or metadata as gRPC calls it, to every request.
    #[must_use]
    pub fn header(self, name: impl Into<String>, value: impl Into<Credential>) -> Self {
        self.with(|settings| settings.headers.push((name.into(), value.into())))
    }

    /// Sets an attribute of the resource, by the name of the
    /// [conventions](https://opentelemetry.io/docs/specs/semconv/resource/): `service.namespace`. It holds before metadata of
    /// the same name.
    #[must_use]
    pub fn resource(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { encoder: self.encoder.resource(name, value), ..self }
    }

    /// Sets which fields are context.
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { encoder: self.encoder.names(names), ..self }
    }

    /// Sets how requests are compressed.
    #[must_use]
    pub fn compress(self, compression: Compression) -> Self {
        self.with(|settings| settings.compression = compression)
    }

    /// Sets whom it trusts, and the certificate that it shows. Files are read anew when it connects after a failure.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(self, tls: tracework_net::Tls) -> Self {
        self.with(|settings| settings.tls = tls)
    }

    /// Sets how long a request may take, with its answer; 10 s by default.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|settings| settings.timeout = timeout)
    }

    /// Sets how long connecting may take, TLS included; 10 s by default. It is a part of a request's time.
    #[must_use]
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.with(|settings| settings.connect_timeout = timeout)
    }

    /// Sets how many batches may be on their way at once; 4 by default. With 1 they arrive in order.
    #[must_use]
    pub fn in_flight(self, batches: usize) -> Self {
        self.with(|settings| settings.concurrency = batches.max(1))
    }

    /// Sets how many bytes a request may have before it is compressed; 2 MiB by default, where servers commonly take 4 MiB. A
    /// record that is larger by itself goes alone.
    #[must_use]
    pub fn max_request(self, bytes: usize) -> Self {
        self.with(|settings| settings.most = bytes)
    }

    /// Can all of this be?
    ///
    /// # Errors
    ///
    /// Says what cannot, and why. A destination that is used all the same says it with each delivery.
    ///
    /// ```
    /// use tracework_otlp::Otlp;
    ///
    /// assert_eq!(Otlp::grpc("localhost:4317").check().unwrap_err().setting, "endpoint");
    /// assert!(Otlp::http("http://localhost:4318").header("x-team", "a\r\nb").check().is_err());
    /// ```
    pub fn check(&self) -> Result<(), Mistake> {
        self.settings.target().map(drop)
    }
}
