//! A collector, rotel, which hands on what it took to a server of ours: a text in protobuf stands there as it is.

use crate::far::{FarEnd, HttpServer, free_port, installed, listens, settle};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tracework_testkit::Proxy;

struct OtlpEnd {
    collector: Child,
    behind: HttpServer,
    way: Proxy,
}

#[expect(clippy::print_stderr, reason = "a destination that was left out says so")]
pub(super) fn start(folder: &Path) -> Option<Box<dyn FarEnd>> {
    let Some(program) = installed("rotel-agent") else {
        eprintln!("LEFT OUT: there is no rotel-agent; `scripts/services collector` installs it");
        return None;
    };
    let (grpc, http) = (free_port(), free_port());
    let (behind, address) = HttpServer::start();
    let mut command = Command::new(program);
    command.arg("start");
    command.args(["--otlp-grpc-endpoint", &format!("127.0.0.1:{grpc}")]);
    command.args(["--otlp-http-endpoint", &format!("127.0.0.1:{http}")]);
    command.args(["--exporter", "otlp", "--otlp-exporter-protocol", "http", "--otlp-exporter-compression", "none"]);
    command.args(["--otlp-exporter-endpoint", &format!("http://{address}"), "--batch-timeout", "50ms"]);
    // It compresses whatever it is told.
    command.arg("--pid-file").arg(folder.join("rotel.pid")).arg("--log-file").arg(folder.join("rotel.log"));
    let collector =
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let collector = collector.expect("it starts");
    assert!(listens(grpc), "the collector does not listen");
    let way = Proxy::to(([127, 0, 0, 1], grpc).into()).expect("a proxy");
    Some(Box::new(OtlpEnd { collector, behind, way }))
}

impl FarEnd for OtlpEnd {
    fn config(&self) -> String {
        format!("    type: otlp\n    endpoint: http://{}\n    timeout: 2s\n", self.way.address())
    }

    fn way(&self) -> Option<&Proxy> {
        Some(&self.way)
    }

    fn numbers(&mut self) -> Vec<u64> {
        // It hands on what it took in batches of its own.
        settle(Duration::from_millis(500), || self.behind.numbers().len() as u64);
        self.behind.numbers()
    }
}

impl Drop for OtlpEnd {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.collector.kill();
        let _ = self.collector.wait();
    }
}
