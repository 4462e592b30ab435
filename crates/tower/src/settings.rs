//! What is set for a layer.

use crate::callsites::{Facts, MAX_FIELDS, Site};
use crate::client::{Cidr, PeerAddr, ProxyHeader};
use crate::counters::Counters;
use crate::sampling::Sampling;
use http::HeaderName;
use http::request::Parts;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tracework_core::Severity;
use tracing::Level;

/// Reads something out of a request.
pub(crate) type Extract<T> = Arc<dyn Fn(&Parts) -> Option<T> + Send + Sync>;

/// How the query of a request is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Query {
    /// Not at all.
    #[default]
    Omitted,
    /// Its names, with `***` for each value.
    Redacted,
    /// As it is. What is secret in it is then in the log, unless the pipeline's redaction knows it.
    Whole,
}

/// What is set for a layer.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) target: String,
    pub(crate) level: Severity,
    pub(crate) client_errors: Severity,
    pub(crate) aborted: Severity,
    pub(crate) slow: Option<(Duration, Severity)>,
    pub(crate) sampling: Sampling,
    pub(crate) query: Query,
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) accept_ids: bool,
    pub(crate) accept_traces: bool,
    pub(crate) trusted: Vec<Cidr>,
    pub(crate) proxy_header: ProxyHeader,
    pub(crate) route: Extract<String>,
    pub(crate) peer: Extract<SocketAddr>,
    pub(crate) user: Option<Extract<String>>,
    pub(crate) session: Option<Extract<String>>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) sites: OnceLock<Sites>,
}

/// The callsites of a layer.
#[derive(Clone, Debug)]
pub(crate) struct Sites {
    pub(crate) span: &'static Site,
    /// By severity.
    pub(crate) done: [&'static Site; 6],
}

/// The fields of the span, in the order in which they are written. What a handler may record later is among them.
pub(crate) const SPAN_FIELDS: [&str; 12] = [
    "method",
    "path",
    "query",
    "endpoint",
    "request_id",
    "user_id",
    "session_id",
    "ip_address",
    "trace_id",
    "span_id",
    "trace_sampled",
    "trace_state",
];

/// The fields of the event, in the order in which they are written.
const EVENT_FIELDS: [&str; 13] = [
    "message",
    "category",
    "method",
    "path",
    "status",
    "duration_ms",
    "outcome",
    "slow",
    "request_bytes",
    "response_bytes",
    "grpc_status",
    "error",
    "severity",
];

/// How many headers can be logged.
pub(crate) const MAX_HEADERS: usize = MAX_FIELDS - SPAN_FIELDS.len();

impl Default for Settings {
    fn default() -> Self {
        Self {
            target: "http".to_owned(),
            level: Severity::INFO,
            client_errors: Severity::WARNING,
            aborted: Severity::WARNING,
            slow: None,
            sampling: Sampling::All,
            query: Query::Omitted,
            headers: Vec::new(),
            accept_ids: true,
            accept_traces: true,
            trusted: Vec::new(),
            proxy_header: ProxyHeader::default(),
            route: Arc::new(route),
            peer: Arc::new(peer),
            user: None,
            session: None,
            counters: Arc::default(),
            sites: OnceLock::new(),
        }
    }
}

impl Settings {
    /// The callsites, made once the settings are complete.
    pub(crate) fn sites(&self) -> &Sites {
        self.sites.get_or_init(|| self.make_sites())
    }

    fn make_sites(&self) -> Sites {
        let headers = self.headers.iter().map(|name| format!("header.{name}"));
        let span = Site::get(Facts {
            is_span: true,
            level: Level::INFO,
            name: "request",
            target: self.target.clone(),
            fields: SPAN_FIELDS.into_iter().map(str::to_owned).chain(headers).collect(),
        });
        let done = Severity::ALL.map(|severity| {
            // Only what `tracing` has no level for is said in a field: a callsite that has it is never disabled by level.
            let fields = EVENT_FIELDS.len() - usize::from(severity != Severity::CRITICAL);
            Site::get(Facts {
                is_span: false,
                level: level(severity),
                name: "request done",
                target: self.target.clone(),
                fields: EVENT_FIELDS[..fields].iter().map(|&name| name.to_owned()).collect(),
            })
        });
        Sites { span, done }
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::TRACE => Level::TRACE,
        Severity::DEBUG => Level::DEBUG,
        Severity::INFO => Level::INFO,
        Severity::WARNING => Level::WARN,
        Severity::ERROR | Severity::CRITICAL => Level::ERROR,
    }
}

/// The route's template, if a framework says it.
fn route(parts: &Parts) -> Option<String> {
    #[cfg(feature = "axum")]
    if let Some(route) = parts.extensions.get::<axum::extract::MatchedPath>() {
        return Some(route.as_str().to_owned());
    }
    let _ = parts;
    None
}

/// The peer's address, if the server says it.
fn peer(parts: &Parts) -> Option<SocketAddr> {
    #[cfg(feature = "axum")]
    if let Some(peer) = parts.extensions.get::<axum::extract::ConnectInfo<SocketAddr>>() {
        return Some(peer.0);
    }
    parts.extensions.get::<PeerAddr>().map(|peer| peer.0)
}
