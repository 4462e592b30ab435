//! SQLite.

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
use sqlx::sqlite::{
    SqliteArguments, SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous,
};
use sqlx::{Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The most rows of one statement: while they are taken, the next are made.
const MOST_ROWS: usize = 256;

/// The most values of one statement: `SQLITE_MAX_VARIABLE_NUMBER`.
const MOST_VALUES: usize = 32_766;

/// The most bytes of one statement.
const MOST_BYTES: usize = 4 << 20;

/// The mode of a new file, which those of its journal have too, and of new folders.
#[cfg(unix)]
const MODES: (u32, u32) = (0o640, 0o750);

struct Sqlite {
    connection: SqliteConnection,
    statements: Option<Statements>,
    path: PathBuf,
    identity: Option<Identity>,
}

/// What tells a file from another of the same name.
type Identity = (u64, u64);

pub(super) async fn connect(settings: &Settings) -> Result<Box<dyn Engine>, Trouble> {
    let path = PathBuf::from(settings.url.path());
    make_file(&path).map_err(|error| Trouble::Other(format!("cannot be created: {error}")))?;
    let busy = (settings.timeout / 2).min(Duration::from_secs(5));
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(busy)
        .thread_name(|number| format!("tracework-sqlite-{number}"))
        .disable_statement_logging();
    let connection = options.connect().await.map_err(|error| told(&error))?;
    let identity = identity(&path);
    Ok(Box::new(Sqlite { connection, statements: None, path, identity }))
}

/// Makes the file and the folders above it if they are not there.
#[cfg(unix)]
fn make_file(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(MODES.1).create(folder)?;
    }
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(MODES.0).open(path) {
        // Whatever the process masks.
        Ok(file) => file.set_permissions(std::fs::Permissions::from_mode(MODES.0)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes the folders above the file.
#[cfg(not(unix))]
fn make_file(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::OpenOptions::new().append(true).create(true).open(path).map(|_| ())
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|data| (data.dev(), data.ino()))
}

/// Other systems do not let an open file be deleted.
#[cfg(not(unix))]
fn identity(_: &Path) -> Option<Identity> {
    Some((0, 0))
}

/// What an error means.
fn told(error: &sqlx::Error) -> Trouble {
    let Some(said) = error.as_database_error() else { return outside(error) };
    let extended: u32 = said.code().and_then(|code| code.parse().ok()).unwrap_or_default();
    let why = short(said.message());
    // https://www.sqlite.org/rescode.html
    match extended & 0xff {
        18..=20 => Trouble::Rows { at: None, twice: false, why },
        1 => Trouble::Table(why),
        8 | 10 | 14 | 26 => Trouble::Lost(why),
        _ => Trouble::Other(why),
    }
}

impl Sqlite {
    async fn run(&mut self, statement: String) -> Result<u64, Trouble> {
        let done = self.connection.execute(AssertSqlSafe(statement)).await;
        done.map(|done| done.rows_affected()).map_err(|error| told(&error))
    }

    async fn run_with(&mut self, statement: String, arguments: SqliteArguments) -> Result<u64, Trouble> {
        let query = sqlx::query_with(AssertSqlSafe(statement), arguments).persistent(false);
        let done = query.execute(&mut self.connection).await;
        done.map(|done| done.rows_affected()).map_err(|error| told(&error))
    }

    async fn insert_all(
        &mut self,
        settings: &Settings,
        rows: &mut Filling<'_>,
        range: Range<usize>,
    ) -> Result<(), Trouble> {
        let mut statements = self.statements.take().unwrap_or_else(|| {
            Statements::new(&settings.table, &settings.layout, Kind::Sqlite, (MOST_ROWS, MOST_VALUES))
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
        mut range: Range<usize>,
    ) -> Result<(), Trouble> {
        let mut made = None;
        while !range.is_empty() {
            let next = made.take().unwrap_or_else(|| piece(statements, rows, &range));
            let (statement, arguments, end) = next?;
            range.start = end;
            let most = range.end.min(end + MOST_ROWS);
            let query = sqlx::query_with(AssertSqlSafe(statement), arguments);
            let done = overlap(query.execute(&mut self.connection), || {
                let more = rows.some_more(most);
                if !more && made.is_none() && !range.is_empty() {
                    made = Some(piece(statements, rows, &range));
                }
                more
            });
            done.await.map_err(|error| told(&error))?;
        }
        Ok(())
    }
}

/// A statement for the first rows of `range`, what is bound in it, and where these rows end.
fn piece(
    statements: &mut Statements,
    rows: &mut Filling<'_>,
    range: &Range<usize>,
) -> Result<(Arc<str>, SqliteArguments, usize), Trouble> {
    let (statement, piece) = statements.next(rows, range, MOST_BYTES);
    let end = piece.end;
    Ok((statement, bound(rows.first(end), piece)?, end))
}

fn bound(rows: &Rows, piece: Range<usize>) -> Result<SqliteArguments, Trouble> {
    let mut arguments = SqliteArguments::default();
    for content in piece.flat_map(|row| rows.row(row)) {
        bind(&mut arguments, content)?;
    }
    Ok(arguments)
}

fn bind(arguments: &mut SqliteArguments, content: Content<'_>) -> Result<(), Trouble> {
    let bound = match content {
        Content::Null => arguments.add(None::<&str>),
        Content::Text(text) => arguments.add(Arc::<str>::from(text)),
        Content::Bytes(bytes) => arguments.add(bytes),
    };
    bound.map_err(|error| Trouble::Other(error.to_string()))
}

impl Engine for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
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
        Box::pin(async move {
            self.run("BEGIN IMMEDIATE".to_owned()).await?;
            let done = self.insert_all(settings, rows, range).await;
            match done {
                Ok(()) => self.run("COMMIT".to_owned()).await.map(|_| ()),
                Err(trouble) => {
                    // What fails here fails again, and is told, when it is tried once more.
                    _ = self.run("ROLLBACK".to_owned()).await;
                    Err(trouble)
                }
            }
        })
    }

    fn delete<'a>(&'a mut self, settings: &'a Settings, step: &'a Step) -> Doing<'a, u64> {
        Box::pin(async move {
            let table = settings.table.quoted(Kind::Sqlite);
            let (column, sign) = (quoted(&step.column, Kind::Sqlite), step.sign());
            let old =
                format!("SELECT rowid FROM {table} WHERE {column} {sign} ?1 ORDER BY {column} LIMIT {}", Step::ROWS);
            let mut arguments = SqliteArguments::default();
            bind(&mut arguments, step.bound())?;
            let deleted = self.run_with(format!("DELETE FROM {table} WHERE rowid IN ({old})"), arguments).await?;
            if deleted > 0 {
                // Gives pages back to the system, a few at a time; nothing in a file that was made without that.
                self.run("PRAGMA incremental_vacuum(1000)".to_owned()).await?;
            }
            Ok(deleted)
        })
    }

    fn ask(&mut self, statement: String) -> Doing<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let row = sqlx::query(AssertSqlSafe(statement)).persistent(false).fetch_optional(&mut self.connection);
            let row = row.await.map_err(|error| told(&error))?;
            row.map(|row| row.try_get::<Vec<u8>, _>(0).map_err(|error| told(&error))).transpose()
        })
    }

    fn is_there(&self) -> bool {
        identity(&self.path) == self.identity
    }

    fn close(self: Box<Self>) -> Doing<'static, ()> {
        Box::pin(async move { self.connection.close().await.map_err(|error| told(&error)) })
    }
}

