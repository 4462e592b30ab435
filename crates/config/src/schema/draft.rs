//! The schema as JSON Schema.

use super::json::Json;
use super::recorder::{Name, ROOT, Slot};
use super::{Schema, Shape, types};

const ID: &str = "https://raw.githubusercontent.com/tracework/tracework/main/config/tracework.schema.json";

impl Schema {
    /// The schema as JSON Schema (draft 2020-12), for editors and for checks outside of the program. Wherever a single
    /// value may stand, a text with a `${VARIABLE}` may.
    ///
    /// ```
    /// use tracework_config::{Registry, Schema};
    ///
    /// let json = Schema::of(&Registry::new()).to_json();
    /// assert!(json.contains("\"$schema\": \"https://json-schema.org/draft/2020-12/schema\""));
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut draft = Draft { slots: &self.slots, definitions: types::definitions() };
        let mut root = draft.object(ROOT, None, "");
        let Json::Map(entries) = &mut root else { return String::new() };
        let head = [
            ("$schema", Json::text("https://json-schema.org/draft/2020-12/schema")),
            ("$id", Json::text(ID)),
            ("title", Json::text("tracework configuration")),
            ("description", Json::text("What a config of tracework may hold; docs/reference/config.md says the same.")),
        ];
        entries.retain(|(name, _)| name != "title");
        entries.splice(0..0, head.map(|(name, value)| (name.to_owned(), value)));
        entries.extend(whole());
        entries.push(("$defs".to_owned(), Json::Map(draft.definitions)));
        format!("{root}\n")
    }
}

struct Draft<'a> {
    slots: &'a [Slot],
    definitions: Vec<(String, Json)>,
}

