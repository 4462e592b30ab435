//! A request from its arrival to the end of its answer.

use crate::arrival::cut;
use crate::counters::Counters;
use crate::settings::Settings;
use crate::upload::Upload;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, Uri, header, response};
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tracework_core::Severity;
use tracing::Span;
use tracing::field::Value;

/// The most bytes of an error's text, or a panic's, that are logged.
const MAX_ERROR: usize = 1 << 10;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Aborted,
    Panicked,
    Failed,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Aborted => "aborted",
            Self::Panicked => "panicked",
            Self::Failed => "failed",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Done => "request done",
            Self::Aborted => "request aborted",
            Self::Panicked => "request handler panicked",
            Self::Failed => "request failed",
        }
    }
}

/// A request from its arrival to the end of its answer. Dropped before that, it was aborted.
pub(crate) struct Flight {
    settings: Arc<Settings>,
    span: Span,
    start: Instant,
    method: Method,
    uri: Uri,
    /// How many bytes the request has, if it says so.
    request_bytes: Option<u64>,
    upload: Option<Arc<Upload>>,
    status: Option<StatusCode>,
    is_grpc: bool,
    grpc_status: Option<u64>,
    /// How many bytes the answer has, if it says so.
    expected: Option<u64>,
    sent: u64,
    over: bool,
}

impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flight").field("uri", &self.uri).field("status", &self.status).finish_non_exhaustive()
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn says_grpc(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

/// What a panic said.
fn said(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic that is no text")
}

impl Flight {
    pub(crate) fn new(settings: Arc<Settings>, span: Span, parts: &Parts) -> Self {
        Self {
            settings,
            span,
            start: Instant::now(),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            request_bytes: length(&parts.headers),
            upload: None,
            status: None,
            is_grpc: says_grpc(&parts.headers),
            grpc_status: None,
            expected: None,
            sent: 0,
            over: false,
        }
    }

    /// The size of the request's body, where the body itself knows it and no header says it, and what will be read of it.
    pub(crate) fn request_size(&mut self, exact: Option<u64>, upload: Option<Arc<Upload>>) {
        self.request_bytes = self.request_bytes.or(exact);
        self.upload = upload;
    }

    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// The head of the answer is there. `true` if no body follows it, whatever the body says of itself.
    pub(crate) fn answered(&mut self, parts: &response::Parts, exact: Option<u64>) -> bool {
        self.status = Some(parts.status);
        self.expected = length(&parts.headers).or(exact);
        self.is_grpc |= says_grpc(&parts.headers);
        self.trailers(&parts.headers);
        let status = parts.status;
        let bodiless =
            status.is_informational() || [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&status);
        bodiless || self.method == Method::HEAD || (self.method == Method::CONNECT && status.is_success())
    }

    /// Bytes of the answer are handed over.
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.sent += bytes as u64;
    }

    /// Trailers, or headers where a gRPC answer has nothing else.
    pub(crate) fn trailers(&mut self, trailers: &HeaderMap) {
        if self.is_grpc {
            let status = trailers.get("grpc-status").and_then(|status| status.to_str().ok()?.parse().ok());
            self.grpc_status = status.or(self.grpc_status);
        }
    }

    pub(crate) fn done(&mut self) {
        self.finish(Outcome::Done, None);
    }

    pub(crate) fn failed(&mut self, error: &dyn fmt::Display) {
        self.finish(Outcome::Failed, Some(&error.to_string()));
    }

    pub(crate) fn panicked(&mut self, payload: &(dyn Any + Send)) {
        self.finish(Outcome::Panicked, Some(said(payload)));
    }

    /// How serious it is, and whether it is healthy so that it may be left out.
    fn judge(&self, outcome: Outcome, is_slow: bool) -> (Severity, bool) {
        let settings = &self.settings;
        let status = self.status.map_or(0, |status| status.as_u16());
        let severity = match (outcome, self.grpc_status) {
            (Outcome::Panicked | Outcome::Failed, _) => Severity::ERROR,
            (Outcome::Aborted, _) => settings.aborted,
            _ if status >= 500 => Severity::ERROR,
            _ if status >= 400 => settings.client_errors,
            // Unknown, deadline exceeded, unimplemented, internal, unavailable, data loss: the server is to blame.
            (_, Some(2 | 4 | 12 | 13 | 14 | 15)) => Severity::ERROR,
            (_, Some(1..)) => settings.client_errors,
            _ => settings.level,
        };
        let well = outcome == Outcome::Done && status < 400 && matches!(self.grpc_status, None | Some(0));
        match settings.slow.filter(|_| is_slow) {
            Some((_, slow)) => (severity.max(slow), false),
            None => (severity, well),
        }
    }

    fn finish(&mut self, outcome: Outcome, error: Option<&str>) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        let (took, counters) = (self.start.elapsed(), &self.settings.counters);
        let is_slow = self.settings.slow.is_some_and(|(from, _)| took >= from);
        Counters::add(&counters.slow, is_slow.into());
        Counters::add(&counters.aborted, (outcome == Outcome::Aborted).into());
        Counters::add(&counters.panicked, (outcome == Outcome::Panicked).into());
        let (severity, healthy) = self.judge(outcome, is_slow);
        if healthy && !self.settings.sampling.keeps(counters.healthy.fetch_add(1, Ordering::Relaxed)) {
            Counters::add(&counters.sampled_out, 1);
            return;
        }
        Counters::add(&counters.logged, 1);
        self.emit(outcome, error, severity, took, is_slow);
    }

    fn emit(&self, outcome: Outcome, error: Option<&str>, severity: Severity, took: Duration, is_slow: bool) {
        let status = self.status.map(|status| status.as_u16());
        let duration = milliseconds(took);
        let declared = self.request_bytes;
        let aborted = outcome == Outcome::Aborted;
        let request_bytes = self.upload.as_ref().map_or(declared, |upload| upload.told(declared, aborted));
        let response_bytes = self.status.map(|_| self.sent);
        let error = error.map(|error| cut(error, MAX_ERROR));
        let slow = is_slow.then_some(true);
        let values: [&dyn Value; 13] = [
            &outcome.message(),
            &"api",
            &self.method.as_str(),
            &cut(self.uri.path(), MAX_ERROR),
            &status,
            &duration,
            &outcome.name(),
            &slow,
            &request_bytes,
            &response_bytes,
            &self.grpc_status,
            &error,
            &severity.name(),
        ];
        let site = self.settings.sites().done[severity.index()];
        self.span.in_scope(|| site.event(&values.map(Some)));
    }
}

/// With three digits behind the point.
#[expect(clippy::cast_precision_loss, reason = "microseconds of centuries fit")]
fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1_000.0
}

impl Drop for Flight {
    fn drop(&mut self) {
        // A server need not ask for the end of a body whose length it knows.
        let complete = self.status.is_some() && self.expected.is_some_and(|expected| self.sent >= expected);
        self.finish(if complete { Outcome::Done } else { Outcome::Aborted }, None);
    }
}
