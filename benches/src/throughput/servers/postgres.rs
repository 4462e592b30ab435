//! PostgreSQL, beside `COPY` by psql.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use tracework::core::Attachment;
use tracework::sql::Sql;

use super::unique;
use crate::contest::Server;
use crate::lots::{self, Lot};
use crate::programs::{printed, run, timed, write};

/// How psql is called.
const PSQL: [&str; 11] =
    ["-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-U", "postgres", "-d", "test", "-vON_ERROR_STOP=1"];

/// The server at its usual port.
struct Postgres {
    /// The table of a run.
    table: String,
    /// A table as the destination makes it, without rows.
    model: String,
    /// What the rivals read.
    folder: TempDir,
}

/// The server, if it runs.
pub fn start() -> Result<Box<dyn Server>> {
    let postgres = Postgres { table: unique(), model: unique(), folder: tempfile::tempdir()? };
    postgres.say("SELECT 1")?;
    Ok(Box::new(postgres))
}

impl Postgres {
    /// Runs a statement; what it answers.
    fn say(&self, statement: &str) -> Result<String> {
        printed("psql", &[&PSQL[..], &["-c", statement]].concat())
    }
}

/// The destination into a table.
fn into(table: &str) -> Result<Sql> {
    Ok(Sql::new("postgres://postgres@127.0.0.1:5432/test")?.table(table)?)
}

impl Server for Postgres {
    fn about(&self) -> String {
        format!("PostgreSQL {}", self.say("SHOW server_version").unwrap_or_default())
    }

    fn begin(&mut self) -> Result<()> {
        self.end()
    }

    fn destination(&self) -> Result<Attachment> {
        Ok(into(&self.table)?.into())
    }

    /// The rows that the destination makes, as `COPY` writes them: all of them, and batch by batch.
    fn prepare(&mut self, lots: &[Lot]) -> Result<()> {
        use tracework::core::Destination as _;
        let mut sql = into(&self.model)?;
        lots::with_batches(lots, |batches| batches.iter().try_for_each(|batch| sql.deliver(batch)))?;
        sql.close()?;
        let all = self.folder.path().join("all.txt");
        self.say(&format!("\\copy {} TO '{}'", self.model, all.display()))?;
        self.say(&format!("TRUNCATE {}", self.model))?;
        let text = std::fs::read_to_string(&all)?;
        let (mut lines, mut copies) = (text.lines(), String::new());
        for lot in lots {
            writeln!(copies, "COPY {} FROM STDIN;", self.table)?;
            lines.by_ref().take(lot.len()).try_for_each(|line| writeln!(copies, "{line}"))?;
            copies.push_str("\\.\n");
        }
        ensure!(lines.next().is_none(), "there are more rows than records");
        write(&self.folder.path().join("batches.sql"), copies.as_bytes())
    }

    fn rivals(&self) -> &'static [&'static str] {
        &["psql, one COPY of all", "psql, a COPY for each batch"]
    }

    fn rival(&mut self, which: usize, _: &[Lot]) -> Result<Duration> {
        self.say(&format!("CREATE TABLE {} (LIKE {} INCLUDING ALL)", self.table, self.model))?;
        if which == 0 {
            let copy = format!("\\copy {} FROM '{}'", self.table, self.folder.path().join("all.txt").display());
            return timed("psql", &[&PSQL[..], &["-c", &copy]].concat(), None);
        }
        timed("psql", &PSQL, Some(&self.folder.path().join("batches.sql")))
    }

    fn count(&mut self) -> Result<Option<u64>> {
        Ok(Some(self.say(&format!("SELECT count(*) FROM {}", self.table))?.parse()?))
    }

    fn end(&mut self) -> Result<()> {
        let quiet = "SET client_min_messages = error";
        self.say(&format!("{quiet}; DROP TABLE IF EXISTS {}; CHECKPOINT", self.table)).map(|_| ())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // What is left there is an empty table.
        let _ = run("psql", &[&PSQL[..], &["-c", &format!("DROP TABLE IF EXISTS {}", self.model)]].concat(), None);
    }
}
