//! The destination.

use crate::deliver::insert_all;
use crate::engine::{self, Engine};
use crate::failure::Trouble;
use crate::keep::{self, A_STEP, A_TICK, Keeping, Step};
use crate::layout::Layout;
use crate::name::TableName;
use crate::rows::{Filling, Rows};
use crate::settings::Settings;
use crate::shape::Shape;
use crate::{Credential, describe};
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};
use tracework_core::{Batch, Command, Description, Destination, Failure, Mistake, OwnThread, Wants};
use tracework_format::{Names, Places};
use tracework_net::Runtime;

/// A table of a database: SQLite, PostgreSQL, MySQL or MariaDB.
///
/// ```
/// use std::time::Duration;
/// use tracework_core::Destination;
/// use tracework_sql::Sql;
///
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite:{}", folder.path().join("app.db").display());
/// # let url = url.as_str();
/// // "sqlite:logs/app.db", "postgres://ann@db/shop", "mysql://ann@db/shop"
/// let mut sql = Sql::new(url)?.table("events")?.keep_age(Duration::from_secs(30 * 86_400));
/// sql.open()?;
/// sql.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The table is created if it is not there, unless [`Sql::create`] says no. [`Sql::columns`] says which columns it has,
/// or names those of a table of your own.
///
/// - **Once.** A row's event is told by the column of the place `event_id`, which is unique: a record that is delivered
///   again, because an answer was lost or a spool is replayed, changes nothing. A table without such a column may get a
///   record twice.
/// - **Bad records.** One that the table refuses (against a constraint, too long for its column, no number) is refused
///   alone; those around it go in.
/// - **Time.** Each statement has [`Sql::timeout`], 30 seconds. A connection that was lost is made anew at once, then
///   whenever the next delivery is tried.
/// - **Text.** Values are bound or copied as data, never put into a statement. A text longer than 1 MiB is cut; NUL, which
///   PostgreSQL has in no text, becomes U+FFFD there. The column `truncated` says so.
pub struct Sql {
    settings: Settings,
    places: Places,
    rows: Rows,
    runtime: Option<Runtime>,
    open: Option<Open>,
    keeping: Keeping,
    own: Option<OwnThread>,
}

/// A connection whose table is ready.
struct Open {
    engine: Box<dyn Engine>,
    shapes: Vec<Shape>,
}

impl Sql {
    /// The database at `url`: `sqlite:PATH`, `postgres://USER:PASSWORD@HOST:PORT/DATABASE` or `mysql://..`, `mariadb://..`
    /// with the same parts. What follows `?` is as [sqlx](https://docs.rs/sqlx/0.9) reads it: `sslmode`, `sslrootcert`.
    ///
    /// # Errors
    ///
    /// It is no such URL, or of an engine that this build has not.
    pub fn new(url: impl Into<Credential>) -> Result<Self, Mistake> {
        let settings = Settings::new(&url.into())?;
        let (places, rows, keeping) = (Places::new(), Rows::default(), Keeping::default());
        Ok(Self { settings, places, rows, runtime: None, open: None, keeping, own: None })
    }

    /// Sets the password, so that it need not stand in the URL. It is shown nowhere.
    #[must_use]
    pub fn password(mut self, password: impl Into<Credential>) -> Self {
        self.settings.password = Some(password.into());
        self
    }

    /// Sets the table, `logs` without this: a name, or a schema and a name with a dot between.
    ///
    /// # Errors
    ///
    /// It is no name: letters, digits and `_`, 63 at the most, and no digit first.
    pub fn table(mut self, table: &str) -> Result<Self, Mistake> {
        self.settings.table = TableName::new(table)?;
        Ok(self)
    }

    /// Sets the columns, each with the name of the [place](tracework_format::Place) that it holds.
    ///
    /// # Errors
    ///
    /// A name of a column is none, is there twice, or a place is no part of a record.
    pub fn columns<N: AsRef<str>, P: AsRef<str>>(
        mut self,
        columns: impl IntoIterator<Item = (N, P)>,
    ) -> Result<Self, Mistake> {
        self.settings.layout = Layout::of(columns)?;
        Ok(self)
    }

    /// Sets whether the table is created, and one of ours gets the columns that it lacks. It is, without this.
    #[must_use]
    pub fn create(mut self, create: bool) -> Self {
        self.settings.create = create;
        self
    }

