//! The work every system is given: the same event, with or without the same spans around it.

use std::{fmt, hint::black_box, str::FromStr};

use anyhow::bail;
use serde::{Deserialize, Serialize};

/// What is logged, over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Workload {
    /// One event with four fields and a message.
    F4,
    /// The same event inside two nested spans of three fields each, entered once.
    F4S2,
    /// A request to a service, whose middleware logs it.
    Request,
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F4 => "F4",
            Self::F4S2 => "F4S2",
            Self::Request => "request",
        })
    }
}

impl FromStr for Workload {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "F4" => Ok(Self::F4),
            "F4S2" => Ok(Self::F4S2),
            "request" => Ok(Self::Request),
            other => bail!("unknown workload {other:?}: F4, F4S2 or request"),
        }
    }
}

impl Workload {
    /// A line of the length that tracing-subscriber's JSON has for this workload, newline included.
    pub fn sample_line(self) -> &'static str {
        match self {
            Self::F4 => concat!(
                r#"{"timestamp":"2026-01-15T10:30:45.123456Z","level":"INFO","fields":{"message":"payment processed","#,
                r#""user_id":123456,"amount":12.5,"method":"card","ok":true},"target":"speed::workload"}"#,
                "\n"
            ),
            // What is written of a request is the middleware's choice.
            Self::Request => "",
            Self::F4S2 => concat!(
                r#"{"timestamp":"2026-01-15T10:30:45.123456Z","level":"INFO","fields":{"message":"payment processed","#,
                r#""user_id":123456,"amount":12.5,"method":"card","ok":true},"target":"speed::workload","#,
                r#""span":{"attempt":1,"customer":7,"gateway":"stripe","name":"charge"},"#,
                r#""spans":[{"method":"POST","path":"/payments","request_id":"req_123456","name":"request"},"#,
                r#"{"attempt":1,"customer":7,"gateway":"stripe","name":"charge"}]}"#,
                "\n"
            ),
        }
    }

    /// Runs `body` where this workload's events belong: within its `tracing` spans, if it has any.
    pub fn within_spans(self, body: &mut dyn FnMut()) {
        match self {
            Self::F4 | Self::Request => body(),
            Self::F4S2 => {
                let path = black_box("/payments");
                let request = tracing::info_span!("request", request_id = "req_123456", method = "POST", path);
                let _request = request.enter();
                let charge =
                    tracing::info_span!("charge", customer = black_box(7_u64), attempt = 1_u64, gateway = "stripe");
                let _charge = charge.enter();
                body();
            }
        }
    }
}

/// The amount every event carries, opaque to the optimiser.
#[inline]
pub fn amount() -> f64 {
    black_box(12.5)
}

/// The method every event carries, opaque to the optimiser.
#[inline]
pub fn method() -> &'static str {
    black_box("card")
}

/// The flag every event carries, opaque to the optimiser.
#[inline]
pub fn ok() -> bool {
    black_box(true)
}

/// The event as every system over `tracing` sees it: one callsite for all of them.
#[inline(never)]
pub fn emit_tracing(user_id: u64) {
    tracing::info!(user_id, amount = amount(), method = method(), ok = ok(), "payment processed");
}

/// The event as every system over `log` sees it: one callsite for all of them.
#[inline(never)]
pub fn emit_log(user_id: u64) {
    log::info!(user_id, amount = amount(), method = method(), ok = ok(); "payment processed");
}

/// `events` times an event below the level: the function whose instructions are counted.
///
/// It may not be inlined, nor renamed: the counting is switched on and off by its name.
#[inline(never)]
pub fn disabled_loop(events: u64) {
    for user_id in 0..events {
        let user_id = black_box(user_id);
        tracing::debug!(user_id, amount = amount(), method = method(), ok = ok(), "payment seen");
    }
}

/// The same loop without the event, to subtract.
#[inline(never)]
pub fn empty_loop(events: u64) {
    for user_id in 0..events {
        black_box(user_id);
    }
}
