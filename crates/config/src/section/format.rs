//! Taking a format.

use super::Section;
use crate::nearest::suggest;
use crate::place::shown;
use crate::raw::Data;
use crate::save::usual;
use crate::schema::Shape;
use tracework_core::Format;

impl Section<'_> {
    /// Says that what is written here goes to a terminal that shows colours.
    pub fn set_colored(&mut self, colored: bool) {
        self.colored = colored;
    }

    /// Does what is written here go to a terminal that shows colours? A format asks.
    #[must_use]
    pub fn is_colored(&self) -> bool {
        self.colored
    }

    /// Takes the format, for a destination that must know it. One that does not call this gets its format all the same.
    pub fn take_format(&mut self) -> Option<Box<dyn Format>> {
        if self.format.is_none() {
            self.format = self.read_format();
        }
        self.format.as_ref().map(|(_, format)| format.clone())
    }

    /// The format's name.
    pub(crate) fn format_name(&self) -> Option<&str> {
        self.format.as_ref().map(|(name, _)| name.as_str())
    }

    /// `format: json`, or `format: { type: json, .. }`.
    fn read_format(&mut self) -> Option<(String, Box<dyn Format>)> {
        let shared = self.shared;
        self.note_words("format", shared.registry.formats());
        let (key, node) = self.take_entry("format", Shape::Map)?;
        let kind = match &node.data {
            Data::Map(_) => node.get("type").unwrap_or(node),
            _ => node,
        };
        let Data::Scalar { text: name, .. } = &kind.data else {
            let message = format!("`{}` must be a name, or a map with a `type`", self.path_of("format"));
            self.refuse_at(kind.place, message, Some("write `format: json` or `format: { type: json, .. }`".into()));
            return None;
        };
        let Some(factory) = shared.registry.formats.factory(name) else {
            let help = suggest(name, shared.registry.formats());
            self.refuse_at(kind.place, format!("`{}` is no format", shown(name)), help);
            return None;
        };
        let mut section = self.inside("format", self.path_of("format"), key.place, node.entries());
        section.colored = self.colored;
        section.about(&[("type", "Which format it is.", "json")]);
        let _ = section.need("type", |section, kind| match &node.data {
            Data::Map(_) => section.take_type(kind, shared.registry.formats()).map(drop),
            _ => {
                section.set_type(kind, name, shared.registry.formats());
                Some(())
            }
        });
        let format = factory(&mut section).ok();
        section.note_usual(|| {
            let description = format.as_ref().and_then(|format| format.as_config());
            description.map(|description| usual::of_description(&description)).unwrap_or_default()
        });
        section.finish();
        format.map(|format| (name.clone(), format))
    }
}
