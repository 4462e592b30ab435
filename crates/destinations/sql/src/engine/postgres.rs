//! PostgreSQL.
//!
//! Nothing is prepared beyond a transaction, no setting of the session is changed, so poolers that hand out a connection
//! for each transaction (PgBouncer) may stand between.

use super::table::{Catalog, Fact, prepare};
use super::{Doing, Engine};
use crate::failure::{Trouble, outside, short};
use crate::keep::Step;
use crate::layout::{Dialect, RECORDS, VERSION};
use crate::name::quoted;
use crate::rows::{Content, Filling, Rows};
use crate::settings::Settings;
use crate::shape::Shape;
use crate::url::Kind;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgDatabaseError};
use sqlx::{Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::ops::Range;

/// How many batches go the careful way after one in which something was there already: more of it will be, when a spool
/// is replayed.
const CAREFUL: u32 = 16;

/// How many bytes are sent at once.
const PIECE: usize = 64 << 10;

struct Postgres {
    connection: PgConnection,
    /// The type of each column, in the order of the layout.
    types: Vec<String>,
    copy: Option<String>,
    /// Is what is done part of a transaction that was begun?
    within: bool,
    /// So many batches go the careful way.
    careful: u32,
    bytes: Vec<u8>,
}

pub(super) async fn connect(settings: &Settings) -> Result<Box<dyn Engine>, Trouble> {
    let options: PgConnectOptions = settings.url.reveal().parse().map_err(|error| told(&error))?;
    let mut options = options.statement_cache_capacity(0).extra_float_digits(None);
    if options.get_application_name().is_none() {
        options = options.application_name("tracework");
    }
    if let Some(password) = &settings.password {
        options = options.password(password.reveal());
    }
    let connection = options.disable_statement_logging().connect().await.map_err(|error| told(&error))?;
    Ok(Box::new(Postgres { connection, types: Vec::new(), copy: None, within: false, careful: 0, bytes: Vec::new() }))
}

/// What an error means.
fn told(error: &sqlx::Error) -> Trouble {
    let Some(said) = error.as_database_error() else { return outside(error) };
    let Some(said) = said.try_downcast_ref::<PgDatabaseError>() else { return Trouble::Other(said.to_string()) };
    let (code, why) = (said.code(), short(said.message()));
    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    match (&code[..2], code) {
        ("22" | "23", _) | (_, "54000") => {
            let (at, twice) = (said.r#where().and_then(line), code == "23505");
            Trouble::Rows { at, twice, why: with_column(said, why) }
        }
        (_, "42P01" | "42703" | "42804" | "42P10") => Trouble::Table(why),
        ("08" | "57", _) => Trouble::Lost(why),
        ("28", _) => Trouble::Other(format!("{why}; the server does not let this user in")),
        (_, "42501") => Trouble::Other(format!("{why}; grant it, or name another user")),
        _ => Trouble::Other(why),
    }
}

fn with_column(said: &PgDatabaseError, why: String) -> String {
    let of_column = |place: &str| {
        let (_, column) = place.split_once(", column ")?;
        Some(column.split(':').next()?.to_owned())
    };
    match said.r#where().and_then(of_column) {
        Some(column) => format!("column `{column}`: {why}"),
        None => why,
    }
}

/// Which row `COPY logs, line 3, column who: "x"` speaks of.
fn line(place: &str) -> Option<usize> {
    let (_, rest) = place.strip_prefix("COPY ")?.split_once(", line ")?;
    let digits = rest.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse::<usize>().ok()?.checked_sub(1)
}

impl Postgres {
    async fn run(&mut self, statement: String) -> Result<(), Trouble> {
        self.connection.execute(AssertSqlSafe(statement)).await.map(|_| ()).map_err(|error| told(&error))
    }

    async fn run_with(&mut self, statement: String, arguments: PgArguments) -> Result<u64, Trouble> {
        let query = sqlx::query_with(AssertSqlSafe(statement), arguments).persistent(false);
        let done = query.execute(&mut self.connection).await;
        done.map(|done| done.rows_affected()).map_err(|error| told(&error))
    }

    /// Does `work` in a transaction, so that one connection of a pooler does all of it.
    async fn in_transaction(&mut self, statement: String, arguments: PgArguments, first: &str) -> Result<u64, Trouble> {
        self.run(format!("BEGIN{first}")).await?;
        let done = self.run_with(statement, arguments).await;
        let ended = self.run(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }.to_owned()).await;
        let done = done?;
        ended.map(|()| done)
    }

    /// The quick way: what is there already is an error. While the server takes some rows, the next are made.
    async fn copy(&mut self, settings: &Settings, rows: &mut Filling<'_>, range: Range<usize>) -> Result<(), Trouble> {
        let statement = self.copy.get_or_insert_with(|| {
            let (table, columns) = (settings.table.quoted(Kind::Postgres), settings.layout.list(Kind::Postgres));
            format!("COPY {table} ({columns}) FROM STDIN")
        });
        let told = |error| told(&error);
        let mut copying = self.connection.copy_in_raw(statement).await.map_err(told)?;
        self.bytes.clear();
        for row in range.clone() {
            write_row(&mut self.bytes, rows.first(row + 1).row(row));
            if self.bytes.len() >= PIECE || row + 1 == range.end {
                copying.send(&self.bytes[..]).await.map_err(told)?;
                self.bytes.clear();
            }
        }
        copying.finish().await.map(|_| ()).map_err(told)
    }

    /// The careful way: what is there already is left as it is.
    async fn insert_new(&mut self, settings: &Settings, rows: &Rows, range: Range<usize>) -> Result<(), Trouble> {
        let (layout, kind) = (&settings.layout, Kind::Postgres);
        let mut arguments = PgArguments::default();
        for column in 0..layout.columns.len() {
            let values = range.clone().map(|row| match rows.at(row, column) {
                Content::Text(text) => Some(text),
                _ => None,
            });
            add(&mut arguments, values.collect::<Vec<_>>())?;
        }
        let numbered = |with: fn(usize, &String) -> String| {
            self.types.iter().enumerate().map(|(at, name)| with(at + 1, name)).collect::<Vec<_>>().join(", ")
        };
        let conflict = layout.id().map(|id| format!(" ON CONFLICT ({}) DO NOTHING", quoted(&id.name, kind)));
        let statement = format!(
            "INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS u({}){}",
            settings.table.quoted(kind),
            layout.list(kind),
            numbered(|at, name| format!("c{at}::{name}")),
            numbered(|at, _| format!("${at}::text[]")),
            numbered(|at, _| format!("c{at}")),
            conflict.unwrap_or_default(),
        );
        self.in_transaction(statement, arguments, "").await.map(|_| ())
    }

    async fn insert_rows(
        &mut self,
        settings: &Settings,
        rows: &mut Filling<'_>,
        range: Range<usize>,
    ) -> Result<(), Trouble> {
        if self.careful > 0 {
            self.careful -= 1;
            return self.insert_new(settings, rows.first(range.end), range).await;
        }
        match self.copy(settings, rows, range.clone()).await {
            // Perhaps an event is there already; perhaps it is another key, which then shows again.
            Err(Trouble::Rows { twice: true, .. }) if settings.layout.id().is_some() => {
                self.careful = CAREFUL;
                self.insert_new(settings, rows.first(range.end), range).await
            }
            done => done,
        }
    }
}

