//! A real collector, rotel, which hands on to a receiver of ours what it took.

use crate::receiver::Receiver;
use crate::support::{free_port, until};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A collector of one's own, and what it handed on. It is ended with its drop.
pub(crate) struct Collector {
    process: Child,
    pub(crate) grpc: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) behind: Receiver,
    _folder: TempDir,
}

/// Where `scripts/services collector` puts it, or where `TRACEWORK_ROTEL` says.
fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("TRACEWORK_ROTEL") {
        return Some(named.into());
    }
    let services = std::env::var_os("TRACEWORK_SERVICES").map(PathBuf::from).or_else(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
        Some(cache.join("tracework/services"))
    })?;
    Some(services.join("bin/rotel-agent")).filter(|program| program.exists())
}

impl Collector {
    /// A collector, or nothing where there is none, which is said loudly.
    #[expect(clippy::print_stderr, reason = "a test that is left out says so")]
    pub(crate) fn start(settings: &[&str]) -> Option<Self> {
        let Some(program) = program() else {
            eprintln!("LEFT OUT: there is no collector; `scripts/services collector` installs one");
            return None;
        };
        let (grpc, http, behind) = (free_port(), free_port(), Receiver::taking());
        let folder = tempfile::tempdir().expect("a folder");
        let process = Command::new(program)
            .arg("start")
            .args(["--otlp-grpc-endpoint", &grpc.to_string(), "--otlp-http-endpoint", &http.to_string()])
            .args(["--exporter", "otlp", "--otlp-exporter-endpoint", &behind.url()])
            .args(["--batch-timeout", "50ms"])
            .args(settings)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let collector = Self { process, grpc, http, behind, _folder: folder };
        until("the collector", || TcpStream::connect(grpc).is_ok() && TcpStream::connect(http).is_ok());
        Some(collector)
    }

    /// What it handed on, when so many records came, or no more do.
    pub(crate) fn messages(&self, least: usize) -> Vec<String> {
        until("what the collector took", || self.behind.records().len() >= least);
        // What comes twice may come a moment later.
        std::thread::sleep(std::time::Duration::from_millis(150));
        self.behind.messages()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
