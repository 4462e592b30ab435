//! The layer and what can be set for it.

use crate::client::{BadCidr, ProxyHeader};
use crate::counters::Counts;
use crate::sampling::Sampling;
use crate::service::RequestService;
use crate::settings::{MAX_HEADERS, Query, Settings};
use http::HeaderName;
use http::request::Parts;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tower_layer::Layer;
use tracework_core::Severity;

/// Logs requests: a span around each, and a record when it is done. See the [crate's page](crate).
///
/// ```
/// use std::time::Duration;
/// use tracework_core::Severity;
/// use tracework_tower::{Query, RequestLayer, Sampling};
///
/// let layer = RequestLayer::new()
///     .slow(Duration::from_millis(500), Severity::WARNING)
///     .sample(Sampling::one_in(100))
///     .query(Query::Redacted)
///     .trusted_proxies(["10.0.0.0/8"])?
///     .user(|request| request.headers.get("x-user")?.to_str().ok().map(str::to_owned));
/// assert_eq!(layer.counts().requests, 0);
/// # Ok::<(), tracework_tower::BadCidr>(())
/// ```
#[derive(Clone, Default)]
pub struct RequestLayer {
    settings: Arc<Settings>,
}

impl fmt::Debug for RequestLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestLayer").field("target", &self.settings.target).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for RequestLayer {
    type Service = RequestService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequestService::new(inner, Arc::clone(&self.settings))
    }
}

impl RequestLayer {
    /// The default: target `http`, INFO for what went well, WARNING for 4xx and for answers that were not taken, ERROR
    /// for 5xx, panics and failures; nothing is slow, nothing is left out, no proxy is trusted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        let settings = Arc::make_mut(&mut self.settings);
        set(settings);
        // They depend on what is set.
        settings.sites.take();
        self
    }

    /// Sets the target of the span and the record.
    #[must_use]
    pub fn target(self, target: impl Into<String>) -> Self {
        self.set(|settings| settings.target = target.into())
    }

    /// Sets how serious a request is that went well.
    #[must_use]
    pub fn level(self, severity: Severity) -> Self {
        self.set(|settings| settings.level = severity)
    }

    /// Sets how serious a 4xx is, or a gRPC status that blames the client.
    #[must_use]
    pub fn client_errors(self, severity: Severity) -> Self {
        self.set(|settings| settings.client_errors = severity)
    }

    /// Sets how serious it is when an answer is not taken to its end.
    #[must_use]
    pub fn aborted(self, severity: Severity) -> Self {
        self.set(|settings| settings.aborted = severity)
    }

    /// Says from when a request is slow, from its arrival to the end of its answer; its record is then at least this
    /// serious, says `slow=true`, and is never left out.
    #[must_use]
    pub fn slow(self, from: Duration, severity: Severity) -> Self {
        self.set(|settings| settings.slow = Some((from, severity)))
    }

    /// Leaves out records of healthy requests. The spans stay: what handlers log has its context all the same.
    #[must_use]
    pub fn sample(self, sampling: Sampling) -> Self {
        self.set(|settings| settings.sampling = sampling)
    }

    /// Sets how queries are logged; by default they are not, as they often hold secrets.
    #[must_use]
    pub fn query(self, query: Query) -> Self {
        self.set(|settings| settings.query = query)
    }

    /// Logs these headers of requests, each as the span's field `header.NAME`, up to 256 bytes of each. Of those that
    /// carry credentials (`authorization`, `cookie`, `proxy-authorization`, `x-api-key`, and whatever is marked sensitive)
    /// only `***` is logged.
    ///
    /// # Panics
    ///
    /// If there are more than 20.
    #[must_use]
    pub fn headers(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let mut headers: Vec<HeaderName> = Vec::new();
        for name in names {
            if !headers.contains(&name) {
                headers.push(name);
            }
        }
        assert!(headers.len() <= MAX_HEADERS, "{MAX_HEADERS} headers can be logged, not {}", headers.len());
        self.set(|settings| settings.headers = headers)
    }

    /// Does it accept the caller's `x-request-id`? By default it does, within [`RequestId::parse`](crate::RequestId::parse).
    #[must_use]
    pub fn accept_request_ids(self, accept: bool) -> Self {
        self.set(|settings| settings.accept_ids = accept)
    }

    /// Does it take over the caller's trace? By default it does. At the edge, where strangers call, say `false`: who sends a
    /// `traceparent` chooses the trace, and with OpenTelemetry whether it is recorded. The headers are then not read.
    #[must_use]
    pub fn accept_traces(self, accept: bool) -> Self {
        self.set(|settings| settings.accept_traces = accept)
    }

    /// The proxies whose word is taken for the client's address: ranges such as `10.0.0.0/8`. They say it in
    /// `X-Forwarded-For`, unless [`RequestLayer::proxy_header`] names the other.
    ///
    /// # Errors
    ///
    /// If one is no range of addresses.
    pub fn trusted_proxies<R: AsRef<str>>(self, ranges: impl IntoIterator<Item = R>) -> Result<Self, BadCidr> {
        let trusted = ranges.into_iter().map(|range| range.as_ref().parse()).collect::<Result<_, _>>()?;
        Ok(self.set(|settings| settings.trusted = trusted))
    }

    /// Sets the header by which the trusted proxies name the client.
    #[must_use]
    pub fn proxy_header(self, header: ProxyHeader) -> Self {
        self.set(|settings| settings.proxy_header = header)
    }

    /// Sets where the route's template comes from, which is logged as `endpoint`; without one, the path is. With the
    /// feature `axum` it is the matched path of the router, where the layer stands inside it (`Router::layer`).
    #[must_use]
    pub fn route(self, route: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.route = Arc::new(route))
    }

    /// Sets where the peer's address comes from. By default it is [`PeerAddr`](crate::PeerAddr) among the request's
    /// extensions, and with the feature `axum` its `ConnectInfo<SocketAddr>`.
    #[must_use]
    pub fn peer(self, peer: impl Fn(&Parts) -> Option<SocketAddr> + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.peer = Arc::new(peer))
    }

    /// Sets where `user_id` comes from. What is known only later is recorded by [`RequestSpan`](crate::RequestSpan).
    #[must_use]
    pub fn user(self, user: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.user = Some(Arc::new(user)))
    }

    /// Sets where `session_id` comes from. Take care to log no session id that would let its reader in: a hash will do.
    #[must_use]
    pub fn session(self, session: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.session = Some(Arc::new(session)))
    }

    /// What the services of this layer, and of its clones, counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.settings.counters.read()
    }
}
