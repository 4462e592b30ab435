//! Actions: what alerts run.

use super::said;
use crate::place::shown;
use crate::raw::Data;
use crate::schema::Shape;
use crate::section::Section;
use tracework_engine::PlannedAction;

/// `actions: [{ type: ring, .. }]` of `section`, which is called `owner`. `None` if nothing is said of them.
pub(super) fn actions(section: &mut Section<'_>, owner: &str) -> Option<Vec<PlannedAction>> {
    let node = section.take("actions", Shape::Sections)?;
    let path = section.path_of("actions");
    let Data::List(list) = &node.data else {
        let message = format!("`{path}` must be a list; this is {}", node.noun());
        section.refuse_at(node.place, message, Some("write `- { type: TYPE, .. }`, a line for each action".into()));
        return Some(Vec::new());
    };
    let offers = &section.shared().registry.actions;
    let mut actions: Vec<PlannedAction> = Vec::new();
    for (number, node) in list.iter().enumerate() {
        let path = format!("{path}[{number}]");
        let Some(mut item) = section.item("actions", path, node.place, node) else { continue };
        item.about(&[("name", "What it is called in reports; without it, the alert's name and its type.", "siren")]);
        let name = item.take_str("name");
        let Some((kind, made)) = item.take_offered(offers) else { continue };
        let name = name.unwrap_or_else(|| format!("{owner}.{kind}"));
        let source = said::source(node.entries(), item.asked(), item.paths(), item.secrets()).own;
        if !Section::is_name(&name) {
            let message = format!("`{}` is no name of an action", shown(&name));
            let help = "a name is one to 64 letters, digits, `_`, `-` and `.`, without a `-` at the start";
            item.refuse(if item.has("name") { "name" } else { "type" }, format!("{message}; {help}"));
        }
        if actions.iter().any(|other| other.name() == name) {
            let twice = format!("another action here is called `{}` already", shown(&name));
            item.refuse(if item.has("name") { "name" } else { "type" }, format!("{twice}; give it a `name`"));
        }
        actions.push(PlannedAction::new(name, source, made));
    }
    Some(actions)
}