impl Draft<'_> {
    /// A reference to the schema of a slot that stands at `path`.
    fn refer(&mut self, slot: usize, path: &str) -> Json {
        let schema = match self.slots[slot].types.is_empty() {
            true => self.object(slot, None, path),
            false => self.one_of(slot, path),
        };
        self.define(path, schema)
    }

    /// Takes a definition in, once if it is like another one but for its title.
    fn define(&mut self, path: &str, schema: Json) -> Json {
        let same = self.definitions.iter().find(|(_, other)| untitled(other) == untitled(&schema));
        if let Some((name, _)) = same {
            return Json::reference(name);
        }
        let words: Vec<&str> = path.split('.').collect();
        let free = |name: &String, definitions: &[(String, Json)]| definitions.iter().all(|(other, _)| other != name);
        let names = (1..=words.len()).map(|count| words[words.len() - count..].join("_"));
        let numbered = (2..).map(|number| format!("{}_{number}", words.join("_")));
        let name = names.chain(numbered).find(|name| free(name, &self.definitions)).unwrap_or_default();
        self.definitions.push((name.clone(), schema));
        Json::reference(&name)
    }

    /// A map of names that are listed; `kind` is the type, if there are types.
    fn object(&mut self, slot: usize, kind: Option<(&str, usize)>, path: &str) -> Json {
        let base = &self.slots[slot];
        let own = kind.map(|(_, own)| &self.slots[own]);
        let mut properties = Vec::new();
        let mut needed = Vec::new();
        for part in [Some(base), own].into_iter().flatten() {
            for name in &part.names {
                let property = match (kind, &base.type_name) {
                    (Some((kind, _)), Some(type_name)) if *type_name == name.name => {
                        Json::map([("const", Json::text(kind))])
                    }
                    _ => self.property(&[part, base], name, &at(path, &name.name)),
                };
                if name.needed {
                    needed.push(name.name.clone());
                }
                properties.push((name.name.clone(), property));
            }
        }
        // What the first stage reads has names that are not taken down.
        let is_open = base.names.is_empty() && base.others.is_none();
        let others = base.others.as_ref().map_or(Json::Bool(is_open), |shape| types::any_of(types::ways(shape, None)));
        let mut entries = vec![
            ("title", Json::text(path)),
            ("type", Json::text("object")),
            ("properties", Json::Map(properties)),
            ("additionalProperties", others),
        ];
        if !needed.is_empty() {
            entries.push(("required", Json::texts(needed)));
        }
        Json::map(entries)
    }

    /// A map whose names depend on its type.
    fn one_of(&mut self, slot: usize, path: &str) -> Json {
        let base = &self.slots[slot];
        let Some(type_name) = &base.type_name else { return Json::Bool(true) };
        let branches = base.types.iter().map(|(kind, own)| {
            let is = Json::map([(type_name.as_str(), Json::map([("const", Json::text(kind))]))]);
            let has = [("properties", is), ("required", Json::texts([type_name]))];
            let object = self.object(slot, Some((kind, *own)), &format!("{path}.{kind}"));
            let then = self.define(&format!("{path}.{kind}"), object);
            Json::map([("if", Json::map(has)), ("then", then)])
        });
        let branches = branches.collect();
        let names = base.types.iter().map(|(kind, _)| kind.as_str());
        let types = [Json::map([("enum", Json::texts(names))]), Json::map([("pattern", Json::text(r"\$\{"))])];
        let text = base.texts.iter().find(|(name, ..)| name == type_name).map_or("", |(_, text, _)| text);
        let property = Json::map([
            ("description", Json::text(text)),
            ("type", Json::text("string")),
            ("anyOf", Json::List(types.into())),
        ]);
        Json::map([
            ("title", Json::text(path)),
            ("type", Json::text("object")),
            ("properties", Json::map([(type_name.as_str(), property)])),
            ("allOf", Json::List(branches)),
        ])
    }

    /// The schema of one name's value.
    fn property(&mut self, slots: &[&Slot], name: &Name, path: &str) -> Json {
        let inside = name.inside.map(|slot| self.refer(slot, path));
        let mut shapes: Vec<Json> = name.shapes.iter().flat_map(|shape| types::ways(shape, inside.as_ref())).collect();
        if !name.needed && name.shapes != [Shape::Nothing] {
            shapes.push(Json::map([("type", Json::text("null"))]));
        }
        let mut entries = Vec::new();
        if let Some((_, text, example)) = text_of(slots, &name.name) {
            entries.push(("description", Json::text(text)));
            if let Some(example) = Json::of_yaml(example).filter(|_| !example.is_empty()) {
                entries.push(("examples", Json::List(vec![example])));
            }
        }
        if let Some(usual) = name.usual.as_deref().and_then(Json::of_yaml) {
            entries.push(("default", usual));
        }
        let Json::Map(ways) = types::any_of(shapes) else { return Json::map(entries) };
        let entries = entries.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(ways);
        Json::Map(entries.collect())
    }
}

/// What a config must say that nothing is read under: a profile or another file may have said the rest.
fn whole() -> [(String, Json); 2] {
    let says = |name: &str| Json::map([("required", Json::texts([name]))]);
    let parts = Json::map([("anyOf", Json::List(vec![says("profile"), says("include")]))]);
    let each = Json::map([("additionalProperties", Json::map([("required", Json::texts(["type"]))]))]);
    let then = Json::map([("properties", Json::map([("destinations", each)]))]);
    [("if".to_owned(), Json::map([("not", parts)])), ("then".to_owned(), then)]
}

/// What is said of `name`: by the reader that takes it, or by the one around.
pub(super) fn text_of<'a>(slots: &[&'a Slot], name: &str) -> Option<&'a (String, String, String)> {
    slots.iter().find_map(|slot| slot.texts.iter().find(|(other, text, _)| other == name && !text.is_empty()))
}

/// The path of `name` in the section at `path`.
fn at(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The schema without its own title.
fn untitled(schema: &Json) -> Json {
    match schema {
        Json::Map(entries) => Json::Map(entries.iter().filter(|(name, _)| name != "title").cloned().collect()),
        other => other.clone(),
    }
}
