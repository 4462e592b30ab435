//! The servers, each with the clients that a program would use for it by itself.

mod http;
mod kafka;
mod mariadb;
mod nats;
mod otlp;
mod postgres;
mod rabbitmq;
mod redis;
mod sink;
mod sqlite;
mod syslog;

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Result;

use crate::contest::Server;

/// Finds a server that runs, or starts one of our own.
pub type Start = fn() -> Result<Box<dyn Server>>;

/// All of them, by name.
pub const ALL: &[(&str, Start)] = &[
    ("postgres", postgres::start),
    ("mariadb", mariadb::start),
    ("sqlite", sqlite::start),
    ("rabbitmq", rabbitmq::start),
    ("kafka", kafka::start),
    ("redis", redis::start),
    ("nats", nats::start),
    ("http", http::start),
    ("otlp-grpc", otlp::grpc),
    ("otlp-http", otlp::http),
    ("syslog", syslog::start),
];

/// A name that nobody else has.
fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("throughput_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A runtime of one thread, as the destinations have.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
