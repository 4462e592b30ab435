//! The engines, each with its way of taking many rows at once.
//!
//! | | rows go in by | a row whose event is there already |
//! |---|---|---|
//! | SQLite | a statement for each row, in one transaction, on a thread of its own | `ON CONFLICT (event_id) DO NOTHING` |
//! | PostgreSQL | `COPY` | if one is met, `INSERT .. SELECT FROM unnest(..) ON CONFLICT (event_id) DO NOTHING` |
//! | MySQL, MariaDB | statements of up to 512 rows, in one transaction | if one is met, those that are there are asked for and left out |

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "mysql")]
mod statements;
mod table;

use crate::failure::Trouble;
use crate::keep::Step;
use crate::layout::Dialect;
use crate::rows::Filling;
use crate::settings::Settings;
use crate::shape::Shape;
use std::ops::Range;
use std::pin::Pin;
use tracework_core::OwnThread;

/// What an engine does, to be waited for.
pub(crate) type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + 'a>>;

/// A connection to a database.
pub(crate) trait Engine: Send {
    /// Which one it is.
    fn dialect(&self) -> Dialect;

    /// Creates the table or adds columns to it if it must; tells what its columns take.
    fn prepare<'a>(&'a mut self, settings: &'a Settings) -> Doing<'a, Vec<Shape>>;

    /// Takes the rows of `range` whole, or none of them.
    fn insert<'a>(
        &'a mut self,
        settings: &'a Settings,
        rows: &'a mut Filling<'_>,
        range: Range<usize>,
    ) -> Doing<'a, ()>;

    /// Deletes a bounded number of old rows; tells how many.
    fn delete<'a>(&'a mut self, settings: &'a Settings, step: &'a Step) -> Doing<'a, u64>;

    /// The first value that a statement of ours answers with, as bytes of text.
    fn ask(&mut self, statement: String) -> Doing<'_, Option<Vec<u8>>>;

    /// Is what it is connected to still what the URL names? A file may have been deleted.
    fn is_there(&self) -> bool {
        true
    }

    /// Says farewell.
    fn close(self: Box<Self>) -> Doing<'static, ()>;
}

/// Connects. A thread that is started for it is marked by `own`.
pub(crate) async fn connect(settings: &Settings, own: Option<OwnThread>) -> Result<Box<dyn Engine>, Trouble> {
    // Only SQLite has a thread.
    #[cfg(not(feature = "sqlite"))]
    let _ = own;
    match settings.url.kind {
        #[cfg(feature = "sqlite")]
        crate::url::Kind::Sqlite => sqlite::connect(settings, own).await,
        #[cfg(feature = "postgres")]
        crate::url::Kind::Postgres => postgres::connect(settings).await,
        #[cfg(feature = "mysql")]
        crate::url::Kind::MySql => mysql::connect(settings).await,
        #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
        other => Err(Trouble::Other(format!("this program was built without the feature `sql-{}`", other.name()))),
    }
}

/// Waits for `busy`, and meanwhile does something else bit by bit, until `meanwhile` says that nothing is left of it: a
/// database has something to do while the next rows are made, and what it is sent goes on its way between the bits.
#[cfg(feature = "mysql")]
async fn overlap<T>(busy: impl Future<Output = T>, mut meanwhile: impl FnMut() -> bool) -> T {
    let mut busy = std::pin::pin!(busy);
    loop {
        let polled = std::future::poll_fn(|context| std::task::Poll::Ready(busy.as_mut().poll(context))).await;
        match polled {
            std::task::Poll::Ready(done) => return done,
            std::task::Poll::Pending if meanwhile() => tokio::task::yield_now().await,
            std::task::Poll::Pending => return busy.await,
        }
    }
}
