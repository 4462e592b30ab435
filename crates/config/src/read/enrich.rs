//! What adds to every record: the surroundings of the process, and enrichers.

use crate::nearest::suggest;
use crate::place::shown;
use crate::schema::Shape;
use crate::section::Section;
use std::sync::Arc;
use tracework_core::Enricher;
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

/// `enrichers: { NAME: { type: .. } }`.
pub(super) fn enrichers(top: &mut Section<'_>) -> Vec<(String, Arc<dyn Enricher>)> {
    let offers = &top.shared().registry.enrichers;
    let made = top.take_named("enrichers", offers).into_iter();
    made.map(|(key, enricher)| (key.text.clone(), enricher)).collect()
}
