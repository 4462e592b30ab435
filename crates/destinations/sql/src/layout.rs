//! Which columns a table has, and how tables of ours are made.

use crate::Mistake;
use crate::name::{self, TableName, quoted};
use crate::url::Kind;
use tracework_format::{Place, PlaceKind};

/// The version of the columns that a table has by itself. It is recorded with the table; a column that came with a later
/// version is added to tables of an earlier one.
pub(crate) const VERSION: i64 = 1;

/// The table in which the tables of ours are recorded, in the same schema.
pub(crate) const RECORDS: &str = "tracework_tables";

/// The most columns, so that a row of them fits a statement of every engine.
const MOST: usize = 500;

/// A column, and the part of a record that it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) place: Place,
}

/// The columns of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) columns: Vec<Column>,
    /// Are they those that a table has by itself?
    pub(crate) usual: bool,
}

/// The columns that a table has by itself, each named as its part of a record.
const USUAL: [&str; 22] = [
    "event_id",
    "time",
    "severity",
    "level",
    "kind",
    "category",
    "target",
    "message",
    "tags",
    "context",
    "fields",
    "spans",
    "metadata",
    "trace_id",
    "span_id",
    "error",
    "module",
    "file",
    "line",
    "thread",
    "service",
    "truncated",
];

impl Default for Layout {
    fn default() -> Self {
        let column = |name: &str| Place::named(name).map(|place| Column { name: name.to_owned(), place });
        Self { columns: USUAL.into_iter().flat_map(column).collect(), usual: true }
    }
}

impl Layout {
    /// The columns of one's own: each with the name of a place.
    pub(crate) fn of<N: AsRef<str>, P: AsRef<str>>(pairs: impl IntoIterator<Item = (N, P)>) -> Result<Self, Mistake> {
        let refuse = |why: String| Mistake::new("columns", why);
        let mut columns: Vec<Column> = Vec::new();
        for (name, place) in pairs {
            let name = name.as_ref();
            if !name::is_name(name) {
                return Err(refuse(name::objection(name)));
            }
            if columns.iter().any(|other| other.name.eq_ignore_ascii_case(name)) {
                return Err(refuse(format!("`{name}` is there twice")));
            }
            let place = Place::named(place.as_ref()).map_err(|error| refuse(error.to_string()))?;
            columns.push(Column { name: name.to_owned(), place });
        }
        match columns.len() {
            0 => Err(refuse("there is none; leave it out for the usual ones".to_owned())),
            MOST.. => Err(refuse(format!("there are {}, of at most {MOST}", columns.len()))),
            _ => Ok(Self { columns, usual: false }),
        }
    }

    /// The place of the column that holds the id of the event.
    pub(crate) fn id_at(&self) -> Option<usize> {
        self.columns.iter().position(|column| column.place.kind() == PlaceKind::EventId)
    }

    /// The column that holds the id of the event.
    pub(crate) fn id(&self) -> Option<&Column> {
        self.id_at().map(|at| &self.columns[at])
    }

