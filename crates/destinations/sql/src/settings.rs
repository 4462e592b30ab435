//! What a destination is set to.

use crate::layout::Layout;
use crate::name::TableName;
use crate::url::{Kind, Url};
use crate::{Credential, Mistake};
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
    pub(crate) password: Option<Credential>,
    pub(crate) table: TableName,
    pub(crate) layout: Layout,
    pub(crate) create: bool,
    pub(crate) timeout: Duration,
    pub(crate) keep: Keep,
}

/// Which rows stay; one goes as soon as one of these says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keep {
    pub(crate) age: Option<Duration>,
    pub(crate) rows: Option<u64>,
    pub(crate) bytes: Option<u64>,
}

impl Settings {
    pub(crate) fn new(url: &Credential) -> Result<Self, Mistake> {
        Ok(Self {
            url: Url::new(url.reveal())?,
            url_from: url.source().clone(),
            password: None,
            table: TableName::new(TABLE)?,
            layout: Layout::default(),
            create: true,
            timeout: TIMEOUT,
            keep: Keep::default(),
        })
    }

    /// Do the settings go together?
    pub(crate) fn check(&self) -> Result<(), Mistake> {
        if self.url.kind == Kind::Sqlite && self.table.schema.is_some() {
            return Err(Mistake::new("table", "a file of SQLite has no schemas; leave out what stands before the dot"));
        }
        if self.url.kind == Kind::Sqlite && self.password.is_some() {
            return Err(Mistake::new("password", "a file of SQLite has none; leave it out"));
        }
        if self.timeout.is_zero() {
            return Err(Mistake::new("timeout", "nothing is done in no time; write a time such as 10s"));
        }
        if self.keep.age.is_some() && self.layout.time().is_none() {
            return Err(Mistake::new("keep", "`age` needs a column of the place `time`; name one in `columns`"));
        }
        if self.keep.rows.is_some() && self.layout.id().is_none() {
            return Err(Mistake::new("keep", "`rows` needs a column of the place `event_id`; name one in `columns`"));
        }
        if self.keep.bytes.is_some() && self.layout.id().is_none() {
            return Err(Mistake::new("keep", "`bytes` needs a column of the place `event_id`; name one in `columns`"));
        }
        if self.keep.rows == Some(0) {
            return Err(Mistake::new(
                "keep",
                "0 rows would stay: a row would be gone as soon as it is there; write 1 or more",
            ));
        }
        Ok(())
    }
}