/// Adds an argument.
fn add<'q, T>(arguments: &mut PgArguments, value: T) -> Result<(), Trouble>
where
    T: sqlx::Encode<'q, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    arguments.add(value).map_err(|error| Trouble::Other(error.to_string()))
}

/// Appends a row in the [text format](https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2) of `COPY`.
fn write_row<'a>(out: &mut Vec<u8>, row: impl Iterator<Item = Content<'a>>) {
    for (at, content) in row.enumerate() {
        if at > 0 {
            out.push(b'\t');
        }
        match content {
            Content::Null => out.extend_from_slice(b"\\N"),
            Content::Text(text) => write_text(out, text.as_bytes()),
            Content::Bytes(bytes) => write_text(out, bytes),
        }
    }
    out.push(b'\n');
}

fn write_text(out: &mut Vec<u8>, mut text: &[u8]) {
    while let Some(at) = text.iter().position(|byte| matches!(byte, b'\\' | b'\n' | b'\r' | b'\t')) {
        out.extend_from_slice(&text[..at]);
        out.extend_from_slice(match text[at] {
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            _ => b"\\\\",
        });
        text = &text[at + 1..];
    }
    out.extend_from_slice(text);
}

impl Engine for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn prepare<'a>(&'a mut self, settings: &'a Settings) -> Doing<'a, Vec<Shape>> {
        Box::pin(async move {
            let shapes = prepare(self, settings).await?;
            self.types = self.types_of(settings).await?;
            Ok(shapes)
        })
    }

    fn insert<'a>(
        &'a mut self,
        settings: &'a Settings,
        rows: &'a mut Filling<'_>,
        range: Range<usize>,
    ) -> Doing<'a, ()> {
        Box::pin(self.insert_rows(settings, rows, range))
    }

    fn delete<'a>(&'a mut self, settings: &'a Settings, step: &'a Step) -> Doing<'a, u64> {
        Box::pin(async move {
            let table = settings.table.quoted(Kind::Postgres);
            let (column, sign) = (quoted(&step.column, Kind::Postgres), step.sign());
            let at = settings.layout.columns.iter().position(|other| other.name == step.column);
            let Some(kind) = at.and_then(|at| self.types.get(at)) else { return Ok(0) };
            let old = format!(
                "SELECT tableoid, ctid FROM {table} WHERE {column} {sign} $1::text::{kind} ORDER BY {column} LIMIT {}",
                Step::ROWS
            );
            let mut arguments = PgArguments::default();
            if let Content::Text(bound) = step.bound() {
                add(&mut arguments, bound)?;
            }
            let statement = format!("DELETE FROM {table} WHERE (tableoid, ctid) IN ({old})");
            self.in_transaction(statement, arguments, "; SET LOCAL statement_timeout = 4500").await
        })
    }

    fn ask(&mut self, statement: String) -> Doing<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let rows = self.fetch(statement, PgArguments::default()).await?;
            let Some(row) = rows.first() else { return Ok(None) };
            row.try_get::<String, _>(0).map(|text| Some(text.into_bytes())).map_err(|error| told(&error))
        })
    }

    fn close(self: Box<Self>) -> Doing<'static, ()> {
        Box::pin(async move { self.connection.close().await.map_err(|error| told(&error)) })
    }
}