    /// The column that holds the time.
    pub(crate) fn time(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.place.kind() == PlaceKind::Time)
    }

    /// The names of the columns as a statement has them, with commas between.
    pub(crate) fn list(&self, kind: Kind) -> String {
        self.columns.iter().map(|column| quoted(&column.name, kind)).collect::<Vec<_>>().join(", ")
    }

    /// What makes a table of these columns.
    pub(crate) fn create(&self, table: &TableName, engine: Dialect) -> Vec<String> {
        let kind = engine.kind();
        let columns = self.columns.iter().map(|column| {
            let unique = if column.place.kind() == PlaceKind::EventId { " NOT NULL PRIMARY KEY" } else { "" };
            format!("  {} {}{unique}", quoted(&column.name, kind), engine.type_of(&column.place))
        });
        let mut lines: Vec<_> = columns.collect();
        let name = table.quoted(kind);
        let index = self.time().map(|time| {
            (quoted(&format!("{:.48}_{:.10}_idx", table.table, time.name), kind), quoted(&time.name, kind))
        });
        if let (Kind::MySql, Some((index, column))) = (kind, &index) {
            lines.push(format!("  INDEX {index} ({column})"));
            return vec![format!(
                "CREATE TABLE IF NOT EXISTS {name} (\n{}\n) CHARACTER SET utf8mb4",
                lines.join(",\n")
            )];
        }
        let mut made = vec![format!("CREATE TABLE IF NOT EXISTS {name} (\n{}\n)", lines.join(",\n"))];
        made.extend(index.map(|(index, column)| format!("CREATE INDEX IF NOT EXISTS {index} ON {name} ({column})")));
        made
    }

    /// What adds `column` to a table.
    pub(crate) fn add(table: &TableName, column: &Column, engine: Dialect) -> String {
        let kind = engine.kind();
        let (name, type_of) = (quoted(&column.name, kind), engine.type_of(&column.place));
        format!("ALTER TABLE {} ADD COLUMN {name} {type_of}", table.quoted(kind))
    }
}

/// What makes the table of tables.
pub(crate) fn create_records(table: &TableName, kind: Kind) -> String {
    let name = table.beside(RECORDS).quoted(kind);
    format!("CREATE TABLE IF NOT EXISTS {name} (name VARCHAR(64) NOT NULL PRIMARY KEY, version BIGINT NOT NULL)")
}

/// An engine, as far as its types are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
    MySql,
    MariaDb,
}

impl Dialect {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Sqlite => Kind::Sqlite,
            Self::Postgres => Kind::Postgres,
            Self::MySql | Self::MariaDb => Kind::MySql,
        }
    }

    /// The type of a column that holds `place`.
    fn type_of(self, place: &Place) -> &'static str {
        match (place.kind(), self) {
            (PlaceKind::EventId, Self::Postgres) => "uuid",
            (PlaceKind::EventId, Self::MySql | Self::MariaDb) => "CHAR(36) CHARACTER SET ascii COLLATE ascii_bin",
            (PlaceKind::Time, Self::Postgres) => "timestamptz",
            (PlaceKind::Time, Self::MySql | Self::MariaDb) => "DATETIME(6)",
            (PlaceKind::Number, Self::Postgres) => "bigint",
            (PlaceKind::Number, Self::MySql | Self::MariaDb) => "BIGINT",
            (PlaceKind::Number, Self::Sqlite) => "INTEGER",
            (PlaceKind::Json, Self::Postgres) => "jsonb",
            (PlaceKind::Json, Self::MySql) => "JSON",
            // MariaDB's JSON is this with a check that refuses what is nested deeper than 32.
            (PlaceKind::Json, Self::MariaDb) => "LONGTEXT COLLATE utf8mb4_bin",
            (_, Self::Postgres) => "text",
            (_, Self::MySql | Self::MariaDb) => "LONGTEXT",
            (_, Self::Sqlite) => "TEXT",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_column_is_a_part_of_a_record() {
        let layout = Layout::default();
        assert_eq!(layout.columns.len(), USUAL.len());
        assert_eq!(layout.id_at(), Some(0));
    }

    #[test]
    fn columns_of_ones_own_are_checked() {
        let layout = Layout::of([("at", "time"), ("who", "context.user_id")]).expect("two columns");
        assert_eq!(layout.list(Kind::Postgres), "\"at\", \"who\"");
        assert!(layout.id().is_none() && layout.time().is_some());
        for wrong in [vec![], vec![("a b", "time")], vec![("a", "tme")], vec![("a", "time"), ("A", "level")]] {
            assert!(Layout::of(wrong.clone()).is_err(), "{wrong:?}");
        }
        assert!(Layout::of((0..600).map(|at| (format!("c{at}"), "time"))).is_err());
    }
}
