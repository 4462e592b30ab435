//! The brokers that the tests talk to.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The broker that `scripts/services kafka` starts.
pub(crate) fn broker() -> Option<String> {
    Some(tracework_testkit::service("kafka", "127.0.0.1:9092")?.to_string())
}

#[expect(clippy::print_stderr, reason = "a test that was left out must not look as if it had passed")]
fn left_out(why: &str) {
    eprintln!("LEFT OUT: {why}");
}

fn listens(address: &SocketAddr) -> bool {
    TcpStream::connect_timeout(address, Duration::from_secs(2)).is_ok()
}

/// A broker of the test's own, which ends with it.
pub(crate) struct Own {
    child: Option<Child>,
    program: PathBuf,
    listen: SocketAddr,
    advertised: SocketAddr,
}

impl Own {
    /// A broker that tells its clients to come to `advertised(its address)`; `None`, and a loud word, if the program is
    /// not there.
    pub(crate) fn start(advertised: impl FnOnce(SocketAddr) -> SocketAddr) -> Option<Self> {
        let home = std::env::var_os("TRACEWORK_SERVICES").map(PathBuf::from);
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
        let program = home.or_else(|| Some(cache?.join("tracework/services")))?.join("bin/tansu");
        if !program.exists() {
            left_out(&format!("there is no {}; `scripts/services kafka` installs it", program.display()));
            return None;
        }
        let listen = free();
        let mut own = Self { child: None, program, listen, advertised: advertised(listen) };
        own.start_again();
        Some(own)
    }

    pub(crate) fn address(&self) -> String {
        self.listen.to_string()
    }

    /// Starts it, empty as it is then.
    pub(crate) fn start_again(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(["broker", "--storage-engine", "memory://tansu/"]);
        command.arg("--listener-url").arg(format!("tcp://{}", self.listen));
        command.arg("--advertised-listener-url").arg(format!("tcp://{}", self.advertised));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("the broker starts"));
        let end = Instant::now() + Duration::from_secs(20);
        while !listens(&self.listen) {
            assert!(Instant::now() < end, "the broker listens within 20 seconds");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it is ours");
            child.wait().expect("it ends");
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An address where nobody listens.
pub(crate) fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port")
}
