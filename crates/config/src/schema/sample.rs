//! Configs that are made up of what was taken down, to have the readers ask for more.

use super::recorder::{Name, Recorder, Slot};
use super::{Schema, Shape};
use crate::Registry;
use crate::error::Problems;
use crate::origin::Texts;
use crate::place::Place;
use crate::raw::{Data, Key, Node};
use crate::read;
use crate::source::defaults;

/// More rounds than this need no readers that one could understand.
const MOST_ROUNDS: usize = 64;

/// Runs all readers until none asks for anything new.
///
/// A reader may ask for a name only if another one is there, or holds a certain word. So it is run over one config after
/// the other: first with nothing but what must be there, then with each word and each type in turn.
pub(super) fn record(registry: &Registry) -> Schema {
    let recorder = Recorder::new();
    loop {
        let before = recorder.slots();
        let rounds = before.iter().flat_map(widths).max().unwrap_or(0) + 1;
        for round in 0..rounds.clamp(2, MOST_ROUNDS) {
            let slots = recorder.slots();
            let root = node(Data::Map(Sample { slots: &slots, round }.entries(super::recorder::ROOT)));
            read::record(&root, &Problems::new(&Texts::default()), registry, &recorder);
        }
        if recorder.slots() == before {
            break;
        }
    }
    let texts = Texts::default();
    let problems = Problems::new(&texts);
    if let Some(defaults) = defaults(&problems) {
        usual(&recorder, &mut Vec::new(), &defaults);
    }
    Schema::new(recorder.into_slots())
}

/// What holds at the top without a word.
fn usual(recorder: &Recorder, path: &mut Vec<String>, node: &Node) {
    match &node.data {
        Data::Map(entries) => {
            for (key, node) in entries {
                path.push(key.text.clone());
                usual(recorder, path, node);
                path.pop();
            }
        }
        Data::Scalar { text, plain: true } => recorder.usual(super::recorder::ROOT, path, text),
        Data::Scalar { text, plain: false } => recorder.usual(super::recorder::ROOT, path, &format!("{text:?}")),
        Data::List(_) => {}
    }
}

/// How many things a slot lets one choose from.
fn widths(slot: &Slot) -> Vec<usize> {
    let words = slot.names.iter().flat_map(|name| name.shapes.iter().map(|shape| shape.choices().len()));
    words.chain([slot.types.len()]).collect()
}

struct Sample<'a> {
    slots: &'a [Slot],
    round: usize,
}

impl Sample<'_> {
    fn entries(&self, slot: usize) -> Vec<(Key, Node)> {
        let kinds = &self.slots[slot].types;
        match kinds.is_empty() {
            true => self.of_type(slot, None),
            false => self.of_type(slot, Some(&kinds[self.round % kinds.len()])),
        }
    }

    /// The entries of a slot that has types.
    fn of_type(&self, slot: usize, kind: Option<&(String, usize)>) -> Vec<(Key, Node)> {
        let base = &self.slots[slot];
        let mut entries: Vec<(Key, Node)> = Vec::new();
        if let (Some(name), Some((kind, _))) = (&base.type_name, kind) {
            entries.push((key(name), text(kind)));
        }
        let own = kind.map(|&(_, own)| &self.slots[own]);
        for slot in [Some(base), own].into_iter().flatten() {
            for name in &slot.names {
                if entries.iter().any(|(key, _)| key.text == name.name) {
                    continue;
                }
                if let Some(node) = self.value(slot, name) {
                    entries.push((key(&name.name), node));
                }
            }
        }
        entries
    }

    /// What to put at `name` in this round.
    fn value(&self, slot: &Slot, name: &Name) -> Option<Node> {
        let words: Vec<String> = name.shapes.iter().flat_map(Shape::choices).collect();
        let inside = name.shapes.iter().find(|shape| shape.has_inside()).zip(name.inside);
        if let Some((shape, inside)) = inside
            && (self.round.is_multiple_of(2) || words.is_empty())
        {
            return Some(self.inside(shape, inside));
        }
        if !words.is_empty() && (self.round > 0 || name.needed) {
            return Some(text(&words[self.round % words.len()]));
        }
        let example = slot.texts.iter().find(|(other, ..)| *other == name.name).map(|(.., example)| example.as_str());
        (name.needed || name.shapes.contains(&Shape::Bool) && self.round % 2 == 1)
            .then(|| text(example.filter(|example| !example.is_empty()).unwrap_or("1")))
    }

    fn inside(&self, shape: &Shape, inside: usize) -> Node {
        let kinds = &self.slots[inside].types;
        let each = || {
            let all: Vec<_> = match kinds.is_empty() {
                true => vec![("one".to_owned(), self.of_type(inside, None))],
                false => kinds.iter().map(|kind| (kind.0.clone(), self.of_type(inside, Some(kind)))).collect(),
            };
            all.into_iter().map(|(name, entries)| (name, node(Data::Map(entries))))
        };
        node(match shape {
            Shape::Named(_) => Data::Map(each().map(|(name, node)| (key(&name), node)).collect()),
            Shape::Sections | Shape::List(_) => Data::List(each().map(|(_, node)| node).collect()),
            _ => Data::Map(self.entries(inside)),
        })
    }
}

fn node(data: Data) -> Node {
    Node { place: Place::default(), data }
}

fn text(text: &str) -> Node {
    node(Data::Scalar { text: text.to_owned(), plain: false })
}

fn key(text: &str) -> Key {
    Key { place: Place::default(), text: text.to_owned() }
}
