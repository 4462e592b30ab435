//! The two ways to a server.

mod grpc;
mod http;
mod line;

pub(crate) use line::{Line, Sender};
