//! The database itself, on its own thread.

use super::link::GivenUp;
use crate::engine::table::Fact;
use crate::failure::{Trouble, short};
use crate::rows::{Content, Raw, Rows};
use crate::shape::Shape;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Error, InterruptHandle, OpenFlags, Params, Row, Statement, ToSql};
use std::path::Path;
use std::time::Duration;

/// What each connection begins with. `auto_vacuum` is of use before the first table alone, and `journal_mode` stays in the file.
const PRAGMAS: [&str; 4] = [
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
];

/// A connection.
pub(super) struct Database {
    connection: Connection,
    given_up: GivenUp,
    /// What went wrong in the transaction that is under way: nothing more goes in, and it is taken back.
    trouble: Option<Trouble>,
}

/// What an error means.
fn told(error: &Error) -> Trouble {
    let (said, message) = match error {
        Error::SqliteFailure(said, Some(message)) => (said, message.clone()),
        Error::SqlInputError { error: said, msg, .. } => (said, msg.clone()),
        Error::SqliteFailure(said, None) => (said, said.to_string()),
        other => return Trouble::Other(short(&other.to_string())),
    };
    let why = short(&message);
    // https://www.sqlite.org/rescode.html
    match said.extended_code & 0xff {
        18..=20 => Trouble::Rows { at: None, twice: false, why },
        1 => Trouble::Table(why),
        8 | 10 | 14 | 26 => Trouble::Lost(why),
        _ => Trouble::Other(why),
    }
}

impl ToSql for Raw<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Text(text) => ValueRef::Text(text),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl ToSql for Content<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Database {
    /// Opens a file that is there. A lock is waited for so long.
    pub(super) fn open(path: &Path, busy: Duration, given_up: GivenUp) -> Result<Self, Trouble> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| told(&error))?;
        connection.busy_timeout(busy).map_err(|error| told(&error))?;
        let database = Self { connection, given_up, trouble: None };
        PRAGMAS.iter().try_for_each(|pragma| database.run(pragma, ()).map(|_| ()))?;
        Ok(database)
    }

    /// What breaks off a statement from without.
    pub(super) fn interrupt(&self) -> InterruptHandle {
        self.connection.get_interrupt_handle()
    }

    /// Does a statement to its end; tells how many rows it changed.
    pub(super) fn run(&self, statement: &str, values: impl Params) -> Result<u64, Trouble> {
        let done = self.connection.prepare(statement).and_then(|mut statement| {
            let mut rows = statement.query(values)?;
            // A pragma may answer with rows, and does a part of its work for each.
            while rows.next()?.is_some() {}
            Ok(self.connection.changes())
        });
        done.map_err(|error| told(&error))
    }

    /// What `read` makes of each row that a statement answers with.
    pub(super) fn rows<T>(
        &self,
        statement: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Trouble> {
        let read = self.connection.prepare(statement).and_then(|mut statement| {
            let rows = statement.query_map(values, read)?;
            rows.collect()
        });
        read.map_err(|error| told(&error))
    }

    /// The first value that a statement answers with.
    pub(super) fn ask(&self, statement: &str) -> Result<Option<Vec<u8>>, Trouble> {
        let bytes = |row: &Row<'_>| Ok(row.get_ref(0)?.as_bytes()?.to_vec());
        Ok(self.rows(statement, (), bytes)?.pop())
    }

    /// Which columns a table has.
    pub(super) fn columns(&self, table: &str) -> Result<Vec<Fact>, Trouble> {
        const COLUMNS: &str = "SELECT name, type, EXISTS (SELECT 1 FROM pragma_index_list(?1) AS l \
             WHERE l.\"unique\" AND NOT l.partial AND (SELECT count(*) FROM pragma_index_info(l.name)) = 1 \
             AND (SELECT i.name FROM pragma_index_info(l.name) AS i) = t.name), \
             t.\"notnull\" AND t.dflt_value IS NULL AND NOT t.pk FROM pragma_table_info(?1) AS t";
        self.rows(COLUMNS, [table], |row| {
            let declared: String = row.get(1)?;
            let shape = Shape::of_sqlite(&declared);
            Ok(Fact { name: row.get(0)?, shape, unique: row.get(2)?, needed: row.get(3)? })
        })
    }

    /// Begins a transaction.
    pub(super) fn begin(&mut self) -> Result<(), Trouble> {
        let begun = self.run("BEGIN IMMEDIATE", ());
        self.trouble = begun.as_ref().err().cloned();
        begun.map(|_| ())
    }

    /// Takes rows into the transaction, the first of which is the row `first` of all; none after something went wrong.
    pub(super) fn insert(&mut self, statement: &str, rows: &Rows, first: usize) {
        if self.trouble.is_none() {
            self.trouble = self.insert_rows(statement, rows).err().map(|trouble| match trouble {
                Trouble::Rows { at, twice, why } => Trouble::Rows { at: at.map(|at| first + at), twice, why },
                other => other,
            });
        }
    }

    fn insert_rows(&self, statement: &str, rows: &Rows) -> Result<(), Trouble> {
        let mut insert = self.connection.prepare_cached(statement).map_err(|error| told(&error))?;
        for at in 0..rows.len() {
            self.given_up.check()?;
            bind(&mut insert, rows, at).map_err(|error| told(&error))?;
            insert.raw_execute().map_err(|error| match told(&error) {
                Trouble::Rows { twice, why, .. } => Trouble::Rows { at: Some(at), twice, why },
                other => other,
            })?;
        }
        Ok(())
    }

    /// Ends the transaction: all of it is there, or nothing, and what went wrong is told.
    pub(super) fn end(&mut self) -> Result<(), Trouble> {
        let fine = self.trouble.take().map_or_else(|| self.given_up.check(), Err);
        let ended = fine.and_then(|()| self.run("COMMIT", ()));
        if ended.is_err() {
            self.take_back();
        }
        ended.map(|_| ())
    }

    /// Takes the transaction back. What fails here fails again, and is told, when it is tried once more.
    pub(super) fn take_back(&self) {
        if !self.connection.is_autocommit() {
            _ = self.run("ROLLBACK", ());
        }
    }

    /// Closes the file.
    pub(super) fn close(self) -> Result<(), Trouble> {
        self.connection.close().map_err(|(_, error)| told(&error))
    }
}

/// Binds the row `at`. What stands in a column as it did in the row before is bound already; before the first row all is NULL.
fn bind(insert: &mut Statement<'_>, rows: &Rows, at: usize) -> rusqlite::Result<()> {
    let before = at.checked_sub(1).map(|before| rows.raw(before)).into_iter().flatten();
    for (column, (value, bound)) in rows.raw(at).zip(before.chain(std::iter::repeat(Raw::Null))).enumerate() {
        if value != bound {
            insert.raw_bind_parameter(column + 1, value)?;
        }
    }
    Ok(())
}
