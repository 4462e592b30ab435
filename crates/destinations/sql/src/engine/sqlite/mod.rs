//! SQLite: a thread of its own has the connection, and takes rows while the next are made.

mod database;
mod file;
mod link;

use self::database::Database;
use self::file::Identity;
use self::link::{Answer, Link};
use super::table::{Catalog, Fact, prepare};
use super::{Doing, Engine};
use crate::failure::Trouble;
use crate::keep::Step;
use crate::layout::{Dialect, RECORDS, VERSION};
use crate::name::quoted;
use crate::rows::{Filling, Rows};
use crate::settings::Settings;
use crate::shape::Shape;
use crate::url::Kind;
use std::collections::VecDeque;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tracework_core::OwnThread;

/// How many rows are handed over first, so that the database soon has something to do, and how many at the most later.
const PIECES: (usize, usize) = (32, 256);

/// How many pieces may be under way.
const UNDER_WAY: usize = 2;

struct Sqlite {
    link: Link,
    /// What inserts a row.
    insert: Option<Arc<str>>,
    /// Room for rows that is not under way.
    spare: Vec<Rows>,
    path: PathBuf,
    identity: Option<Identity>,
}

pub(super) async fn connect(settings: &Settings, own: Option<OwnThread>) -> Result<Box<dyn Engine>, Trouble> {
    let path = PathBuf::from(settings.url.path());
    file::make(&path).map_err(|error| Trouble::Other(format!("cannot be created: {error}")))?;
    let busy = (settings.timeout / 2).min(Duration::from_secs(5));
    let link = Link::open(path.clone(), busy, own).await?;
    let identity = file::identity(&path);
    Ok(Box::new(Sqlite { link, insert: None, spare: Vec::new(), path, identity }))
}

/// What inserts a row, unless its event is there.
fn insert(settings: &Settings) -> Arc<str> {
    let (table, layout) = (settings.table.quoted(Kind::Sqlite), &settings.layout);
    let values = vec!["?"; layout.columns.len()].join(",");
    let unless = layout.id().map(|id| format!(" ON CONFLICT ({}) DO NOTHING", quoted(&id.name, Kind::Sqlite)));
    let unless = unless.unwrap_or_default();
    format!("INSERT INTO {table} ({}) VALUES ({values}){unless}", layout.list(Kind::Sqlite)).into()
}

impl Sqlite {
    /// Hands the rows of `range` over, piece by piece. While the database takes some, the next are made.
    async fn insert_pieces(
        &mut self,
        insert: Arc<str>,
        rows: &mut Filling<'_>,
        range: Range<usize>,
    ) -> Result<(), Trouble> {
        // What goes wrong here is told at the end.
        self.link.ask(Database::begin);
        let mut under_way = VecDeque::<Answer<Rows>>::new();
        let (mut size, mut left) = (PIECES.0, range.clone());
        while !left.is_empty() {
            if under_way.len() >= UNDER_WAY
                && let Some(oldest) = under_way.pop_front()
            {
                self.spare.push(oldest.get().await?);
            }
            let mut piece = self.spare.pop().unwrap_or_default();
            let (first, end) = (left.start, left.end.min(left.start + size));
            rows.make(first..end, &mut piece);
            (size, left.start) = ((2 * size).min(PIECES.1), end);
            let (insert, first) = (Arc::clone(&insert), first - range.start);
            under_way.push_back(self.link.ask(move |database| {
                database.insert(&insert, &piece, first);
                piece
            }));
        }
        let ended = self.link.ask(Database::end);
        for piece in under_way {
            self.spare.push(piece.get().await?);
        }
        ended.get().await?
    }
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
        let statement = Arc::clone(self.insert.get_or_insert_with(|| insert(settings)));
        Box::pin(self.insert_pieces(statement, rows, range))
    }

    fn delete<'a>(&'a mut self, settings: &'a Settings, step: &'a Step) -> Doing<'a, u64> {
        let table = settings.table.quoted(Kind::Sqlite);
        let (column, sign) = (quoted(&step.column, Kind::Sqlite), step.sign());
        let old = format!("SELECT rowid FROM {table} WHERE {column} {sign} ?1 ORDER BY {column} LIMIT {}", Step::ROWS);
        let (delete, step) = (format!("DELETE FROM {table} WHERE rowid IN ({old})"), step.clone());
        Box::pin(self.link.call(move |database| {
            let deleted = database.run(&delete, [step.bound()])?;
            if deleted > 0 {
                // Gives pages back to the system, a few at a time; nothing in a file that was made without that.
                database.run("PRAGMA incremental_vacuum(1000)", ())?;
            }
            Ok(deleted)
        }))
    }

    fn ask(&mut self, statement: String) -> Doing<'_, Option<Vec<u8>>> {
        Box::pin(self.link.call(move |database| database.ask(&statement)))
    }

    fn is_there(&self) -> bool {
        file::identity(&self.path) == self.identity
    }

    fn close(self: Box<Self>) -> Doing<'static, ()> {
        Box::pin(self.link.close())
    }
}

impl Catalog for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn columns(&mut self, settings: &Settings) -> Result<Option<Vec<Fact>>, Trouble> {
        let table = settings.table.table.clone();
        let facts = self.link.call(move |database| database.columns(&table)).await?;
        Ok((!facts.is_empty()).then_some(facts))
    }

    async fn change(&mut self, statement: String) -> Result<(), Trouble> {
        self.link.call(move |database| database.run(&statement, ())).await.map(|_| ())
    }

    async fn recorded(&mut self, settings: &Settings) -> Result<Option<i64>, Trouble> {
        const THERE: &str = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        let table = settings.table.table.clone();
        let version = self.link.call(move |database| {
            if database.rows(THERE, [RECORDS], |_| Ok(()))?.is_empty() {
                return Ok(None);
            }
            let statement = format!("SELECT version FROM {RECORDS} WHERE name = ?1");
            Ok(database.rows(&statement, [&table], |row| row.get(0))?.pop())
        });
        version.await
    }

    async fn record(&mut self, settings: &Settings) -> Result<(), Trouble> {
        let statement = format!("INSERT OR REPLACE INTO {RECORDS} (name, version) VALUES (?1, {VERSION})");
        let table = settings.table.table.clone();
        self.link.call(move |database| database.run(&statement, [table])).await.map(|_| ())
    }

    async fn begin(&mut self) -> Result<(), Trouble> {
        self.link.call(Database::begin).await
    }

    async fn end(&mut self, keep: bool) -> Result<(), Trouble> {
        if keep {
            return self.link.call(Database::end).await;
        }
        self.link.ask(|database| database.take_back()).get().await
    }
}
