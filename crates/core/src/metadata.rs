//! What is added to every record.

use std::sync::atomic::{AtomicU64, Ordering};

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// What the program says of itself in every record: service, host, region. Made once for a plan.
#[derive(Debug, Default)]
pub struct Metadata {
    id: u64,
    pairs: Vec<(Box<str>, Box<str>)>,
}

impl Metadata {
    /// Metadata of these names and values; a later name replaces an earlier one.
    pub fn new<K: Into<Box<str>>, V: Into<Box<str>>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut kept: Vec<(Box<str>, Box<str>)> = Vec::new();
        for (key, value) in pairs {
            let (key, value) = (key.into(), value.into());
            match kept.iter_mut().find(|(known, _)| *known == key) {
                Some(pair) => pair.1 = value,
                None => kept.push((key, value)),
            }
        }
        Self { id: NEXT_ID.fetch_add(1, Ordering::Relaxed), pairs: kept }
    }

    /// A number of its own in this process: a format may keep what it made of these pairs by it.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// Its names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(key, value)| (&**key, &**value))
    }
}
