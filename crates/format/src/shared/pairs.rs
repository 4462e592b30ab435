//! Names and values that go among the fields of a record, if no field is called the same.

use super::Dialect;
use super::fields::name_bit;
use tracework_core::{Record, Value};

/// Names and values that go among the fields of many records, encoded once.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    /// All of them, as they are where no field is called the same.
    all: Vec<u8>,
    /// A bit of each name.
    names: u64,
    each: Vec<Pair>,
}

#[derive(Debug)]
struct Pair {
    name: Box<str>,
    /// Does the format leave it the name?
    free: bool,
    value: Vec<u8>,
}

impl Pairs {
    /// Takes in a pair. Where its name is not free, `prefix` stands before it.
    pub(crate) fn push(&mut self, name: &str, value: Value<'_>, prefix: &str, dialect: &impl Dialect) {
        let mut text = Vec::new();
        dialect.value(&mut text, value);
        let free = dialect.is_free(name);
        dialect.name(&mut self.all, if free { "" } else { prefix }, name);
        self.all.extend_from_slice(&text);
        self.names |= if free { name_bit(name) } else { 0 };
        self.each.push(Pair { name: name.into(), free, value: text });
    }

    /// A bit of each name.
    pub(crate) fn names(&self) -> u64 {
        self.names
    }

    /// Is there one of this name?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.each.iter().any(|pair| *pair.name == *name)
    }

    /// Appends them: all at once where the names `before` them are surely others, else one by one, with `prefix` before
    /// those that `is_there` says are there.
    #[inline]
    pub(crate) fn write(
        &self,
        out: &mut Vec<u8>,
        prefix: &str,
        before: u64,
        dialect: &impl Dialect,
        is_there: impl Fn(&str) -> bool,
    ) {
        if self.names & before == 0 {
            out.extend_from_slice(&self.all);
            return;
        }
        for pair in &self.each {
            let changed = !pair.free || is_there(&pair.name);
            dialect.name(out, if changed { prefix } else { "" }, &pair.name);
            out.extend_from_slice(&pair.value);
        }
    }
}

/// Has `record` a field of this name?
pub(crate) fn has_field(record: &Record<'_>, name: &str) -> bool {
    record.fields().any(|entry| entry.key == name)
}
