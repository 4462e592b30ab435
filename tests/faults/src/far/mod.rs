//! Where records end: a module for each destination, with its server's own means of reading.

mod amqp;
mod file;
mod http;
mod kafka;
mod nats;
mod otlp;
mod own;
mod redis;
mod sql;
mod syslog;

pub(crate) use http::{Answers, Server as HttpServer};
pub(crate) use own::{OwnServer, ask as ask_for_own_servers};

use std::fmt;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tracework_testkit::Proxy;

/// The far end of a destination.
pub(crate) trait FarEnd {
    /// The keys of the destination in a config, each line indented by four.
    fn config(&self) -> String;

    /// The way to its server, if there is one that can be broken.
    fn way(&self) -> Option<&Proxy>;

    /// The number of each record that is there, as often as it is there.
    fn numbers(&mut self) -> Vec<u64>;

    /// Does an acknowledgement come from the server itself? Syslog has none: sent is all that is known.
    fn confirms(&self) -> bool {
        true
    }

    /// Refuses the program, or lets it in again, where the far end can.
    fn let_in(&mut self, _welcome: bool) {}

    /// The server, if it is one of our own that can be killed and started again.
    fn server(&mut self) -> Option<&mut OwnServer> {
        None
    }

    /// The server was started again: what it does not remember is set anew.
    fn server_is_back(&mut self) {}

    /// The server whose answers may be chosen, if it is one of HTTP.
    fn http(&self) -> Option<&HttpServer> {
        None
    }
}

/// What a destination promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What waits is in memory.
    BestEffort,
    /// What is acknowledged survives the process.
    AtLeastOnce,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::BestEffort { "best_effort" } else { "at_least_once" })
    }
}

impl std::str::FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let both = [Self::BestEffort, Self::AtLeastOnce].into_iter();
        let mut found = both.filter(|level| level.to_string() == text);
        found.next().ok_or_else(|| format!("no such level: {text}"))
    }
}

/// Starts a far end whose files are in the folder; `None`, said aloud, if its server is not there.
pub(crate) type Start = fn(&Path) -> Option<Box<dyn FarEnd>>;

/// Every destination, with how its far end is started.
pub(crate) fn far_ends() -> &'static [(&'static str, Start)] {
    &[
        ("file", file::start),
        ("sqlite", sql::sqlite),
        ("postgres", sql::postgres),
        ("mariadb", sql::mariadb),
        ("http", http::start),
        ("syslog", syslog::start),
        ("amqp", amqp::start),
        ("kafka", kafka::start),
        ("nats", nats::start),
        ("redis", redis::start),
        ("otlp", otlp::start),
    ]
}

/// The numbers in `text`: each stands between `#` and `;`.
pub(crate) fn numbers_in(text: &str) -> impl Iterator<Item = u64> {
    text.split('#').skip(1).filter_map(|part| part.split_once(';')?.0.parse().ok())
}

/// A program that `scripts/services` installed, or that `PATH` leads to.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    let services = std::env::var_os("TRACEWORK_SERVICES").map(PathBuf::from);
    let services = services.or_else(|| Some(cache?.join("tracework/services")));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = services.map(|home| home.join("bin")).into_iter().chain(std::env::split_paths(&path));
    let places = places.chain(["/usr/sbin".into(), "/sbin".into()]);
    places.map(|place| place.join(name)).find(|program| program.is_file())
}

/// A name that nobody else has.
pub(crate) fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("faults_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A port that nobody has.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address").port()
}

/// Waits until something listens at the port.
pub(crate) fn listens(port: u16) -> bool {
    let end = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// What a program prints, in text.
pub(crate) fn printed(command: &mut Command) -> String {
    let output = command.output().expect("the server's own program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?} failed: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Waits until `measure` says the same for a while.
pub(crate) fn settle(still: Duration, mut measure: impl FnMut() -> u64) {
    let (mut since, mut last) = (Instant::now(), measure());
    let end = Instant::now() + Duration::from_secs(60);
    while since.elapsed() < still && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
        let now = measure();
        if now != last {
            (since, last) = (Instant::now(), now);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn whole_numbers_are_found() {
        let text = "a #12; b #3;#4; #x; #56";
        assert_eq!(super::numbers_in(text).collect::<Vec<_>>(), [12, 3, 4]);
    }
}
