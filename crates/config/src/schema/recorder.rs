//! Taking down what the readers ask for.

use super::Shape;
use std::cell::RefCell;

/// Takes down which names the readers take, and what each may hold. The readers themselves are run for it, so there is
/// nothing else to keep in step with them.
#[derive(Debug)]
pub(crate) struct Recorder {
    slots: RefCell<Vec<Slot>>,
}

/// What is known of one map of the config.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Its names, in the order in which they are asked for.
    pub(crate) names: Vec<Name>,
    /// What other names may hold, which its writer chooses.
    pub(crate) others: Option<Shape>,
    /// The name that says of which type it is.
    pub(crate) type_name: Option<String>,
    /// The types, each with the slot of what only it has.
    pub(crate) types: Vec<(String, usize)>,
    /// What the readers say of names: name, text, example.
    pub(crate) texts: Vec<(String, String, String)>,
}

/// What is known of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) name: String,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) needed: bool,
    /// The slot of what stands inside it.
    pub(crate) inside: Option<usize>,
    /// What holds without it, as a config would say it.
    pub(crate) usual: Option<String>,
}

/// The slot of the whole config.
pub(crate) const ROOT: usize = 0;

impl Recorder {
    pub(crate) fn new() -> Self {
        Self { slots: RefCell::new(vec![Slot::default()]) }
    }

    pub(crate) fn into_slots(self) -> Vec<Slot> {
        self.slots.into_inner()
    }

    pub(crate) fn slots(&self) -> Vec<Slot> {
        self.slots.borrow().clone()
    }

    /// `name` may hold `shape`.
    pub(crate) fn note(&self, slot: usize, name: &str, shape: Shape) {
        let slots = &mut *self.slots.borrow_mut();
        let found = entry(&mut slots[slot], name);
        let inside = shape.has_inside() && found.inside.is_none();
        if !found.shapes.contains(&shape) {
            found.shapes.push(shape);
        }
        if inside {
            let new = slots.len();
            entry(&mut slots[slot], name).inside = Some(new);
            slots.push(Slot::default());
        }
    }

    /// Without it, the value at `path` is `value`. Only names that are asked for are noted.
    pub(crate) fn usual(&self, slot: usize, path: &[String], value: &str) {
        let slots = &mut *self.slots.borrow_mut();
        let (mut slot, mut path) = (slot, path);
        while let Some((name, inner)) = path.split_first() {
            let Some(found) = slots[slot].names.iter_mut().find(|other| other.name == *name) else { return };
            match found.inside {
                _ if inner.is_empty() => {
                    if found.usual.is_none() && !found.needed {
                        found.usual = Some(value.to_owned());
                    }
                    return;
                }
                Some(inside) => (slot, path) = (inside, inner),
                None => return,
            }
        }
    }

    /// `name` must be there.
    pub(crate) fn need(&self, slot: usize, name: &str) {
        entry(&mut self.slots.borrow_mut()[slot], name).needed = true;
    }

    /// Names that nobody lists may hold `shape`.
    pub(crate) fn others(&self, slot: usize, shape: Shape) {
        self.slots.borrow_mut()[slot].others = Some(shape);
    }

    /// The slot of what stands inside `name`.
    pub(crate) fn inside(&self, slot: usize, name: &str) -> usize {
        let found =
            self.slots.borrow()[slot].names.iter().find(|other| other.name == name).and_then(|name| name.inside);
        found.unwrap_or(ROOT)
    }

    /// `name` says the type, which is one of `types`.
    pub(crate) fn typed<'a>(&self, slot: usize, name: &str, types: impl Iterator<Item = &'a str>) {
        for kind in types {
            let slots = &mut *self.slots.borrow_mut();
            slots[slot].type_name = Some(name.to_owned());
            if !slots[slot].types.iter().any(|(other, _)| other == kind) {
                let new = slots.len();
                slots[slot].types.push((kind.to_owned(), new));
                slots.push(Slot::default());
            }
        }
    }

    /// The slot of what only the type `kind` has.
    pub(crate) fn of_type(&self, slot: usize, kind: &str) -> usize {
        let slots = self.slots.borrow();
        slots[slot].types.iter().find(|(other, _)| other == kind).map_or(slot, |&(_, slot)| slot)
    }

    /// What the names mean.
    pub(crate) fn texts(&self, slot: usize, texts: &[(&str, &str, &str)]) {
        let known = &mut self.slots.borrow_mut()[slot].texts;
        for (name, text, example) in texts {
            if !known.iter().any(|(other, ..)| other == name) {
                known.push(((*name).to_owned(), (*text).to_owned(), (*example).to_owned()));
            }
        }
    }
}

fn entry<'a>(slot: &'a mut Slot, name: &str) -> &'a mut Name {
    let at = slot.names.iter().position(|other| other.name == name).unwrap_or_else(|| {
        slot.names.push(Name { name: name.to_owned(), shapes: Vec::new(), needed: false, inside: None, usual: None });
        slot.names.len() - 1
    });
    &mut slot.names[at]
}
