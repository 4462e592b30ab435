//! MySQL and MariaDB.

use super::statements::Statements;
use super::table::{Catalog, Fact, prepare};
use super::{Doing, Engine, overlap};
use crate::failure::{Trouble, outside, short};
use crate::keep::Step;
use crate::layout::{Dialect, RECORDS, VERSION};
use crate::name::quoted;
use crate::rows::{Content, Filling, Rows};
use crate::settings::Settings;
use crate::shape::Shape;
use crate::url::Kind;
use sqlx::mysql::{MySqlArguments, MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlRow};
use sqlx::{Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// The most rows of one statement.
const MOST_ROWS: usize = 512;

/// The most values of one statement: the protocol counts them in 16 bits.
const MOST_VALUES: usize = 65_535;

/// The most bytes of one statement, if the server takes so many.
const MOST_BYTES: usize = 4 << 20;

/// How often it is asked again which rows are there, while others write the same.
const ATTEMPTS: usize = 3;

struct MySql {
    connection: MySqlConnection,
    statements: Option<Statements>,
    dialect: Dialect,
    /// The most bytes that the server takes at once (`max_allowed_packet`).
    packet: usize,
}

pub(super) async fn connect(settings: &Settings) -> Result<Box<dyn Engine>, Trouble> {
    let url = settings.url.reveal().replacen("mariadb://", "mysql://", 1);
    let mut options: MySqlConnectOptions = url.parse().map_err(|error| told(&error))?;
    if let Some(password) = &settings.password {
        options = options.password(password.reveal());
    }
    // `||` stays what it is: a statement of an operator's trigger may have it.
    let options = options.pipes_as_concat(false).disable_statement_logging();
    let mut connection = options.connect().await.map_err(|error| told(&error))?;
    // What does not fit a column is refused, never cut or zeroed in silence.
    let strict = "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')";
    connection.execute(strict).await.map_err(|error| told(&error))?;
    let about = sqlx::query("SELECT CAST(VERSION() AS CHAR), CAST(@@max_allowed_packet AS SIGNED)").persistent(false);
    let about = about.fetch_one(&mut connection).await.map_err(|error| told(&error))?;
    let version: String = about.try_get(0).map_err(|error| told(&error))?;
    let packet: i64 = about.try_get(1).map_err(|error| told(&error))?;
    let dialect = if version.contains("MariaDB") { Dialect::MariaDb } else { Dialect::MySql };
    let packet = usize::try_from(packet).unwrap_or(usize::MAX);
    Ok(Box::new(MySql { connection, statements: None, dialect, packet }))
}

/// What an error means.
fn told(error: &sqlx::Error) -> Trouble {
    let Some(said) = error.as_database_error() else { return outside(error) };
    let Some(said) = said.try_downcast_ref::<MySqlDatabaseError>() else { return Trouble::Other(said.to_string()) };
    let why = short(said.message());
    let class = said.code().and_then(|state| state.get(..2)).unwrap_or_default();
    let rows = |twice: bool| Trouble::Rows { at: row_of(said.message()), twice, why: why.clone() };
    // https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html, https://mariadb.com/kb/en/mariadb-error-codes/
    match (said.number(), class) {
        (1022 | 1062 | 1169 | 1586, _) => rows(true),
        // A constraint, a value that does not fit, a row that is too large, invalid JSON.
        (1118 | 1153 | 1264 | 1265 | 1292 | 1366 | 1367 | 1411 | 1690 | 3140 | 3819 | 4025, _) => rows(false),
        (_, "22" | "23") => rows(false),
        (1054 | 1051 | 1146 | 1364, _) => Trouble::Table(why),
        (1053 | 1077 | 1079 | 1080 | 1152 | 1927, _) | (_, "08") => Trouble::Lost(why),
        (1044 | 1045 | 1698, _) => Trouble::Other(format!("{why}; the server does not let this user in")),
        (1142 | 1143 | 1227, _) => Trouble::Other(format!("{why}; grant it, or name another user")),
        _ => Trouble::Other(why),
    }
}

/// Which row `Data too long for column 'who' at row 3` speaks of.
fn row_of(message: &str) -> Option<usize> {
    let (_, number) = message.rsplit_once(" at row ")?;
    number.parse::<usize>().ok()?.checked_sub(1)
}

fn bind(arguments: &mut MySqlArguments, content: Content<'_>) -> Result<(), Trouble> {
    let bound = match content {
        Content::Null => arguments.add(None::<&str>),
        Content::Text(text) => arguments.add(text),
        Content::Bytes(bytes) => arguments.add(bytes),
    };
    bound.map_err(|error| Trouble::Other(error.to_string()))
}

/// The same trouble, of a row counted from the first of all.
fn from(trouble: Trouble, first: usize) -> Trouble {
    match trouble {
        Trouble::Rows { at, twice, why } => Trouble::Rows { at: at.map(|at| at + first), twice, why },
        other => other,
    }
}

impl MySql {
    async fn run(&mut self, statement: &'static str) -> Result<(), Trouble> {
        self.connection.execute(statement).await.map(|_| ()).map_err(|error| told(&error))
    }

    async fn run_with(&mut self, statement: String, arguments: MySqlArguments) -> Result<u64, Trouble> {
        let query = sqlx::query_with(AssertSqlSafe(statement), arguments).persistent(false);
        let done = query.execute(&mut self.connection).await;
        done.map(|done| done.rows_affected()).map_err(|error| told(&error))
    }

    async fn fetch(&mut self, statement: String, arguments: MySqlArguments) -> Result<Vec<MySqlRow>, Trouble> {
        let query = sqlx::query_with(AssertSqlSafe(statement), arguments).persistent(false);
        query.fetch_all(&mut self.connection).await.map_err(|error| told(&error))
    }

    /// Takes the rows of `range`; an event that is there already is an error.
    async fn insert_new(
        &mut self,
        settings: &Settings,
        rows: &mut Filling<'_>,
        range: Range<usize>,
    ) -> Result<(), Trouble> {
        let mut statements = self.statements.take().unwrap_or_else(|| {
            Statements::new(&settings.table, &settings.layout, Kind::MySql, (MOST_ROWS, MOST_VALUES))
        });
        let done = self.insert_pieces(&mut statements, rows, range).await;
        self.statements = Some(statements);
        done
    }

    /// Statement after statement. While one is busy, the next is made.
    async fn insert_pieces(
        &mut self,
        statements: &mut Statements,
        rows: &mut Filling<'_>,
        range: Range<usize>,
    ) -> Result<(), Trouble> {
        let (mut left, mut made, most_bytes) = (range.clone(), None, self.packet / 2);
        while !left.is_empty() {
            let first = left.start - range.start;
            let next = made.take().unwrap_or_else(|| piece(statements, rows, &left, most_bytes));
            let (statement, arguments, end) = next.map_err(|trouble| from(trouble, first))?;
            left.start = end;
            let most = left.end.min(end + MOST_ROWS);
            let query = sqlx::query_with(AssertSqlSafe(statement), arguments);
            let done = overlap(query.execute(&mut self.connection), || {
                let more = rows.some_more(most);
                if !more && made.is_none() && !left.is_empty() {
                    made = Some(piece(statements, rows, &left, most_bytes));
                }
                more
            });
            done.await.map_err(|error| from(told(&error), first))?;
        }
        Ok(())
    }

    /// The same in a transaction.
    async fn insert_whole(
        &mut self,
        settings: &Settings,
        rows: &mut Filling<'_>,
        range: Range<usize>,
    ) -> Result<(), Trouble> {
        self.run("START TRANSACTION").await?;
        match self.insert_new(settings, rows, range).await {
            Ok(()) => self.run("COMMIT").await,
            Err(trouble) => {
                _ = self.run("ROLLBACK").await;
                Err(trouble)
            }
        }
    }

    /// Takes those rows of `range` whose events are not there, as one.
    async fn insert_missing(
        &mut self,
        settings: &Settings,
        rows: &mut Filling<'_>,
        range: Range<usize>,
    ) -> Result<(), Trouble> {
        let Some(id) = settings.layout.id_at() else { return Ok(()) };
        let made = rows.first(range.end);
        let mut seen = self.there(settings, made, id, range.clone()).await?;
        let is_new = |row: &usize| seen.insert(content_bytes(made.at(*row, id)).to_vec());
        let new: Vec<usize> = range.clone().filter(is_new).collect();
        self.run("START TRANSACTION").await?;
        let mut done = Ok(());
        for run in runs(&new) {
            let first = run.start - range.start;
            done = self.insert_new(settings, rows, run).await.map_err(|trouble| from(trouble, first));
            if done.is_err() {
                break;
            }
        }
        match done {
            Ok(()) => self.run("COMMIT").await,
            Err(trouble) => {
                _ = self.run("ROLLBACK").await;
                Err(trouble)
            }
        }
    }

    /// The ids among those of `range` that are in the table.
    async fn there(
        &mut self,
        settings: &Settings,
        rows: &Rows,
        id: usize,
        range: Range<usize>,
    ) -> Result<HashSet<Vec<u8>>, Trouble> {
        let (table, mut found) = (settings.table.quoted(Kind::MySql), HashSet::new());
        let column = quoted(&settings.layout.columns[id].name, Kind::MySql);
        let all: Vec<usize> = range.collect();
        for some in all.chunks(1_000) {
            let mut arguments = MySqlArguments::default();
            for &row in some {
                bind(&mut arguments, rows.at(row, id))?;
            }
            let places = vec!["?"; some.len()].join(",");
            let statement = format!("SELECT CAST({column} AS BINARY) FROM {table} WHERE {column} IN ({places})");
            for row in self.fetch(statement, arguments).await? {
                found.insert(row.try_get::<Vec<u8>, _>(0).map_err(|error| told(&error))?);
            }
        }
        Ok(found)
    }

    async fn insert_rows(
        &mut self,
        settings: &Settings,
        rows: &mut Filling<'_>,
        range: Range<usize>,
    ) -> Result<(), Trouble> {
        let mut done = self.insert_whole(settings, rows, range.clone()).await;
        if settings.layout.id().is_none() {
            return done;
        }
        for _ in 0..ATTEMPTS {
            if !matches!(done, Err(Trouble::Rows { twice: true, .. })) {
                break;
            }
            done = self.insert_missing(settings, rows, range.clone()).await;
        }
        done
    }
}

/// A statement for the first rows of `range`, what is bound in it, and where these rows end.
fn piece(
    statements: &mut Statements,
    rows: &mut Filling<'_>,
    range: &Range<usize>,
    most_bytes: usize,
) -> Result<(Arc<str>, MySqlArguments, usize), Trouble> {
    // Beside the values stand their types and lengths.
    let (statement, piece) = statements.next(rows, range, MOST_BYTES.min(most_bytes));
    let end = piece.end;
    Ok((statement, bound(rows.first(end), piece, most_bytes)?, end))
}

/// What is bound for the rows of `piece`, none of which may have more than `most` bytes.
fn bound(rows: &Rows, piece: Range<usize>, most: usize) -> Result<MySqlArguments, Trouble> {
    let mut arguments = MySqlArguments::default();
    for row in piece.clone() {
        if rows.size(row) >= most {
            let bytes = rows.size(row);
            let why =
                format!("a row of {bytes} bytes is too large for the server (max_allowed_packet is {})", 2 * most);
            return Err(Trouble::Rows { at: Some(row - piece.start), twice: false, why });
        }
        for content in rows.row(row) {
            bind(&mut arguments, content)?;
        }
    }
    Ok(arguments)
}

fn content_bytes(content: Content<'_>) -> &[u8] {
    match content {
        Content::Null => &[],
        Content::Text(text) => text.as_bytes(),
        Content::Bytes(bytes) => bytes,
    }
}

/// Ascending numbers as ranges.
fn runs(numbers: &[usize]) -> impl Iterator<Item = Range<usize>> {
    numbers.chunk_by(|a, b| a + 1 == *b).filter_map(|run| Some(*run.first()?..run.last()? + 1))
}

impl Engine for MySql {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn prepare<'a>(&'a mut self, settings: &'a Settings) -> Doing<'a, Vec<Shape>> {
        Box::pin(prepare(self, settings))
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
            let table = settings.table.quoted(Kind::MySql);
            let (column, sign) = (quoted(&step.column, Kind::MySql), step.sign());
            let delete = format!("DELETE FROM {table} WHERE {column} {sign} ? ORDER BY {column} LIMIT {}", Step::ROWS);
            let statement = match self.dialect {
                Dialect::MariaDb => format!("SET STATEMENT max_statement_time = 4.5 FOR {delete}"),
                _ => delete,
            };
            let mut arguments = MySqlArguments::default();
            bind(&mut arguments, step.bound())?;
            self.run_with(statement, arguments).await
        })
    }

    fn ask(&mut self, statement: String) -> Doing<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let found = self.fetch(statement, MySqlArguments::default()).await?;
            found.first().map(|row| row.try_get(0)).transpose().map_err(|error| told(&error))
        })
    }

    fn close(self: Box<Self>) -> Doing<'static, ()> {
        Box::pin(async move { self.connection.close().await.map_err(|error| told(&error)) })
    }
}

