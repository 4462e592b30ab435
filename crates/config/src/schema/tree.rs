//! The schema itself.

use super::recorder::{ROOT, Slot};
use super::{Shape, sample};
use crate::Registry;

/// What a config may hold, taken down from the readers and from the factories of a [`Registry`]: each name with what its
/// value can be, whether it must be there, and what it means.
///
/// ```
/// use tracework_config::{Registry, Schema};
/// use tracework_std::Memory;
///
/// let registry = Registry::new().destination("memory", |section| {
///     section.about(&[("records", "How many records are kept; the oldest make room.", "1000")]);
///     Ok(Memory::new(section.take_count("records").unwrap_or(1000)))
/// });
/// let schema = Schema::of(&registry);
/// assert!(schema.unexplained().is_empty(), "every name has its text");
/// ```
#[derive(Clone, Debug)]
pub struct Schema {
    pub(super) slots: Vec<Slot>,
}

impl Schema {
    /// The schema of the configs that are read with `registry`. Every reader and every factory is run for it, over
    /// made-up values; what they make is dropped again, and no destination is opened.
    #[must_use]
    pub fn of(registry: &Registry) -> Self {
        sample::record(registry)
    }

    pub(super) fn new(slots: Vec<Slot>) -> Self {
        Self { slots }
    }

    /// The names without a text, and the texts without a name, each with the names around it: `destinations.file.path`.
    /// What a factory takes it explains by [`Section::about`](crate::Section::about).
    #[must_use]
    pub fn unexplained(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.look(ROOT, "", None, &mut found);
        found.sort();
        found.dedup();
        found
    }

    fn look(&self, slot: usize, path: &str, base: Option<&Slot>, found: &mut Vec<String>) {
        let slot = &self.slots[slot];
        let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        for name in &slot.names {
            let has = |slot: &Slot| slot.texts.iter().any(|(other, text, _)| *other == name.name && !text.is_empty());
            if name.shapes != [Shape::Nothing] && !has(slot) && !base.is_some_and(has) {
                found.push(at(&name.name));
            }
            if let Some(inside) = name.inside {
                self.look(inside, &at(&name.name), None, found);
            }
        }
        let taken = |name: &str| {
            let types = slot.types.iter().map(|&(_, slot)| &self.slots[slot]);
            types.chain([slot]).any(|slot| slot.names.iter().any(|other| other.name == name))
        };
        let stale = slot.texts.iter().filter(|(name, ..)| !taken(name));
        found.extend(stale.map(|(name, ..)| format!("{} (nothing takes it)", at(name))));
        for (kind, own) in &slot.types {
            self.look(*own, &at(kind), Some(slot), found);
        }
    }
}
