//! Taking what has a `type`.

use super::Section;
use crate::nearest::suggest;
use crate::place::{Place, shown};
use crate::raw::{Data, Key, Node};
use crate::registry::Offers;
use crate::schema::Shape;
use tracework_core::Action;

impl<'a> Section<'a> {
    /// Takes an action: a map with a `type`, which names one that the [`Registry`](crate::Registry) offers.
    pub fn take_action(&mut self, name: &str) -> Option<Box<dyn Action>> {
        let (key, node) = self.take_entry(name, Shape::Map)?;
        self.typed(name, self.path_of(name), key.place, node, &self.shared.registry.actions)
    }

    /// Takes a map of names, each with what `offers` makes of it.
    pub(crate) fn take_named<T>(&mut self, name: &str, offers: &Offers<T>) -> Vec<(&'a Key, T)> {
        let Some((_, node)) = self.take_entry(name, Shape::named(Shape::Map)) else { return Vec::new() };
        if !matches!(node.data, Data::Map(_)) {
            let message = format!("`{}` must be a map; this is {}", self.path_of(name), node.noun());
            self.refuse_at(node.place, message, Some("write `NAME: { type: .. }`, a line for each".into()));
            return Vec::new();
        }
        let made = node.entries().iter().filter_map(|(key, node)| {
            let path = format!("{}.{}", self.path_of(name), key.text);
            Some((key, self.typed(name, path, key.place, node, offers)?))
        });
        made.collect()
    }

    /// Makes what stands at `path`, which belongs to what was taken as `name`.
    fn typed<T>(&self, name: &str, path: String, place: Place, node: &'a Node, offers: &Offers<T>) -> Option<T> {
        self.item(name, path, place, node)?.take_offered(offers).map(|(_, made)| made)
    }

    /// Makes what this section says, by its `type`; that too. What nobody takes is reported.
    pub(crate) fn take_offered<T>(&mut self, offers: &Offers<T>) -> Option<(&'a str, T)> {
        let role = offers.role();
        self.about(&[("type", &format!("Which type of {role} it is."), "")]);
        let (kind, at) = self.need("type", |section, name| section.take_type(name, offers.names())).ok()?;
        let Some(factory) = offers.factory(kind) else {
            let none = || format!("this program has no {role}s; link a crate that offers one");
            let help = suggest(kind, offers.names()).unwrap_or_else(none);
            self.refuse_at(at.place, format!("`{}` is no type of {role}", shown(kind)), Some(help));
            return None;
        };
        let made = factory(self);
        if made.is_err() {
            self.give_up();
        }
        self.finish();
        made.ok().map(|made| (kind, made))
    }
}
