//! What a config says of a destination, written in one way, so that a reload sees what is different.

use crate::raw::{Data, Key, Node};
use std::fmt::Write as _;
use std::path::PathBuf;
use tracework_engine::Source;

/// What `entries` say, of which the destination's type read those in `own`, the files in `paths` and the secrets that
/// `secrets` stands for.
pub(super) fn source(entries: &[(Key, Node)], own: &[String], paths: &[(String, PathBuf)], secrets: u64) -> Source {
    let mut source = Source::default();
    for (key, node) in sorted(entries) {
        let part = match key {
            "format" => &mut source.format,
            _ if own.iter().any(|name| name == key) => &mut source.own,
            _ => &mut source.settings,
        };
        write(part, key, node);
    }
    for (name, path) in paths {
        _ = writeln!(source.own, "{name}={path:?}");
    }
    _ = writeln!(source.own, "secrets={secrets:x}");
    source
}

/// In the order of their names; what is empty counts as absent, as for readers.
fn sorted(entries: &[(Key, Node)]) -> Vec<(&str, &Node)> {
    let filled = entries.iter().filter(|(_, node)| !node.is_null());
    let mut sorted: Vec<_> = filled.map(|(key, node)| (key.text.as_str(), node)).collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    sorted
}

fn write(into: &mut String, name: &str, node: &Node) {
    _ = write!(into, "{name:?}:");
    write_node(into, node);
    into.push(',');
}

fn write_node(into: &mut String, node: &Node) {
    match &node.data {
        Data::Scalar { text, .. } => _ = write!(into, "{text:?}"),
        Data::List(items) => {
            into.push('[');
            for item in items {
                write_node(into, item);
                into.push(',');
            }
            into.push(']');
        }
        Data::Map(entries) => {
            into.push('{');
            sorted(entries).into_iter().for_each(|(name, node)| write(into, name, node));
            into.push('}');
        }
    }
}