const COLUMNS: &str = "SELECT a.attname::text, format_type(a.atttypid, -1), EXISTS (SELECT 1 FROM pg_index AS i \
     WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1 \
     AND i.indkey[0] = a.attnum), \
     a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' FROM pg_attribute AS a \
     WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped";

impl Postgres {
    /// The rows that a statement finds, in a transaction of its own.
    async fn fetch(
        &mut self,
        statement: String,
        arguments: PgArguments,
    ) -> Result<Vec<sqlx::postgres::PgRow>, Trouble> {
        let within = self.within;
        if !within {
            self.run("BEGIN".to_owned()).await?;
        }
        let query = sqlx::query_with(AssertSqlSafe(statement), arguments).persistent(false);
        let found = query.fetch_all(&mut self.connection).await.map_err(|error| told(&error));
        if !within {
            let ended = self.run(if found.is_ok() { "COMMIT" } else { "ROLLBACK" }.to_owned()).await;
            return found.and_then(|found| ended.map(|()| found));
        }
        found
    }

    async fn facts(&mut self, settings: &Settings) -> Result<Vec<(Fact, String)>, Trouble> {
        let mut arguments = PgArguments::default();
        add(&mut arguments, settings.table.quoted(Kind::Postgres))?;
        let rows = self.fetch(COLUMNS.to_owned(), arguments).await?;
        let fact = |row: &sqlx::postgres::PgRow| {
            let kind: String = row.try_get(1)?;
            let shape = Shape::of_postgres(&kind);
            Ok((Fact { name: row.try_get(0)?, shape, unique: row.try_get(2)?, needed: row.try_get(3)? }, kind))
        };
        rows.iter().map(fact).collect::<Result<_, sqlx::Error>>().map_err(|error| told(&error))
    }

