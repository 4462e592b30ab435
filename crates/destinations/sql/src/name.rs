//! Names of tables and columns, which go into statements as text and are therefore checked.

use crate::Mistake;
use crate::url::Kind;

/// The most bytes of a name that each engine keeps whole.
const LONGEST: usize = 63;

/// Is it a letter or `_`, then letters, digits and `_`, 63 at the most, all of ASCII?
pub(crate) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    begins && name.len() <= LONGEST && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What to say of a name that is none.
pub(crate) fn objection(name: &str) -> String {
    let right = "a name has a letter or `_`, then letters, digits or `_`, 63 at the most";
    let wrong = name.chars().find(|letter| !letter.is_ascii_alphanumeric() && *letter != '_');
    match wrong {
        Some(wrong) => format!("the name holds `{}`; {right}", wrong.escape_debug()),
        None if name.is_empty() => format!("the name is empty; {right}"),
        None if name.len() > LONGEST => format!("the name has {} letters; {right}", name.len()),
        None => format!("the name begins with a digit; {right}"),
    }
}

/// A table, in a schema of its own if one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableName {
    pub(crate) schema: Option<String>,
    pub(crate) table: String,
}

impl TableName {
    /// The table that `name` or `schema.name` names.
    pub(crate) fn new(text: &str) -> Result<Self, Mistake> {
        let (schema, table) = match text.split_once('.') {
            Some((schema, table)) => (Some(schema), table),
            None => (None, text),
        };
        match schema.into_iter().chain([table]).find(|name| !is_name(name)) {
            Some(wrong) => Err(Mistake::new("table", objection(wrong))),
            None => Ok(Self { schema: schema.map(str::to_owned), table: table.to_owned() }),
        }
    }

    /// Another table in the same schema.
    pub(crate) fn beside(&self, table: &str) -> Self {
        Self { schema: self.schema.clone(), table: table.to_owned() }
    }

    /// As a statement names it.
    pub(crate) fn quoted(&self, kind: Kind) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", quoted(schema, kind), quoted(&self.table, kind)),
            None => quoted(&self.table, kind),
        }
    }

    /// As a person names it.
    pub(crate) fn shown(&self) -> String {
        self.schema.iter().map(|schema| format!("{schema}.")).chain([self.table.clone()]).collect()
    }
}

/// A checked name as a statement names it.
pub(crate) fn quoted(name: &str, kind: Kind) -> String {
    match kind {
        Kind::MySql => format!("`{name}`"),
        Kind::Postgres | Kind::Sqlite => format!("\"{name}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_letters_digits_and_lines() {
        for name in ["a", "_", "Logs_2026", &"x".repeat(63)] {
            assert!(is_name(name), "{name}");
        }
        let long = "x".repeat(64);
        for name in ["", "1a", "a b", "a-b", "a\"b", "a`b", "a;DROP TABLE a", "ä", "a.b", "a\0", &long] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_name_is_told() {
        for (name, what) in [("a; b", "holds `;`"), ("", "is empty"), ("1a", "begins"), (&*"x".repeat(64), "has 64")] {
            assert!(objection(name).contains(what), "{}", objection(name));
        }
    }

    #[test]
    fn a_table_may_stand_in_a_schema() {
        let table = TableName::new("audit.logs").expect("two names");
        assert_eq!(table.quoted(Kind::Postgres), "\"audit\".\"logs\"");
        assert_eq!(table.quoted(Kind::MySql), "`audit`.`logs`");
        assert_eq!(table.beside("other").shown(), "audit.other");
        for wrong in ["", ".", "a.", ".a", "a.b.c", "logs; --"] {
            assert!(TableName::new(wrong).is_err(), "{wrong}");
        }
    }
}