/// `JSON` stands for what is a JSON column. Each part names the schema and the table itself: what is taken over from another
/// part has the server open every table that it has, once for each column.
const COLUMNS: &str = "SELECT CAST(c.column_name AS CHAR), CAST(c.data_type AS CHAR), \
     CAST(EXISTS (SELECT 1 FROM information_schema.statistics AS s WHERE s.table_schema = COALESCE(?, DATABASE()) \
     AND s.table_name = ? AND s.non_unique = 0 GROUP BY s.index_name HAVING COUNT(*) = 1 \
     AND MAX(s.column_name) = c.column_name AND MAX(s.sub_part) IS NULL) AS SIGNED), \
     CAST(c.is_nullable = 'NO' AND c.column_default IS NULL AND c.extra = '' AS SIGNED), CAST(JSON AS SIGNED) \
     FROM information_schema.columns AS c \
     WHERE c.table_schema = COALESCE(?, DATABASE()) AND c.table_name = ? ORDER BY c.ordinal_position";

/// MariaDB's JSON is a text with a check.
const MARIA_JSON: &str = "EXISTS (SELECT 1 FROM information_schema.check_constraints AS k \
     WHERE k.constraint_schema = COALESCE(?, DATABASE()) AND k.table_name = ? \
     AND k.check_clause = CONCAT('json_valid(`', c.column_name, '`)'))";

