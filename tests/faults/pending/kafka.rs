//! A topic of a broker of our own that speaks Kafka's protocol, read by kcat.

use super::{FarEnd, free_port, listens, numbers_in, unique};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tracework_testkit::Proxy;

struct KafkaEnd {
    broker: Child,
    way: Proxy,
    topic: String,
}

/// The broker's program: where `scripts/services` puts it, or where `PATH` leads.
fn program() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    let services = std::env::var_os("TRACEWORK_SERVICES").map(PathBuf::from);
    let services = services.or_else(|| Some(cache?.join("tracework/services")));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = services.map(|home| home.join("bin")).into_iter().chain(std::env::split_paths(&path));
    places.map(|place| place.join("tansu")).find(|program| program.is_file())
}

#[expect(clippy::print_stderr, reason = "a destination that was left out says so")]
pub(super) fn start(folder: &Path) -> Option<Box<dyn FarEnd>> {
    let reads = Command::new("kcat").arg("-V").output().is_ok();
    let Some(program) = program().filter(|_| reads) else {
        eprintln!("LEFT OUT: there is no tansu or no kcat; `scripts/services kafka` installs them");
        return None;
    };
    let port = free_port();
    let way = Proxy::to(([127, 0, 0, 1], port).into()).expect("a proxy");
    let mut command = Command::new(program);
    // Clients go where it says that it listens, which is the way.
    command.args(["broker", "--listener-url", &format!("tcp://127.0.0.1:{port}")]);
    command.args(["--advertised-listener-url", &format!("tcp://{}", way.address())]);
    command.args(["--storage-engine", "memory://tansu/"]).current_dir(folder);
    let broker = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    assert!(listens(port), "the broker does not listen");
    Some(Box::new(KafkaEnd { broker, way, topic: unique() }))
}

impl FarEnd for KafkaEnd {
    fn config(&self) -> String {
        let (address, topic) = (self.way.address(), &self.topic);
        format!(
            "    type: kafka\n    brokers: [\"{address}\"]\n    topic: {topic}\n    timeout: 3s\n    create_topic: {{ partitions: 1, replication: 1 }}\n"
        )
    }

    fn way(&self) -> Option<&Proxy> {
        Some(&self.way)
    }

    fn numbers(&mut self) -> Vec<u64> {
        let mut command = Command::new("kcat");
        command.args(["-C", "-q", "-e", "-o", "beginning", "-b", &self.way.address().to_string(), "-t", &self.topic]);
        let output = command.output().expect("kcat runs");
        numbers_in(&String::from_utf8_lossy(&output.stdout)).collect()
    }
}

impl Drop for KafkaEnd {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.broker.kill();
        let _ = self.broker.wait();
    }
}
