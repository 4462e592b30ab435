//! Tables of SQLite, PostgreSQL and MariaDB, read by the databases' own programs.

use super::own::{self, OwnServer};
use super::{FarEnd, numbers_in, printed, unique};
use std::path::{Path, PathBuf};
use std::process::Command;
use tracework_testkit::Proxy;

struct Sqlite {
    path: PathBuf,
}

#[expect(clippy::print_stderr, reason = "a destination that was left out says so")]
pub(super) fn sqlite(folder: &Path) -> Option<Box<dyn FarEnd>> {
    if Command::new("sqlite3").arg("--version").output().is_err() {
        eprintln!("LEFT OUT: there is no program sqlite3 to read tables with");
        return None;
    }
    Some(Box::new(Sqlite { path: folder.join("far.db") }))
}

impl FarEnd for Sqlite {
    fn config(&self) -> String {
        format!("    type: sql\n    url: \"sqlite:{}\"\n", self.path.display())
    }

    fn way(&self) -> Option<&Proxy> {
        None
    }

    fn numbers(&mut self) -> Vec<u64> {
        let ask = |statement: &str| {
            let mut command = Command::new("sqlite3");
            command.args(["-cmd", ".timeout 10000"]).arg(&self.path).arg(statement);
            printed(&mut command)
        };
        numbers_of("SELECT count(*) FROM sqlite_master WHERE name = 'logs'", "logs", ask)
    }
}

/// What stands in a table; nothing if a program ended before it had made one.
fn numbers_of(exists: &str, table: &str, ask: impl Fn(&str) -> String) -> Vec<u64> {
    if ask(exists).trim() == "0" {
        return Vec::new();
    }
    numbers_in(&ask(&format!("SELECT message FROM {table}"))).collect()
}

/// What differs between the servers. A user and, in PostgreSQL, a schema of the user's have the name `NAME`.
struct Kind {
    scheme: &'static str,
    /// Asks the server itself.
    ask: fn(u16, &str) -> String,
    begin: &'static [&'static str],
    refuse: &'static [&'static str],
    admit: &'static [&'static str],
    end: &'static [&'static str],
    /// The table, as a config and as a statement names it.
    table: &'static str,
    exists: &'static str,
}

const POSTGRES: Kind = Kind {
    scheme: "postgres",
    ask: |port, statement| {
        let mut command = Command::new("psql");
        command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "postgres", "-Atqc", statement, "test"]);
        printed(&mut command)
    },
    begin: &["CREATE ROLE NAME LOGIN", "CREATE SCHEMA NAME AUTHORIZATION NAME"],
    refuse: &[
        "ALTER ROLE NAME NOLOGIN",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'NAME'",
    ],
    admit: &["ALTER ROLE NAME LOGIN"],
    end: &["DROP SCHEMA NAME CASCADE", "DROP ROLE NAME"],
    table: "NAME.logs",
    exists: "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'NAME' AND table_name = 'logs'",
};

const MARIADB: Kind = Kind {
    scheme: "mariadb",
    ask: |port, statement| {
        let mut command = Command::new("mariadb");
        command.args(["-h", "127.0.0.1", "-P", &port.to_string(), "-u", "root", "-N", "-B", "-e", statement, "test"]);
        printed(&mut command)
    },
    begin: &["CREATE USER NAME", "GRANT ALL ON test.* TO NAME"],
    refuse: &["ALTER USER NAME ACCOUNT LOCK", "KILL USER NAME"],
    admit: &["ALTER USER NAME ACCOUNT UNLOCK"],
    end: &["DROP TABLE IF EXISTS NAME", "DROP USER NAME"],
    table: "NAME",
    exists: "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'test' AND table_name = 'NAME'",
};

/// A server, behind a way that can be broken.
struct Server {
    kind: &'static Kind,
    port: u16,
    way: Proxy,
    name: String,
    own: Option<OwnServer>,
}

impl Server {
    fn start(kind: &'static Kind, service_name: &str, usual: &str) -> Option<Box<dyn FarEnd>> {
        let (server, own) = own::server(service_name, usual)?;
        let way = Proxy::to(server).expect("a proxy");
        let far = Self { kind, port: server.port(), way, name: unique(), own };
        far.all(kind.begin);
        Some(Box::new(far))
    }

    fn ask(&self, statement: &str) -> String {
        (self.kind.ask)(self.port, &statement.replace("NAME", &self.name))
    }

    fn all(&self, statements: &[&str]) {
        statements.iter().for_each(|statement| drop(self.ask(statement)));
    }
}

pub(super) fn postgres(_: &Path) -> Option<Box<dyn FarEnd>> {
    Server::start(&POSTGRES, "postgres", "127.0.0.1:5432")
}

pub(super) fn mariadb(_: &Path) -> Option<Box<dyn FarEnd>> {
    Server::start(&MARIADB, "mariadb", "127.0.0.1:3306")
}

impl FarEnd for Server {
    fn config(&self) -> String {
        let (scheme, name, address) = (self.kind.scheme, &self.name, self.way.address());
        let table = self.kind.table.replace("NAME", name);
        format!("    type: sql\n    url: \"{scheme}://{name}@{address}/test\"\n    table: {table}\n    timeout: 10s\n")
    }

    fn way(&self) -> Option<&Proxy> {
        Some(&self.way)
    }

    fn server(&mut self) -> Option<&mut OwnServer> {
        self.own.as_mut()
    }

    fn let_in(&mut self, welcome: bool) {
        self.all(if welcome { self.kind.admit } else { self.kind.refuse });
    }

    fn numbers(&mut self) -> Vec<u64> {
        numbers_of(self.kind.exists, self.kind.table, |statement| self.ask(statement))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.all(self.kind.end);
    }
}
