//! Retention: old rows are deleted, a bounded number at a time.

use crate::name::quoted;
use crate::rows::Content;
use crate::settings::Settings;
use crate::shape::Shape;
use crate::url::Kind;
use std::time::{Duration, Instant, SystemTime};
use tracework_core::Timestamp;
use tracework_format::Places;

/// How long is waited until it is looked again, once nothing was left to delete.
const EVERY: Duration = Duration::from_secs(60);

/// How long one tick deletes at the most; what is left goes with the next ones.
pub(crate) const A_TICK: Duration = Duration::from_millis(250);

/// How long one step may take before it is given up.
pub(crate) const A_STEP: Duration = Duration::from_secs(5);

/// Rows that go: those with less in a column than a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) column: String,
    bound: Vec<u8>,
    shape: Shape,
    /// Does what stands at the bound go too?
    inclusive: bool,
}

impl Step {
    /// The most rows of one step.
    pub(crate) const ROWS: u32 = 1_000;

    /// What compares the column with the bound.
    pub(crate) fn sign(&self) -> &'static str {
        if self.inclusive { "<=" } else { "<" }
    }

    /// The bound, to be bound.
    pub(crate) fn bound(&self) -> Content<'_> {
        match std::str::from_utf8(&self.bound) {
            Ok(text) if self.shape != Shape::Bytes => Content::Text(text),
            _ => Content::Bytes(&self.bound),
        }
    }

    /// Rows older than `age`.
    pub(crate) fn older(settings: &Settings, shapes: &[Shape], age: Duration, places: &mut Places) -> Option<Self> {
        let column = settings.layout.time()?;
        let at = settings.layout.columns.iter().position(|other| other == column)?;
        let then = SystemTime::now().checked_sub(age)?;
        let (then, mut bound) = (Timestamp::from(then), Vec::new());
        if shapes[at] == Shape::Number {
            bound.extend_from_slice(then.0.div_euclid(1_000).to_string().as_bytes());
        } else {
            places.time(then, &mut bound);
            if settings.url.kind == Kind::MySql {
                bound.pop();
            }
        }
        Some(Self { column: column.name.clone(), bound, shape: shapes[at], inclusive: false })
    }

    /// Rows up to that of the id `bound`.
    pub(crate) fn up_to(settings: &Settings, shapes: &[Shape], bound: Vec<u8>) -> Option<Self> {
        let at = settings.layout.id_at()?;
        let column = settings.layout.columns[at].name.clone();
        Some(Self { column, bound, shape: shapes[at], inclusive: true })
    }
}

/// Asks for the id of the row up to which all may go, so that `keep` newer ones stay.
pub(crate) fn oldest_kept(settings: &Settings, keep: u64) -> Option<String> {
    let kind = settings.url.kind;
    let (table, id) = (settings.table.quoted(kind), quoted(&settings.layout.id()?.name, kind));
    let value = match kind {
        Kind::Sqlite => format!("CAST({id} AS BLOB)"),
        Kind::Postgres => format!("{id}::text"),
        Kind::MySql => format!("CAST({id} AS BINARY)"),
    };
    Some(format!("SELECT {value} FROM {table} ORDER BY {table}.{id} DESC LIMIT 1 OFFSET {keep}"))
}

/// Asks how many bytes a row has: the average of the newest 1,000, without indexes.
pub(crate) fn average(settings: &Settings) -> Option<String> {
    let kind = settings.url.kind;
    let (table, id) = (settings.table.quoted(kind), quoted(&settings.layout.id()?.name, kind));
    let newest = format!("(SELECT * FROM {table} ORDER BY {id} DESC LIMIT 1000) AS newest");
    let sum = |length: fn(&str) -> String| {
        let columns = settings.layout.columns.iter().map(|column| length(&quoted(&column.name, kind)));
        columns.collect::<Vec<_>>().join(" + ")
    };
    Some(match kind {
        Kind::Sqlite => {
            let sum = sum(|column| format!("COALESCE(LENGTH(CAST({column} AS BLOB)), 0)"));
            format!("SELECT CAST(CAST(COALESCE(AVG({sum}), 0) AS INTEGER) AS BLOB) FROM {newest}")
        }
        Kind::Postgres => format!("SELECT COALESCE(AVG(pg_column_size(newest.*)), 0)::bigint::text FROM {newest}"),
        Kind::MySql => {
            let sum = sum(|column| format!("COALESCE(LENGTH({column}), 0)"));
            format!("SELECT CAST(CAST(COALESCE(AVG({sum}), 0) AS UNSIGNED) AS BINARY) FROM {newest}")
        }
    })
}

/// When it is looked again, and what was deleted.
#[derive(Debug, Default)]
pub(crate) struct Keeping {
    next: Option<Instant>,
    /// Rows deleted since it was last told.
    deleted: u64,
}

impl Keeping {
    /// Is it time to look?
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.next.is_none_or(|next| next <= now)
    }

    /// Notes what was deleted, and whether nothing is left.
    pub(crate) fn note(&mut self, deleted: u64, finished: bool) {
        self.deleted += deleted;
        self.next = if finished { Instant::now().checked_add(EVERY) } else { None };
    }

    /// Waits before it tries again.
    pub(crate) fn later(&mut self) {
        self.next = Instant::now().checked_add(EVERY);
    }

    /// What was deleted since the last call, once nothing is left to delete for now.
    pub(crate) fn told(&mut self) -> Option<u64> {
        let told = self.deleted > 0 && self.next.is_some();
        told.then(|| std::mem::take(&mut self.deleted))
    }
}
