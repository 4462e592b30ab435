//! What a column of a table takes, and how the parts of a record become that.
//!
//! Every value is handed over as text, and the type of the column makes of it what it does of such a text: `12.5` in a
//! column of numbers is a number. Where an engine would take another text for the same, that is written here.

use crate::layout::Dialect;
use tracework_core::Value;
use tracework_format::{json_value, plain};

/// What a column takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    /// Whole numbers or others.
    Number,
    /// Yes or no, where that is a type of its own.
    Bool,
    /// A point in time.
    Time,
    Json,
    Bytes,
}

impl Shape {
    /// That of a type of PostgreSQL.
    pub(crate) fn of_postgres(name: &str) -> Self {
        match name {
            "smallint" | "integer" | "bigint" | "real" | "double precision" | "numeric" => Self::Number,
            "boolean" => Self::Bool,
            "json" | "jsonb" => Self::Json,
            "bytea" => Self::Bytes,
            _ if name.starts_with("timestamp") || name == "date" => Self::Time,
            _ => Self::Text,
        }
    }

    /// That of a type of MySQL or MariaDB.
    pub(crate) fn of_mysql(name: &str) -> Self {
        match name {
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float" | "double" | "bit"
            | "year" => Self::Number,
            "datetime" | "timestamp" | "date" => Self::Time,
            "json" => Self::Json,
            "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => Self::Bytes,
            _ => Self::Text,
        }
    }

    /// That of a declared type of SQLite, which may be any text
    /// ([affinity](https://www.sqlite.org/datatype3.html#determination_of_column_affinity)).
    pub(crate) fn of_sqlite(declared: &str) -> Self {
        let declared = declared.to_ascii_uppercase();
        let has = |part: &str| declared.contains(part);
        if has("JSON") {
            Self::Json
        } else if has("DATE") || has("TIME") {
            Self::Time
        } else if has("INT") {
            Self::Number
        } else if has("CHAR") || has("CLOB") || has("TEXT") || declared.is_empty() {
            Self::Text
        } else if has("BLOB") {
            Self::Bytes
        } else if has("UUID") {
            Self::Text
        } else {
            Self::Number
        }
    }

    /// Appends `value` as this takes it; `false` if that is nothing.
    pub(crate) fn write(self, value: &Value<'_>, engine: Dialect, out: &mut Vec<u8>) -> Written {
        match (self, value) {
            (_, Value::Null) => return Written::Nothing,
            (Self::Json, _) => json_value(value, out),
            (Self::Number, Value::Bool(yes)) => out.push(if *yes { b'1' } else { b'0' }),
            // MySQL has no such numbers.
            (Self::Number, Value::F64(number)) if !number.is_finite() && engine.kind() == Dialect::MySql.kind() => {
                return Written::Nothing;
            }
            (Self::Bytes, Value::Bytes(bytes)) if engine == Dialect::Postgres => {
                out.extend_from_slice(b"\\x");
                plain(&Value::Bytes(bytes), out);
            }
            (Self::Bytes, Value::Bytes(bytes)) => {
                out.extend_from_slice(bytes);
                return Written::Bytes;
            }
            (Self::Bytes, _) if engine == Dialect::Postgres => {
                let mut text = Vec::new();
                plain(value, &mut text);
                out.extend_from_slice(b"\\x");
                plain(&Value::Bytes(&text), out);
            }
            (Self::Bytes, _) => {
                plain(value, out);
                return Written::Bytes;
            }
            (_, Value::Str(text) | Value::Text(text) | Value::Json(text)) => out.extend_from_slice(text.as_bytes()),
            _ => plain(value, out),
        }
        Written::Text
    }
}

/// What was appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Nothing,
    Text,
    Bytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(shape: Shape, value: Value<'_>, engine: Dialect) -> Option<String> {
        let mut out = Vec::new();
        let written = shape.write(&value, engine, &mut out);
        (written != Written::Nothing).then(|| String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn types_are_told_by_their_names() {
        for (name, shape) in [
            ("INTEGER", Shape::Number),
            ("varchar(10)", Shape::Text),
            ("", Shape::Text),
            ("BLOB", Shape::Bytes),
            ("DOUBLE", Shape::Number),
            ("datetime", Shape::Time),
            ("JSON", Shape::Json),
            ("BOOLEAN", Shape::Number),
        ] {
            assert_eq!(Shape::of_sqlite(name), shape, "{name}");
        }
        assert_eq!(Shape::of_postgres("timestamp with time zone"), Shape::Time);
        assert_eq!(Shape::of_mysql("tinyint"), Shape::Number);
    }

    #[test]
    fn a_value_is_written_as_the_column_takes_it() {
        let yes = Value::Bool(true);
        assert_eq!(written(Shape::Number, yes, Dialect::MySql).as_deref(), Some("1"));
        assert_eq!(written(Shape::Text, yes, Dialect::MySql).as_deref(), Some("true"));
        assert_eq!(written(Shape::Bool, yes, Dialect::Postgres).as_deref(), Some("true"));
        assert_eq!(written(Shape::Number, Value::F64(f64::NAN), Dialect::MariaDb), None);
        assert_eq!(written(Shape::Number, Value::F64(f64::NAN), Dialect::Postgres).as_deref(), Some("NaN"));
        assert_eq!(written(Shape::Text, Value::F64(f64::INFINITY), Dialect::MySql).as_deref(), Some("Infinity"));
        assert_eq!(written(Shape::Bytes, Value::Bytes(&[1, 255]), Dialect::Postgres).as_deref(), Some("\\x01ff"));
        assert_eq!(written(Shape::Bytes, Value::Str("ab"), Dialect::Postgres).as_deref(), Some("\\x6162"));
        assert_eq!(written(Shape::Json, Value::Str("a\"b"), Dialect::MySql).as_deref(), Some("\"a\\\"b\""));
    }
}
