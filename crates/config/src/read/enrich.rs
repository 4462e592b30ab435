//! What the surroundings of the process add to every record.

use crate::nearest::suggest;
use crate::place::shown;
use crate::schema::Shape;
use crate::section::Section;
use tracework_engine::Resource;

/// `enrich: [kubernetes, systemd]`.
pub(super) fn enrich(top: &mut Section<'_>) -> Vec<Resource> {
    let names = Resource::ALL.map(Resource::name);
    let mut resources = Vec::new();
    for (text, node) in top.take_nodes("enrich", Shape::words(names)).unwrap_or_default() {
        match text.parse() {
            Ok(resource) if !resources.contains(&resource) => resources.push(resource),
            Ok(_) => {}
            Err(_) => {
                let message = format!("`{}` tells nothing of the process", shown(text));
                top.refuse_at(node.place, message, suggest(text, names));
            }
        }
    }
    resources
}