    /// The types of the columns, in the order of the layout.
    async fn types_of(&mut self, settings: &Settings) -> Result<Vec<String>, Trouble> {
        let facts = self.facts(settings).await?;
        let type_of = |name: &str| {
            facts.iter().find(|(fact, _)| fact.name.eq_ignore_ascii_case(name)).map(|(_, kind)| kind.clone())
        };
        Ok(settings.layout.columns.iter().filter_map(|column| type_of(&column.name)).collect())
    }
}

impl Catalog for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn columns(&mut self, settings: &Settings) -> Result<Option<Vec<Fact>>, Trouble> {
        let facts = self.facts(settings).await?;
        Ok((!facts.is_empty()).then(|| facts.into_iter().map(|(fact, _)| fact).collect()))
    }

    async fn change(&mut self, statement: String) -> Result<(), Trouble> {
        self.run(statement).await
    }

    async fn recorded(&mut self, settings: &Settings) -> Result<Option<i64>, Trouble> {
        let records = settings.table.beside(RECORDS).quoted(Kind::Postgres);
        let mut arguments = PgArguments::default();
        add(&mut arguments, records.as_str())?;
        let there = self.fetch("SELECT to_regclass($1) IS NOT NULL".to_owned(), arguments).await?;
        let there = there.first().map(|row| row.try_get::<bool, _>(0)).transpose().map_err(|error| told(&error))?;
        if there != Some(true) {
            return Ok(None);
        }
        let mut arguments = PgArguments::default();
        add(&mut arguments, settings.table.table.as_str())?;
        let found = self.fetch(format!("SELECT version FROM {records} WHERE name = $1"), arguments).await?;
        found.first().map(|row| row.try_get(0)).transpose().map_err(|error| told(&error))
    }

    async fn record(&mut self, settings: &Settings) -> Result<(), Trouble> {
        let records = settings.table.beside(RECORDS).quoted(Kind::Postgres);
        let mut arguments = PgArguments::default();
        add(&mut arguments, settings.table.table.as_str())?;
        let values = format!("VALUES ($1, {VERSION}) ON CONFLICT (name) DO UPDATE SET version = {VERSION}");
        self.run_with(format!("INSERT INTO {records} (name, version) {values}"), arguments).await.map(|_| ())
    }

    async fn begin(&mut self) -> Result<(), Trouble> {
        self.within = true;
        self.run(format!("BEGIN; SELECT pg_advisory_xact_lock(hashtext('{RECORDS}'))")).await
    }

    async fn end(&mut self, keep: bool) -> Result<(), Trouble> {
        self.within = false;
        let ended = self.run(if keep { "COMMIT" } else { "ROLLBACK" }.to_owned()).await;
        if keep { ended } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_escaped_as_copy_reads_them() {
        let mut out = Vec::new();
        write_row(&mut out, [Content::Null, Content::Text("a\tb\\N\n\r"), Content::Text("")].into_iter());
        assert_eq!(String::from_utf8_lossy(&out), "\\N\ta\\tb\\\\N\\n\\r\t\n");
    }

    #[test]
    fn the_line_that_an_error_speaks_of_is_read() {
        assert_eq!(line("COPY logs, line 3, column who: \"x\""), Some(2));
        assert_eq!(line("COPY logs, line 1"), Some(0));
        assert_eq!(line("SQL function \"f\""), None);
        assert_eq!(line("COPY logs, line x"), None);
    }
}
