//! Request logging for axum, hyper and tonic.
//!
//! [`RequestLayer`] opens a span around each request and emits one record when it is done. The span carries `request_id`,
//! `endpoint`, `user_id`, `session_id` and `ip_address`, which tracework shows as the context of everything that is
//! logged inside, with `method`, `path`, and what a valid `traceparent` says as `trace_id` and `span_id`. The record has
//! the category `api`, `status`, `duration_ms`, `outcome` (`done`, `aborted`, `panicked`, `failed`), the sizes of the
//! bodies, `grpc_status` for gRPC, and `slow` where it was.
//!
//! A request is over when its answer's body has ended, failed, or was dropped before its end, which is `aborted`: the
//! client went away, or a layer outside gave up. A handler's panic is logged and goes on.
//!
//! With the feature `opentelemetry`, and tracing-opentelemetry in the stack, the caller's span is the parent of the
//! request's in what is exported.
//!
//! It needs nothing of tracework: what it emits are ordinary spans and events, for any layer of `tracing`.
//!
//! ```
//! use axum::{Router, routing::get};
//! use tracework_tower::RequestLayer;
//!
//! let app: Router = Router::new().route("/users/{id}", get(|| async { "ann" })).layer(RequestLayer::new());
//! ```

mod arrival;
#[cfg(feature = "axum")]
mod axum;
mod body;
mod callsites;
mod client;
mod counters;
mod flight;
mod layer;
#[cfg(feature = "opentelemetry")]
mod parent;
mod request_id;
mod sampling;
mod service;
mod settings;
mod trace_context;
mod upload;

#[cfg(feature = "axum")]
pub use self::axum::{ControlLayer, Logging, WithControl};
pub use arrival::{ClientIp, RequestSpan};
pub use body::ResponseBody;
pub use client::{BadCidr, Cidr, PeerAddr, ProxyHeader};
pub use counters::Counts;
pub use layer::RequestLayer;
pub use request_id::RequestId;
pub use sampling::Sampling;
pub use service::{RequestService, ResponseFuture};
pub use settings::Query;
pub use trace_context::TraceContext;
pub use upload::RequestBody;
