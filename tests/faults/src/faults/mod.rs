//! The faults: a table of what is put to which destination.

mod access;
mod answers;
mod bench;
mod ends;
mod files;
mod kill;
mod spool;
mod together;
mod way;

pub(crate) use bench::Bench;

use crate::{Level, Line};
use std::path::Path;

/// How much of a fault is put to a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Seconds: for every run of the tests.
    Short,
    /// As reliability asks for it: 1,000 kills, outages of 60 s at 20,000 events a second.
    Long,
}

/// A fault.
#[derive(Debug)]
pub struct Fault {
    /// Its number in the list of docs/reliability.md; 0 for what has none there.
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// The destinations that it is put to.
    pub destinations: &'static [&'static str],
    /// The promises that it is put to.
    pub levels: &'static [Level],
    put: fn(&mut Bench) -> Vec<Line>,
}

/// What is promised.
const LEVELS: &[Level] = &[Level::AtLeastOnce, Level::BestEffort];

const ALL: &[&str] =
    &["file", "sqlite", "postgres", "mariadb", "http", "syslog", "amqp", "kafka", "nats", "redis", "otlp"];

/// Those behind a way that can be broken.
const SERVERS: &[&str] = &["postgres", "mariadb", "http", "syslog", "amqp", "kafka", "nats", "redis", "otlp"];

/// Those that stand for all, where the destination does not matter.
const SOME: &[&str] = &["file", "http"];

/// Those that can refuse a program that they let in before.
const GUARDED: &[&str] = &["postgres", "mariadb", "http", "redis", "otlp"];

const SPOOLED: &[Level] = &[Level::AtLeastOnce];

const BEST_EFFORT: &[Level] = &[Level::BestEffort];

/// Every fault.
#[must_use]
pub fn faults() -> &'static [Fault] {
    &[
        Fault { number: 1, name: "kill9", destinations: ALL, levels: LEVELS, put: kill::kill9 },
        Fault { number: 3, name: "full_disk", destinations: &["file"], levels: LEVELS, put: files::full },
        Fault { number: 6, name: "down", destinations: SERVERS, levels: LEVELS, put: way::down },
        Fault { number: 7, name: "half_open", destinations: SERVERS, levels: LEVELS, put: way::half_open },
        Fault { number: 7, name: "reset", destinations: SERVERS, levels: LEVELS, put: way::reset },
        Fault { number: 7, name: "ack_lost", destinations: SERVERS, levels: LEVELS, put: way::ack_lost },
        Fault { number: 8, name: "slow", destinations: SERVERS, levels: LEVELS, put: way::slow },
        Fault { number: 9, name: "busy", destinations: &["http", "otlp"], levels: LEVELS, put: answers::busy },
        Fault { number: 9, name: "poison", destinations: &["http"], levels: LEVELS, put: answers::poison },
        Fault { number: 14, name: "ends", destinations: ALL, levels: LEVELS, put: ends::ends },
        Fault { number: 15, name: "signals", destinations: ALL, levels: LEVELS, put: ends::signals },
        Fault { number: 17, name: "no_descriptors", destinations: ALL, levels: LEVELS, put: files::descriptors },
        Fault { number: 18, name: "deleted", destinations: &["file"], levels: LEVELS, put: files::deleted },
        Fault { number: 16, name: "out_of_memory", destinations: SOME, levels: LEVELS, put: kill::out_of_memory },
        Fault { number: 18, name: "spool_deleted", destinations: SOME, levels: SPOOLED, put: spool::deleted },
        Fault { number: 18, name: "spool_read_only", destinations: SOME, levels: SPOOLED, put: spool::read_only },
        Fault { number: 20, name: "two_processes", destinations: SOME, levels: SPOOLED, put: spool::two_processes },
        Fault { number: 24, name: "no_such_name", destinations: &["http"], levels: LEVELS, put: access::no_such_name },
        Fault { number: 24, name: "revoked", destinations: GUARDED, levels: LEVELS, put: access::revoked },
        Fault { number: 0, name: "together", destinations: &["all"], levels: BEST_EFFORT, put: together::together },
    ]
}

impl Fault {
    /// Puts it to a destination that promises this. There are no lines if the server is not there.
    #[must_use]
    pub fn put_to(&self, destination: &str, level: Level, length: Length, program: &Path) -> Vec<Line> {
        Bench::new(destination, level, length, program).map_or_else(Vec::new, |mut bench| (self.put)(&mut bench))
    }
}
