//! Tables of SQLite, PostgreSQL and MariaDB, read by the databases' own programs.

use super::{FarEnd, numbers_in, printed, unique};
use std::path::{Path, PathBuf};
use std::process::Command;
use tracework_testkit::{Proxy, service};

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

/// A server, behind a way that can be broken.
struct Server {
    scheme: &'static str,
    user: &'static str,
    /// Asks the server itself.
    ask: fn(u16, &str) -> String,
    port: u16,
    way: Proxy,
    table: String,
}

fn server(
    name: &str,
    (scheme, user, usual): (&'static str, &'static str, &str),
    ask: fn(u16, &str) -> String,
) -> Option<Box<dyn FarEnd>> {
    let server = service(name, usual)?;
    let way = Proxy::to(server).expect("a proxy");
    Some(Box::new(Server { scheme, user, ask, port: server.port(), way, table: unique() }))
}

pub(super) fn postgres(_: &Path) -> Option<Box<dyn FarEnd>> {
    let ask = |port: u16, statement: &str| {
        let mut command = Command::new("psql");
        command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "postgres", "-Atqc", statement, "test"]);
        printed(&mut command)
    };
    server("postgres", ("postgres", "postgres", "127.0.0.1:5432"), ask)
}

pub(super) fn mariadb(_: &Path) -> Option<Box<dyn FarEnd>> {
    let ask = |port: u16, statement: &str| {
        let mut command = Command::new("mariadb");
        command.args(["-h", "127.0.0.1", "-P", &port.to_string(), "-u", "root", "-N", "-B", "-e", statement, "test"]);
        printed(&mut command)
    };
    server("mariadb", ("mariadb", "root", "127.0.0.1:3306"), ask)
}

impl FarEnd for Server {
    fn config(&self) -> String {
        let Self { scheme, user, table, .. } = self;
        let address = self.way.address();
        format!("    type: sql\n    url: \"{scheme}://{user}@{address}/test\"\n    table: {table}\n    timeout: 2s\n")
    }

    fn way(&self) -> Option<&Proxy> {
        Some(&self.way)
    }

    fn numbers(&mut self) -> Vec<u64> {
        let exists = format!("SELECT count(*) FROM information_schema.tables WHERE table_name = '{}'", self.table);
        numbers_of(&exists, &self.table, |statement| (self.ask)(self.port, statement))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What a broken run left stays there, for who looks into it.
        if !std::thread::panicking() {
            (self.ask)(self.port, &format!("DROP TABLE IF EXISTS {}", self.table));
        }
    }
}
