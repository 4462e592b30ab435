//! The server, and streams of a test's own.

use redis::{Commands, Connection, Value, cmd};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use tracework_core::{Destination, Failure, OwnedRecord};
use tracework_format::Json;
use tracework_redis::RedisStream;
use tracework_testkit::{Bundle, TestRecord, service};

/// A key of its own, gone when the test ends.
pub(crate) struct Key {
    pub(crate) at: SocketAddr,
    pub(crate) name: String,
    pub(crate) client: Connection,
}

impl Key {
    pub(crate) fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let at = service("redis", "127.0.0.1:6379")?;
        let name = format!("tracework-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let client = redis::Client::open(format!("redis://{at}")).expect("a client");
        Some(Self { at, name, client: client.get_connection().expect("it connects") })
    }

    pub(crate) fn destination(&self) -> RedisStream {
        self.destination_by(self.at)
    }

    /// A destination for it, by another way.
    pub(crate) fn destination_by(&self, at: SocketAddr) -> RedisStream {
        RedisStream::to(&format!("redis://{at}")).and_then(|redis| redis.stream(&self.name)).expect("a destination")
    }

    /// The fields of the entries, in order.
    pub(crate) fn entries(&mut self) -> Vec<Vec<(String, String)>> {
        let all: Vec<(String, Vec<(String, String)>)> =
            cmd("XRANGE").arg(&self.name).arg("-").arg("+").query(&mut self.client).expect("they are read");
        all.into_iter().map(|(_, fields)| fields).collect()
    }

    pub(crate) fn ids(&mut self) -> Vec<String> {
        self.entries().into_iter().map(|fields| fields[0].1.clone()).collect()
    }

    pub(crate) fn run(&mut self, words: &[&str]) -> Value {
        let mut command = cmd(words[0]);
        command.arg(&words[1..]);
        command.query(&mut self.client).expect("it is done")
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let _: Result<(), _> = self.client.del(&self.name);
    }
}

pub(crate) fn records(messages: &[&str]) -> Vec<OwnedRecord> {
    messages.iter().map(|message| TestRecord::new(*message).build()).collect()
}

pub(crate) fn id(record: &OwnedRecord) -> String {
    record.view().event_id().to_string()
}

pub(crate) fn deliver(redis: &mut RedisStream, records: &[OwnedRecord]) -> Result<(), Failure> {
    Bundle::encoded(records.to_vec(), &mut Json::default()).with(|batch| redis.deliver(batch))
}