    /// Sets how long connecting, and each statement, may take: 30 seconds without this.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Deletes rows once they are older than this.
    #[must_use]
    pub fn keep_age(mut self, age: Duration) -> Self {
        self.settings.keep.age = Some(age);
        self
    }

    /// Deletes the oldest rows once there are more than this.
    #[must_use]
    pub fn keep_rows(mut self, rows: u64) -> Self {
        self.settings.keep.rows = Some(rows);
        self
    }

    /// Deletes the oldest rows once they have more bytes than this together, about: as many of the newest stay as have so many by
    /// the average of the newest 1,000. Indexes do not count.
    #[must_use]
    pub fn keep_bytes(mut self, bytes: u64) -> Self {
        self.settings.keep.bytes = Some(bytes);
        self
    }

    /// Sets which fields of spans are context.
    #[must_use]
    pub fn names(mut self, names: Names) -> Self {
        self.places = self.places.names(names);
        self
    }

    /// Has the file of SQLite, if its path is relative, start at `folder`.
    #[must_use]
    pub fn within(mut self, folder: &Path) -> Self {
        self.settings.url = self.settings.url.within(folder);
        self
    }

    /// Do the settings go together?
    ///
    /// # Errors
    ///
    /// They do not: retention by age without a column of the time, a schema in a file of SQLite.
    pub fn check(&self) -> Result<(), Mistake> {
        self.settings.check()
    }

    fn failure(&self, trouble: Trouble) -> Failure {
        trouble.failure(&self.settings.url)
    }

    /// Connects and makes the table ready, unless that is done.
    fn ready(&mut self) -> Result<(), Failure> {
        if self.open.is_some() {
            return Ok(());
        }
        self.settings.check().map_err(|error| Failure::temporary(error.to_string()))?;
        if self.runtime.is_none() {
            self.runtime = Some(Runtime::new()?);
        }
        let settings = &self.settings;
        let connected = self.wait(settings.timeout, "connecting", engine::connect(settings, self.own));
        let mut engine = connected.map_err(|trouble| self.failure(trouble))?;
        let prepared = self.wait(settings.timeout, "preparing the table", engine.prepare(settings));
        let shapes = prepared.map_err(|trouble| self.failure(trouble))?;
        self.open = Some(Open { engine, shapes });
        Ok(())
    }

    /// Waits for `work`, which is `what`.
    fn wait<T>(
        &self,
        limit: Duration,
        what: &str,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let Some(runtime) = &self.runtime else { return Err(Trouble::Lost("it is not open".to_owned())) };
        let done = runtime.within(limit, what, async { Ok(work.await) });
        done.unwrap_or_else(|late| Err(Trouble::Lost(late.to_string())))
    }

