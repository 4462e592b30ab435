//! What a destination is set to.

use crate::SqlError;
use crate::layout::Layout;
use crate::name::TableName;
use crate::url::{Kind, Url};
use std::time::Duration;
use tracework_core::Secret;

/// How long one statement may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// The table when none is named.
pub(crate) const TABLE: &str = "logs";

/// What a destination is set to.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) url: Url,
    /// Where the URL came from.
    pub(crate) url_from: Secret,
    pub(crate) password: Option<Password>,
    /// Where the password came from.
    pub(crate) password_from: Secret,
    pub(crate) table: TableName,
    pub(crate) layout: Layout,
    pub(crate) create: bool,
    pub(crate) timeout: Duration,
    pub(crate) keep: Keep,
}

/// A password, which `Debug` does not show.
#[derive(Clone)]
pub(crate) struct Password(pub(crate) String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Which rows stay; one goes as soon as one of these says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keep {
    pub(crate) age: Option<Duration>,
    pub(crate) rows: Option<u64>,
}

impl Settings {
    pub(crate) fn new(url: &str) -> Result<Self, SqlError> {
        Ok(Self {
            url: Url::new(url)?,
            url_from: Secret::Program,
            password: None,
            password_from: Secret::Program,
            table: TableName::new(TABLE)?,
            layout: Layout::default(),
            create: true,
            timeout: TIMEOUT,
            keep: Keep::default(),
        })
    }

    /// Do the settings go together?
    pub(crate) fn check(&self) -> Result<(), SqlError> {
        if self.url.kind == Kind::Sqlite && self.table.schema.is_some() {
            return Err(SqlError::new(
                "table",
                "a file of SQLite has no schemas; leave out what stands before the dot",
            ));
        }
        if self.url.kind == Kind::Sqlite && self.password.is_some() {
            return Err(SqlError::new("password", "a file of SQLite has none"));
        }
        if self.timeout.is_zero() {
            return Err(SqlError::new("timeout", "nothing is done in no time"));
        }
        if self.keep.age.is_some() && self.layout.time().is_none() {
            return Err(SqlError::new("keep", "`age` needs a column of the place `time`"));
        }
        if self.keep.rows.is_some() && self.layout.id().is_none() {
            return Err(SqlError::new("keep", "`rows` needs a column of the place `event_id`"));
        }
        if self.keep.rows == Some(0) {
            return Err(SqlError::new("keep", "0 rows would stay: a row would be gone as soon as it is there"));
        }
        Ok(())
    }
}
