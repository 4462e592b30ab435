//! Servers of our own, which can be killed and started again: the real programs, with their data in a folder of their own.

use super::{free_port, installed, listens};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;
use tracework_testkit::service;

/// Are there to be servers of our own?
static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on the far ends have servers of their own.
pub(crate) fn ask() {
    ASKED.store(true, Ordering::Relaxed);
}

/// What is known of a server.
#[derive(Debug)]
struct Kind {
    name: &'static str,
    /// Where its programs are, if `PATH` does not lead there.
    home: &'static str,
    /// Who it is to run as.
    user: Option<&'static str>,
    /// Makes its data, which it keeps in this folder.
    prepare: fn(&Tool<'_>),
    /// What runs it.
    serve: fn(&Tool<'_>) -> Command,
    /// What is asked of it once it listens for the first time.
    begin: fn(u16) -> Option<Command>,
    /// Ends it at once, with nothing put in order.
    kill: Signal,
}

/// What a server is made with.
struct Tool<'a> {
    kind: &'a Kind,
    folder: &'a Path,
    port: u16,
}

impl Tool<'_> {
    /// Who it is to run as, where that must be somebody else.
    fn user(&self) -> Option<&'static str> {
        self.kind.user.filter(|_| rustix::process::getuid().is_root())
    }

    /// Where one of its programs is: in `PATH`, in its home, or in that of its newest version.
    fn found(&self, program: &str) -> PathBuf {
        let home = Path::new(self.kind.home);
        let versions = std::fs::read_dir(home).into_iter().flatten().flatten();
        let of_version = versions.map(|version| version.path().join("bin").join(program));
        let newest = of_version.filter(|path| path.is_file()).max();
        installed(program).or(newest).unwrap_or_else(|| home.join(program))
    }

    /// One of its programs, run as its user.
    fn command(&self, program: &str) -> Command {
        let found = self.found(program);
        let mut command = match self.user() {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args([format!("--reuid={user}"), format!("--regid={user}")]).arg("--init-groups").arg(found);
                command
            }
            None => Command::new(found),
        };
        command.current_dir(self.folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn run(&self, command: &mut Command) {
        let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        assert!(status.success(), "{command:?}: {status}");
    }
}

