//! A real rsyslogd that writes what it understood as JSON, a line for each message.

use std::fs;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A server of a test's own; it is ended with it.
pub(crate) struct Server {
    folder: TempDir,
    child: Child,
    pub(crate) udp: u16,
    pub(crate) tcp: u16,
}

/// How a message is written down.
const TEMPLATE: &str = r#"template(name="json" type="list") {
  constant(value="{") property(outname="pri" name="pri" format="jsonf") constant(value=",")
  property(outname="time" name="timestamp" dateFormat="rfc3339" format="jsonf") constant(value=",")
  property(outname="host" name="hostname" format="jsonf") constant(value=",")
  property(outname="app" name="app-name" format="jsonf") constant(value=",")
  property(outname="pid" name="procid" format="jsonf") constant(value=",")
  property(outname="id" name="msgid" format="jsonf") constant(value=",")
  property(outname="data" name="structured-data" format="jsonf") constant(value=",")
  property(outname="message" name="msg" format="jsonf") constant(value="}\n")
}"#;

/// The program, where Debian puts it or where `PATH` leads.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    places.map(|place| place.join("rsyslogd")).find(|program| program.is_file())
}

/// A port that nobody has.
fn free_port() -> u16 {
    let taken = || TcpListener::bind("127.0.0.1:0").and_then(|listener| Ok(listener.local_addr()?.port()));
    let both = |port: &u16| UdpSocket::bind(("127.0.0.1", *port)).is_ok();
    (0..20).find_map(|_| taken().ok().filter(both)).expect("a free port")
}

impl Server {
    /// Starts one; `None`, said aloud, where there is no rsyslogd.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with("", "imtcp")
    }

    /// Starts one with these global settings and this input for connections.
    #[expect(clippy::print_stderr, reason = "a test that was left out says so")]
    pub(crate) fn start_with(global: &str, tcp_input: &str) -> Option<Self> {
        let Some(program) = program() else {
            eprintln!("LEFT OUT: there is no rsyslogd; `scripts/services syslog` installs it");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let (udp, tcp) = (free_port(), free_port());
        let at = |name: &str| folder.path().join(name).display().to_string();
        let (work, socket, out) = (folder.path().display(), at("log"), at("out.jsonl"));
        let config = format!(
            "global(workDirectory=\"{work}\" maxMessageSize=\"64k\" {global})
module(load=\"imudp\") module(load=\"imuxsock\" SysSock.Use=\"off\") {module}
input(type=\"imudp\" address=\"127.0.0.1\" port=\"{udp}\" ruleset=\"all\")
input(type=\"imtcp\" address=\"127.0.0.1\" port=\"{tcp}\" ruleset=\"all\")
input(type=\"imuxsock\" Socket=\"{socket}\" useSpecialParser=\"off\" parseHostname=\"on\" ruleset=\"all\" RateLimit.Interval=\"0\")
{TEMPLATE}
ruleset(name=\"all\") {{ action(type=\"omfile\" file=\"{out}\" template=\"json\" asyncWriting=\"off\") }}
",
            module = format_args!("module(load={})", module(tcp_input)),
        );
        fs::write(folder.path().join("rsyslog.conf"), config).expect("written");
        fs::write(folder.path().join("out.jsonl"), "").expect("written");
        let mut command = Command::new(program);
        command.args(["-n", "-f", &at("rsyslog.conf"), "-i", &at("pid")]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("it starts");
        let server = Self { folder, child, udp, tcp };
        server.await_listening();
        Some(server)
    }

    fn await_listening(&self) {
        let end = Instant::now() + Duration::from_secs(20);
        let listens = || TcpStream::connect(("127.0.0.1", self.tcp)).is_ok() && self.socket().exists();
        while !listens() {
            assert!(Instant::now() < end, "rsyslogd does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its socket of datagrams.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out.jsonl")
    }

    /// A way to read its lines that outlives a borrow of it. It waits until no more come.
    pub(crate) fn reader(&self) -> impl FnMut() -> Vec<String> + use<> {
        let path = self.out();
        move || settled(&path)
    }

    /// Its lines, once there are `count` of them.
    pub(crate) fn lines(&self, count: usize) -> Vec<String> {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let lines = read(&self.out());
            if lines.len() >= count {
                return lines;
            }
            assert!(Instant::now() < end, "{} of {count} messages came:\n{}", lines.len(), lines.join("\n"));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A module of inputs, in quotes, with what is set for it.
fn module(input: &str) -> String {
    let (name, settings) = input.split_once(' ').unwrap_or((input, ""));
    format!("\"{name}\" {settings}")
}

/// The lines of a file that nothing was added to for a while.
fn settled(path: &Path) -> Vec<String> {
    let mut before = usize::MAX;
    for _ in 0..200 {
        let lines = read(path);
        if lines.len() == before {
            return lines;
        }
        before = lines.len();
        std::thread::sleep(Duration::from_millis(150));
    }
    read(path)
}

fn read(path: &Path) -> Vec<String> {
    let bytes = fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended with the test, however that ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
