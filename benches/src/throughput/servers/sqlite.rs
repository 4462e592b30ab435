//! SQLite, beside its own library: the same rows in one transaction, or in one for each batch; and beside its own program.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rusqlite::{Connection, params_from_iter, types::Value};
use tempfile::TempDir;
use tracework::core::Attachment;
use tracework::sql::Sql;

use crate::contest::Server;
use crate::lots::{self, Lot};
use crate::programs::timed;

/// What the destination sets too.
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";

/// A file.
struct Sqlite {
    /// Where it is.
    folder: TempDir,
    /// How the destination makes its table.
    tables: Vec<String>,
    /// The rows that the destination makes.
    rows: Vec<Vec<Value>>,
}

/// A file of our own.
pub fn start() -> Result<Box<dyn Server>> {
    Ok(Box::new(Sqlite { folder: tempfile::tempdir()?, tables: Vec::new(), rows: Vec::new() }))
}

impl Sqlite {
    /// Where the file is.
    fn path(&self) -> String {
        self.folder.path().join("app.db").display().to_string()
    }

    /// The file, with the table that the destination makes.
    fn made(&self) -> Result<Connection> {
        let connection = Connection::open(self.path())?;
        connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")?;
        connection.execute_batch(SETTINGS)?;
        self.tables.iter().try_for_each(|table| connection.execute_batch(table))?;
        Ok(connection)
    }

    /// All rows, `together` in a transaction.
    fn insert(&self, lots: &[Lot], all_together: bool) -> Result<Duration> {
        let mut connection = self.made()?;
        let width = self.rows.first().map_or(0, Vec::len);
        let insert = format!("INSERT INTO logs VALUES ({})", vec!["?"; width].join(", "));
        let sizes: Vec<usize> = if all_together { vec![self.rows.len()] } else { lots.iter().map(Lot::len).collect() };
        let (begun, mut rows) = (Instant::now(), self.rows.iter());
        for size in sizes {
            let transaction = connection.transaction()?;
            let mut statement = transaction.prepare(&insert)?;
            for row in rows.by_ref().take(size) {
                statement.execute(params_from_iter(row))?;
            }
            drop(statement);
            transaction.commit()?;
        }
        Ok(begun.elapsed())
    }
}

impl Server for Sqlite {
    fn about(&self) -> String {
        format!("SQLite {}, WAL, synchronous = FULL", rusqlite::version())
    }

    fn begin(&mut self) -> Result<()> {
        self.end()
    }

    fn destination(&self) -> Result<Attachment> {
        Ok(Sql::new(format!("sqlite:{}", self.path()))?.table("logs")?.into())
    }

    fn prepare(&mut self, lots: &[Lot]) -> Result<()> {
        let mut destination = self.destination()?.destination;
        lots::with_batches(lots, |batches| batches.iter().try_for_each(|batch| destination.deliver(batch)))?;
        destination.close()?;
        let connection = Connection::open(self.path())?;
        let mut tables = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = 'logs' AND sql NOT NULL ORDER BY type DESC")?;
        self.tables = tables.query_map((), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let mut rows = connection.prepare("SELECT * FROM logs ORDER BY rowid")?;
        let width = rows.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..width).map(|at| row.get(at)).collect();
        self.rows = rows.query_map((), row)?.collect::<rusqlite::Result<_>>()?;
        let csv = self.folder.path().join("rows.csv").display().to_string();
        timed("sqlite3", &[&self.path(), ".mode csv", &format!(".once {csv}"), "SELECT * FROM logs"], None).map(|_| ())
    }

    fn rivals(&self) -> &'static [&'static str] {
        &[
            "the library, one transaction",
            "the library, a transaction for each batch",
            "sqlite3, .import in one transaction",
        ]
    }

    fn rival(&mut self, which: usize, lots: &[Lot]) -> Result<Duration> {
        if which < 2 {
            return self.insert(lots, which == 0);
        }
        drop(self.made()?);
        let import = format!(".import --csv {} logs", self.folder.path().join("rows.csv").display());
        timed("sqlite3", &[&self.path(), SETTINGS, "BEGIN", &import, "COMMIT"], None)
    }

    fn count(&mut self) -> Result<Option<u64>> {
        let count =
            Connection::open(self.path())?.query_row("SELECT count(*) FROM logs", (), |row| row.get::<_, i64>(0));
        Ok(Some(u64::try_from(count?).context("a count")?))
    }

    fn end(&mut self) -> Result<()> {
        for ending in ["", "-wal", "-shm"] {
            match std::fs::remove_file(self.path() + ending) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }
}
