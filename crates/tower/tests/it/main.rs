//! Requests over real sockets.

mod axum_parts;
mod ends;
mod grpc;
mod heads;
mod hyper_alone;
mod many;
mod support;
mod telemetry;
mod uploads;