/// Asks what columns a table has. The schema and the table are to be bound as often as the number says.
fn columns_of(dialect: Dialect) -> (String, usize) {
    let json = if dialect == Dialect::MariaDb { MARIA_JSON } else { "c.data_type = 'json'" };
    let statement = COLUMNS.replace("JSON", json);
    let times = statement.matches('?').count() / 2;
    (statement, times)
}

impl Catalog for MySql {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    async fn columns(&mut self, settings: &Settings) -> Result<Option<Vec<Fact>>, Trouble> {
        let (statement, times) = columns_of(self.dialect);
        let mut arguments = MySqlArguments::default();
        for _ in 0..times {
            bind(&mut arguments, settings.table.schema.as_deref().map_or(Content::Null, Content::Text))?;
            bind(&mut arguments, Content::Text(&settings.table.table))?;
        }
        let rows = self.fetch(statement, arguments).await?;
        let fact = |row: &MySqlRow| {
            let kind: String = row.try_get(1)?;
            let is = |at: usize| row.try_get::<i64, _>(at).map(|yes| yes != 0);
            let shape = if is(4)? { Shape::Json } else { Shape::of_mysql(&kind.to_ascii_lowercase()) };
            Ok(Fact { name: row.try_get(0)?, shape, unique: is(2)?, needed: is(3)? })
        };
        let facts = rows.iter().map(fact).collect::<Result<Vec<_>, sqlx::Error>>().map_err(|error| told(&error))?;
        Ok((!facts.is_empty()).then_some(facts))
    }