impl Catalog for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn columns(&mut self, settings: &Settings) -> Result<Option<Vec<Fact>>, Trouble> {
        const COLUMNS: &str = "SELECT name, type, EXISTS (SELECT 1 FROM pragma_index_list(?1) AS l \
             WHERE l.\"unique\" AND NOT l.partial AND (SELECT count(*) FROM pragma_index_info(l.name)) = 1 \
             AND (SELECT i.name FROM pragma_index_info(l.name) AS i) = t.name), \
             t.\"notnull\" AND t.dflt_value IS NULL AND NOT t.pk FROM pragma_table_info(?1) AS t";
        let query = sqlx::query(COLUMNS).persistent(false).bind(settings.table.table.as_str());
        let rows = query.fetch_all(&mut self.connection).await.map_err(|error| told(&error))?;
        let fact = |row: &sqlx::sqlite::SqliteRow| {
            let declared: String = row.try_get(1)?;
            Ok(Fact {
                name: row.try_get(0)?,
                shape: Shape::of_sqlite(&declared),
                unique: row.try_get(2)?,
                needed: row.try_get(3)?,
            })
        };
        let facts = rows.iter().map(fact).collect::<Result<Vec<_>, sqlx::Error>>().map_err(|error| told(&error))?;
        Ok((!facts.is_empty()).then_some(facts))
    }

    async fn change(&mut self, statement: String) -> Result<(), Trouble> {
        self.run(statement).await.map(|_| ())
    }

    async fn recorded(&mut self, settings: &Settings) -> Result<Option<i64>, Trouble> {
        const THERE: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        let query = sqlx::query(THERE).persistent(false).bind(RECORDS);
        let row = query.fetch_one(&mut self.connection).await.map_err(|error| told(&error))?;
        if row.try_get::<i64, _>(0).map_err(|error| told(&error))? == 0 {
            return Ok(None);
        }
        let statement = format!("SELECT version FROM {RECORDS} WHERE name = ?1");
        let query = sqlx::query(AssertSqlSafe(statement)).persistent(false).bind(settings.table.table.as_str());
        let row = query.fetch_optional(&mut self.connection).await.map_err(|error| told(&error))?;
        row.map(|row| row.try_get(0).map_err(|error| told(&error))).transpose()
    }

    async fn record(&mut self, settings: &Settings) -> Result<(), Trouble> {
        let mut arguments = SqliteArguments::default();
        bind(&mut arguments, Content::Text(&settings.table.table))?;
        let statement = format!("INSERT OR REPLACE INTO {RECORDS} (name, version) VALUES (?1, {VERSION})");
        self.run_with(statement, arguments).await.map(|_| ())
    }

    async fn begin(&mut self) -> Result<(), Trouble> {
        self.run("BEGIN IMMEDIATE".to_owned()).await.map(|_| ())
    }

    async fn end(&mut self, keep: bool) -> Result<(), Trouble> {
        let ended = self.run(if keep { "COMMIT" } else { "ROLLBACK" }.to_owned()).await;
        if keep { ended.map(|_| ()) } else { Ok(()) }
    }
}