const KINDS: &[Kind] = &[
    Kind {
        name: "postgres",
        home: "/usr/lib/postgresql",
        user: Some("postgres"),
        prepare: |tool| tool.run(tool.command("initdb").args(["-A", "trust", "-U", "postgres", "-D"]).arg(tool.data())),
        serve: |tool| {
            let mut command = tool.command("postgres");
            command.arg("-D").arg(tool.data()).args(["-p", &tool.port.to_string()]);
            command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
            command
        },
        begin: |port| {
            let mut command = Command::new("psql");
            command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "postgres", "-qc", "CREATE DATABASE test"]);
            Some(command)
        },
        // "Immediate": its processes would outlive it otherwise.
        kill: Signal::QUIT,
    },
    Kind {
        name: "mariadb",
        home: "/usr/sbin",
        user: Some("mysql"),
        prepare: |tool| {
            let mut command = tool.command("mariadb-install-db");
            command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
            tool.run(command.arg(format!("--datadir={}", tool.data().display())));
        },
        serve: |tool| {
            let mut command = tool.command("mariadbd");
            command.args(["--no-defaults", "--bind-address=127.0.0.1"]).arg(format!("--port={}", tool.port));
            command.arg(format!("--datadir={}", tool.data().display()));
            command.arg(format!("--socket={}", tool.folder.join("socket").display()));
            command
        },
        begin: |port| {
            let mut command = Command::new("mariadb");
            command.args(["-h", "127.0.0.1", "-P", &port.to_string(), "-u", "root", "-e", "CREATE DATABASE test"]);
            Some(command)
        },
        kill: Signal::KILL,
    },
    Kind {
        name: "redis",
        home: "/usr/bin",
        user: None,
        prepare: |_| {},
        serve: |tool| {
            let mut command = tool.command("redis-server");
            command.args(["--bind", "127.0.0.1", "--port", &tool.port.to_string(), "--dir"]).arg(tool.data());
            command.args(["--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
            command
        },
        begin: |_| None,
        kill: Signal::KILL,
    },
    Kind {
        name: "nats",
        home: "/usr/sbin",
        user: None,
        prepare: |_| {},
        serve: |tool| {
            let mut command = tool.command("nats-server");
            command.args(["-a", "127.0.0.1", "-p", &tool.port.to_string(), "-js", "-sd"]).arg(tool.data());
            command
        },
        begin: |_| None,
        kill: Signal::KILL,
    },
    Kind {
        name: "rabbitmq",
        home: "/usr/lib/rabbitmq/bin",
        user: None,
        prepare: |_| {},
        serve: |tool| {
            // The one in `PATH` changes its user.
            let mut command = tool.command("/usr/lib/rabbitmq/bin/rabbitmq-server");
            command.env("HOME", tool.folder).env("RABBITMQ_NODENAME", format!("faults-{}@localhost", tool.port));
            command.env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1").env("RABBITMQ_NODE_PORT", tool.port.to_string());
            command.env("RABBITMQ_DIST_PORT", free_port().to_string()).env("RABBITMQ_MNESIA_BASE", tool.data());
            command.env("RABBITMQ_LOG_BASE", tool.folder).env("RABBITMQ_PID_FILE", tool.folder.join("pid"));
            command.env("RABBITMQ_ENABLED_PLUGINS_FILE", tool.folder.join("plugins"));
            command.env("RABBITMQ_CONFIG_FILE", tool.folder.join("none"));
            command
        },
        begin: |_| None,
        kill: Signal::KILL,
    },
];

/// A server of our own.
#[derive(Debug)]
pub(crate) struct OwnServer {
    kind: &'static Kind,
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

/// Where the server listens, which is one of our own if that was asked for; `None`, said aloud, if there is none.
pub(super) fn server(name: &str, usual: &str) -> Option<(SocketAddr, Option<OwnServer>)> {
    let kind = KINDS.iter().find(|kind| kind.name == name).filter(|_| ASKED.load(Ordering::Relaxed));
    let Some(kind) = kind else { return service(name, usual).map(|address| (address, None)) };
    let own = OwnServer::make(kind);
    Some((([127, 0, 0, 1], own.port).into(), Some(own)))
}

impl OwnServer {
    fn make(kind: &'static Kind) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let everyone = std::fs::Permissions::from_mode(0o777);
        std::fs::create_dir(folder.path().join("data")).expect("a folder for its data");
        for path in [folder.path().to_owned(), folder.path().join("data")] {
            std::fs::set_permissions(path, everyone.clone()).expect("its user may write there");
        }
        let port = free_port();
        let mut own = Self { kind, folder, port, child: None };
        own.hand_over();
        (kind.prepare)(&own.tool());
        own.start();
        if let Some(mut command) = (kind.begin)(port) {
            let status = command.status();
            assert!(status.is_ok_and(|status| status.success()), "{command:?}");
        }
        own
    }

    /// The folder of its data belongs to its user: some servers insist.
    fn hand_over(&self) {
        if let Some(user) = self.tool().user() {
            let status = Command::new("chown").arg(user).arg(self.folder.path().join("data")).status();
            assert!(status.is_ok_and(|status| status.success()), "{user} gets the folder");
        }
    }

    fn tool(&self) -> Tool<'_> {
        Tool { kind: self.kind, folder: self.folder.path(), port: self.port }
    }

    /// Starts it, and waits until it listens.
    pub(crate) fn start(&mut self) {
        let mut command = (self.kind.serve)(&self.tool());
        self.child = Some(command.process_group(0).spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")));
        let there = (0..4).any(|_| listens(self.port));
        assert!(there, "{} does not listen at {}", self.kind.name, self.port);
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let pid = Pid::from_child(&child);
        // It may have ended by itself.
        let _ = match self.kind.kill {
            Signal::KILL => kill_process_group(pid, Signal::KILL),
            signal => kill_process(pid, signal),
        };
        let _ = child.wait();
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.kill();
    }
}