    /// Brings a batch into the table. A connection is not used again after anything but rows went wrong: what of it was
    /// done is not known.
    fn insert_batch(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.ready()?;
        let Some(Open { mut engine, shapes }) = self.open.take() else { return Ok(()) };
        let (started, settings) = (Instant::now(), &self.settings);
        let (mut rows, mut places) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.places));
        let columns = (&settings.layout, &shapes[..]);
        let mut filling = Filling::new(&mut rows, batch.records(), columns, engine.dialect(), &mut places);
        let mut usable = true;
        let insert = |range: Range<usize>| {
            let done = self.wait(settings.timeout, "inserting", engine.insert(settings, &mut filling, range));
            usable = matches!(done, Ok(()) | Err(Trouble::Rows { .. }));
            done
        };
        let in_time = || started.elapsed() < settings.timeout;
        let inserted = insert_all(batch.len(), insert, in_time, |trouble| self.failure(trouble));
        (self.rows, self.places) = (rows, places);
        if usable {
            self.open = Some(Open { engine, shapes });
        }
        inserted
    }

    /// Deletes what is too old or too much, for a moment.
    fn tidy(&mut self) -> Result<(), Trouble> {
        let started = Instant::now();
        if !self.keeping.is_due(started) {
            return Ok(());
        }
        let Some(mut open) = self.open.take() else { return Ok(()) };
        let tidied = self.tidy_some(&mut open, started);
        match &tidied {
            Ok((deleted, finished)) => self.keeping.note(*deleted, *finished),
            Err(_) => self.keeping.later(),
        }
        tidied.map(|_| self.open = Some(open))
    }

    /// Deletes until the time for it is spent; tells how many rows, and whether nothing is left.
    fn tidy_some(&mut self, open: &mut Open, started: Instant) -> Result<(u64, bool), Trouble> {
        let mut deleted = 0;
        for step in self.steps(open)? {
            loop {
                let settings = &self.settings;
                let limit = A_STEP.min(settings.timeout);
                let some = self.wait(limit, "deleting old rows", open.engine.delete(settings, &step))?;
                deleted += some;
                if some < u64::from(Step::ROWS) {
                    break;
                }
                if started.elapsed() > A_TICK {
                    return Ok((deleted, false));
                }
            }
        }
        Ok((deleted, true))
    }

    /// What a statement answers with, within the time of a step.
    fn ask(&self, open: &mut Open, what: &str, statement: Option<String>) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(statement) = statement else { return Ok(None) };
        self.wait(A_STEP.min(self.settings.timeout), what, open.engine.ask(statement))
    }

    /// How many rows have the bytes that are kept, about.
    fn rows_of(&self, open: &mut Open) -> Result<Option<u64>, Trouble> {
        let Some(bytes) = self.settings.keep.bytes else { return Ok(None) };
        let average = self.ask(open, "measuring rows", keep::average(&self.settings))?;
        let average = average.and_then(|text| String::from_utf8(text).ok()?.parse::<u64>().ok());
        Ok(average.filter(|&average| average > 0).map(|average| (bytes / average).max(1)))
    }

    /// What is to be deleted.
    fn steps(&mut self, open: &mut Open) -> Result<Vec<Step>, Trouble> {
        let (settings, keep) = (&self.settings, self.settings.keep);
        let mut steps = Vec::new();
        if let Some(age) = keep.age {
            steps.extend(Step::older(settings, &open.shapes, age, &mut self.places));
        }
        for rows in [keep.rows, self.rows_of(open)?].into_iter().flatten() {
            let bound = self.ask(open, "counting rows", keep::oldest_kept(&self.settings, rows))?;
            steps.extend(bound.and_then(|bound| Step::up_to(&self.settings, &open.shapes, bound)));
        }
        Ok(steps)
    }
}

impl Destination for Sql {
    fn name(&self) -> &'static str {
        "sql"
    }

    fn mistake(&self) -> Option<Mistake> {
        self.check().err()
    }

    fn open(&mut self) -> Result<(), Failure> {
        self.ready()
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        if batch.is_empty() {
            return Ok(());
        }
        let used = self.open.is_some();
        let result = self.insert_batch(batch);
        // The server may have closed a connection that was idle, or the table may be a new one: that shows now, and a
        // second attempt harms nothing, since what did arrive is known by its id.
        let anew = used && self.open.is_none() && self.settings.layout.id().is_some();
        if !anew || result.as_ref().is_err_and(|failure| !failure.refusals().is_empty() || failure.delivered() > 0) {
            return result;
        }
        self.insert_batch(batch)
    }

    fn tick(&mut self) -> Result<(), Failure> {
        if self.open.as_ref().is_some_and(|open| !open.engine.is_there()) {
            self.open = None;
        }
        self.tidy().map_err(|trouble| self.failure(trouble))
    }

    fn notice(&mut self) -> Option<String> {
        let rows = self.keeping.told()?;
        let noun = if rows == 1 { "row" } else { "rows" };
        Some(format!("{rows} {noun} of `{}` that retention does not keep were deleted", self.settings.table.shown()))
    }

    fn command(&mut self, command: Command) -> Result<(), Failure> {
        if command == Command::Reopen {
            self.open = None;
            return self.ready();
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let limit = self.settings.timeout.min(Duration::from_secs(5));
        self.wait(limit, "closing the connection", open.engine.close()).map_err(|trouble| self.failure(trouble))
    }

    fn wants(&self) -> Wants {
        Wants::Records
    }

    fn own_threads(&mut self, own: OwnThread) {
        self.own = Some(own);
    }

    fn as_config(&self) -> Option<Description> {
        Some(self.places.say(describe::describe(&self.settings)))
    }
}

impl std::fmt::Debug for Sql {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sql").field("settings", &self.settings).finish_non_exhaustive()
    }
}
