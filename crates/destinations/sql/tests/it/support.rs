//! The databases of the tests, read back by their own programs.

use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tracework_core::{Destination, Failure, OwnedRecord};
use tracework_sql::Sql;
use tracework_testkit::Bundle;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
    Maria,
}

pub(crate) const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Maria];

/// A table of its own, gone when the test ends.
pub(crate) struct Table {
    pub(crate) engine: Engine,
    pub(crate) name: String,
    folder: TempDir,
}

/// Calls `test` with a table in each database that is there.
pub(crate) fn in_each(test: impl Fn(&Table)) {
    for engine in ENGINES {
        if let Some(table) = Table::new(engine) {
            test(&table);
        }
    }
}

impl Table {
    #[expect(clippy::print_stderr, reason = "a test that was left out says so")]
    /// A name for a table in a database; `None`, and a word about it, if nothing answers there.
    pub(crate) fn new(engine: Engine) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let table = Self { engine, name, folder: tempfile::tempdir().expect("a folder") };
        let answer = table.client("SELECT 1");
        if answer.as_ref().is_ok_and(|answer| answer.status.success()) {
            return Some(table);
        }
        eprintln!("LEFT OUT: nothing answers for {engine:?}; `scripts/services` starts it: {answer:?}");
        None
    }

    pub(crate) fn url(&self) -> String {
        match self.engine {
            Engine::Sqlite => format!("sqlite:{}", self.path()),
            Engine::Postgres => "postgres://postgres@127.0.0.1:5432/test".to_owned(),
            Engine::Maria => "mariadb://root@127.0.0.1:3306/test".to_owned(),
        }
    }

    pub(crate) fn path(&self) -> String {
        self.folder.path().join("logs/app.db").display().to_string()
    }

    /// A destination for it.
    pub(crate) fn sql(&self) -> Sql {
        Sql::new(self.url()).and_then(|sql| sql.table(&self.name)).expect("a destination")
    }

    fn client(&self, statement: &str) -> std::io::Result<Output> {
        let mut command = match self.engine {
            Engine::Sqlite => {
                std::fs::create_dir_all(self.folder.path().join("logs"))?;
                let mut command = Command::new("sqlite3");
                command.args(["-cmd", ".timeout 10000", &self.path()]);
                command
            }
            Engine::Postgres => {
                let mut command = Command::new("psql");
                command.args([
                    "-X",
                    "-h",
                    "127.0.0.1",
                    "-U",
                    "postgres",
                    "-d",
                    "test",
                    "-qAt",
                    "-v",
                    "ON_ERROR_STOP=1",
                ]);
                command.arg("-c");
                command
            }
            Engine::Maria => {
                let mut command = Command::new("mariadb");
                command.args([
                    "-h",
                    "127.0.0.1",
                    "-u",
                    "root",
                    "test",
                    "--default-character-set=utf8mb4",
                    "-NB",
                    "--raw",
                    "-e",
                ]);
                command
            }
        };
        command.arg(statement).output()
    }

    /// What the database's own program answers; `{t}` is the table.
    pub(crate) fn ask(&self, statement: &str) -> String {
        let statement = statement.replace("{t}", &self.name);
        let output = self.client(&statement).expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{:?}: {statement}: {said}", self.engine);
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    pub(crate) fn count(&self) -> usize {
        self.ask("SELECT count(*) FROM {t}").parse().expect("a number")
    }

    /// The text of `expression` in each row, exactly; `None` is NULL. In the order of `order`.
    pub(crate) fn texts(&self, expression: &str, order: &str) -> Vec<Option<String>> {
        let hex = match self.engine {
            Engine::Sqlite => format!("hex({expression})"),
            Engine::Postgres => format!("encode(convert_to(({expression})::text, 'UTF8'), 'hex')"),
            Engine::Maria => format!("HEX(CAST({expression} AS CHAR))"),
        };
        let lines = self.ask(&format!(
            "SELECT CASE WHEN {expression} IS NULL THEN '~' ELSE {} END FROM {{t}} ORDER BY {order}",
            match self.engine {
                Engine::Maria => format!("CONCAT('x', {hex})"),
                _ => format!("'x' || {hex}"),
            }
        ));
        lines.lines().map(|line| line.strip_prefix('x').map(unhex)).collect()
    }
}

fn unhex(hex: &str) -> String {
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits");
    String::from_utf8((0..hex.len()).step_by(2).map(byte).collect()).expect("a text")
}

impl Drop for Table {
    fn drop(&mut self) {
        if self.engine != Engine::Sqlite {
            _ = self.client(&format!("DROP TABLE IF EXISTS {}", self.name));
            _ = self.client(&format!("DELETE FROM tracework_tables WHERE name = '{}'", self.name));
        }
    }
}

/// Delivers records in one batch.
pub(crate) fn deliver(sql: &mut Sql, records: &[OwnedRecord]) -> Result<(), Failure> {
    Bundle::of_records(records.to_vec()).with(|batch| sql.deliver(batch))
}
