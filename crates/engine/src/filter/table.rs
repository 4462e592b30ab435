//! What a filter remembers of each key, bounded.

use std::collections::HashMap;
use std::collections::hash_map;
use std::hash::{BuildHasherDefault, Hasher};

/// Values by key, at most so many: of too many, the one that was not asked for the longest time goes. Keys are hashes
/// already.
#[derive(Debug)]
pub(crate) struct Table<V> {
    places: HashMap<u64, usize, BuildHasherDefault<AsItIs>>,
    entries: Vec<Entry<V>>,
    /// The entry that was asked for last, and the one that was not for the longest time.
    newest: usize,
    oldest: usize,
    most: usize,
    forgotten: u64,
}

#[derive(Debug)]
struct Entry<V> {
    key: u64,
    value: V,
    /// The neighbours in the order of use.
    newer: usize,
    older: usize,
}

/// No entry.
const NONE: usize = usize::MAX;

/// What [`Table::entry`] found.
pub(crate) struct Found<'a, V> {
    /// The key's value.
    pub(crate) value: &'a mut V,
    /// Was it there already?
    pub(crate) known: bool,
    /// What had to go to make room.
    pub(crate) evicted: Option<(u64, V)>,
}

impl<V> Table<V> {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            places: HashMap::default(),
            entries: Vec::new(),
            newest: NONE,
            oldest: NONE,
            most: most.clamp(1, super::MOST_KEYS),
            forgotten: 0,
        }
    }

    pub(crate) fn most(&self) -> usize {
        self.most
    }

    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Counts a key that was removed to make room.
    pub(crate) fn note_forgotten(&mut self) {
        self.forgotten += 1;
    }

    /// The value of `key`, made by `new` if it is not there.
    pub(crate) fn entry(&mut self, key: u64, new: impl FnOnce() -> V) -> Found<'_, V> {
        if self.newest != NONE && self.entries[self.newest].key == key {
            return Found { value: &mut self.entries[self.newest].value, known: true, evicted: None };
        }
        let full = self.places.len() == self.most;
        let (place, known, evicted) = match self.places.entry(key) {
            hash_map::Entry::Occupied(place) => (*place.get(), true, None),
            hash_map::Entry::Vacant(vacant) if !full => {
                vacant.insert(self.entries.len());
                self.entries.push(Entry { key, value: new(), newer: NONE, older: NONE });
                let place = self.entries.len() - 1;
                self.link(place);
                return Found { value: &mut self.entries[place].value, known: false, evicted: None };
            }
            hash_map::Entry::Vacant(vacant) => {
                let place = self.oldest;
                vacant.insert(place);
                let entry = &mut self.entries[place];
                let before = (std::mem::replace(&mut entry.key, key), std::mem::replace(&mut entry.value, new()));
                self.places.remove(&before.0);
                self.forgotten += 1;
                (place, false, Some(before))
            }
        };
        self.unlink(place);
        self.link(place);
        Found { value: &mut self.entries[place].value, known, evicted }
    }

    /// The value of `key`, if it is there. It counts as not asked for.
    pub(crate) fn get_mut(&mut self, key: u64) -> Option<&mut V> {
        let place = *self.places.get(&key)?;
        Some(&mut self.entries[place].value)
    }

    /// The key that was not asked for the longest time.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.entries.get(self.oldest).map(|entry| entry.key)
    }

    /// Takes the value of `key` out.
    pub(crate) fn remove(&mut self, key: u64) -> Option<V> {
        let place = self.places.remove(&key)?;
        self.unlink(place);
        let removed = self.entries.swap_remove(place);
        // The last entry took its place.
        if let Some(moved) = self.entries.get(place) {
            let (key, newer, older) = (moved.key, moved.newer, moved.older);
            self.places.insert(key, place);
            match newer {
                NONE => self.newest = place,
                newer => self.entries[newer].older = place,
            }
            match older {
                NONE => self.oldest = place,
                older => self.entries[older].newer = place,
            }
        }
        Some(removed.value)
    }

    /// All values with their keys, in no order.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (u64, &mut V)> {
        self.entries.iter_mut().map(|entry| (entry.key, &mut entry.value))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    fn unlink(&mut self, place: usize) {
        let (newer, older) = (self.entries[place].newer, self.entries[place].older);
        match newer {
            NONE => self.newest = older,
            newer => self.entries[newer].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => self.entries[older].newer = newer,
        }
    }

    /// Makes it the newest.
    fn link(&mut self, place: usize) {
        let before = self.newest;
        (self.entries[place].newer, self.entries[place].older) = (NONE, before);
        match before {
            NONE => self.oldest = place,
            before => self.entries[before].newer = place,
        }
        self.newest = place;
    }
}

/// A hasher of hashes.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_least_recently_asked_goes() {
        let mut table = Table::new(2);
        table.entry(1, || 'a');
        table.entry(2, || 'b');
        assert!(table.entry(1, || 'x').known);
        let found = table.entry(3, || 'c');
        assert_eq!((found.known, found.evicted), (false, Some((2, 'b'))));
        assert_eq!((table.forgotten(), table.oldest(), table.len()), (1, Some(1), 2));
        assert_eq!(table.remove(1), Some('a'));
        assert_eq!((table.oldest(), table.get_mut(3).copied()), (Some(3), Some('c')));
    }

    proptest! {
        /// Against a plain list, the newest first.
        #[test]
        fn it_keeps_what_a_list_would(most in 1_usize..6, steps in prop::collection::vec((0_u64..9, any::<bool>()), 0..200)) {
            let mut table = Table::new(most);
            let mut list: Vec<u64> = Vec::new();
            for (key, asks) in steps {
                if asks {
                    let found = table.entry(key, || key);
                    prop_assert_eq!(found.known, list.contains(&key));
                    prop_assert_eq!(*found.value, key);
                    let evicted = found.evicted.map(|(key, _)| key);
                    list.retain(|&other| other != key);
                    prop_assert_eq!(evicted, (list.len() == most).then(|| list.pop()).flatten());
                    list.insert(0, key);
                } else {
                    prop_assert_eq!(table.remove(key).is_some(), list.contains(&key));
                    list.retain(|&other| other != key);
                }
                prop_assert_eq!(table.oldest(), list.last().copied());
                prop_assert_eq!(table.len(), list.len());
            }
        }
    }
}
