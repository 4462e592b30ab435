//! The names of destinations, wherever they stand.

use crate::nearest::suggest;
use crate::place::shown;
use crate::raw::Node;
use crate::schema::Shape;
use crate::section::Section;

/// The names of all destinations of the config, also of those that are wrong in other ways.
pub(super) fn known(top: &mut Section<'_>) -> Vec<String> {
    let entries = top.take("destinations", Shape::named(Shape::Map)).map(Node::entries).unwrap_or_default();
    entries.iter().map(|(key, _)| key.text.clone()).collect()
}

/// `[a, b]` for `a,b`, if these are destinations: an environment's variable looks as if it took that.
fn list_of(name: &str, known: &[String]) -> Option<String> {
    let names: Vec<&str> = name.split([',', ' ']).filter(|part| !part.is_empty()).collect();
    let all = names.len() > 1 && names.iter().all(|name| known.iter().any(|known| known == name));
    all.then(|| format!("[{}]", names.join(", ")))
}

/// Is `name` a destination's? Reported if not.
pub(super) fn check(section: &Section<'_>, name: &str, node: &Node, known: &[String]) -> bool {
    let found = known.iter().any(|known| known == name);
    if !found {
        let help = match list_of(name, known) {
            Some(list) => Some(format!("a list is written `{list}`")),
            None => suggest(name, known.iter().map(String::as_str)),
        };
        section.refuse_at(node.place, format!("no destination is called `{}`", shown(name)), help);
    }
    found
}