    async fn change(&mut self, statement: String) -> Result<(), Trouble> {
        match self.connection.execute(AssertSqlSafe(statement)).await {
            Ok(_) => Ok(()),
            // Another process was quicker: the column is there.
            Err(error) => {
                match error.as_database_error().and_then(|said| said.try_downcast_ref::<MySqlDatabaseError>()) {
                    Some(said) if said.number() == 1060 => Ok(()),
                    _ => Err(told(&error)),
                }
            }
        }
    }

    async fn recorded(&mut self, settings: &Settings) -> Result<Option<i64>, Trouble> {
        let records = settings.table.beside(RECORDS).quoted(Kind::MySql);
        let mut arguments = MySqlArguments::default();
        bind(&mut arguments, Content::Text(&settings.table.table))?;
        match self.fetch(format!("SELECT version FROM {records} WHERE name = ?"), arguments).await {
            Ok(found) => found.first().map(|row| row.try_get(0)).transpose().map_err(|error| told(&error)),
            Err(Trouble::Table(_)) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    async fn record(&mut self, settings: &Settings) -> Result<(), Trouble> {
        let records = settings.table.beside(RECORDS).quoted(Kind::MySql);
        let mut arguments = MySqlArguments::default();
        bind(&mut arguments, Content::Text(&settings.table.table))?;
        let statement = format!("REPLACE INTO {records} (name, version) VALUES (?, {VERSION})");
        self.run_with(statement, arguments).await.map(|_| ())
    }

    /// A change of a table ends a transaction, so there is none; each is done once, whoever does it.
    async fn begin(&mut self) -> Result<(), Trouble> {
        Ok(())
    }

    async fn end(&mut self, _: bool) -> Result<(), Trouble> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_that_an_error_speaks_of_is_read() {
        assert_eq!(row_of("Data too long for column 'who' at row 3"), Some(2));
        assert_eq!(row_of("Column 'who' cannot be null"), None);
        assert_eq!(row_of("x at row y"), None);
    }

    /// With hundreds of tables on a server, to look at all of them takes seconds, and every connection asks.
    #[test]
    fn asking_for_a_table_opens_no_other() {
        let Some(server) = tracework_testkit::service("mariadb", "127.0.0.1:3306") else { return };
        let (statement, times) = columns_of(Dialect::MariaDb);
        assert_eq!((times, statement.matches("COALESCE(?").count()), (3, 3));
        let statement = format!("EXPLAIN {}", statement.replace("(?", "(NULL").replace('?', "'any'"));
        let mut command = std::process::Command::new("mariadb");
        command.args(["-h", "127.0.0.1", "-P", &server.port().to_string(), "-u", "root", "-N", "-B", "-e", &statement]);
        let output = command.arg("test").output().unwrap();
        let plan = String::from_utf8_lossy(&output.stdout);
        assert_eq!(plan.matches("Scanned 0 databases").count(), times, "{plan} {output:?}");
    }

    #[test]
    fn numbers_are_put_together() {
        assert_eq!(runs(&[1, 2, 3, 5, 8, 9]).collect::<Vec<_>>(), [1..4, 5..6, 8..10]);
        assert_eq!(runs(&[]).count(), 0);
    }
}
