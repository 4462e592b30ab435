//! The second stage: from nodes to a validated config.

mod actions;
mod callsites;
mod common;
mod delivery;
mod destinations;
mod enrich;
mod errors;
mod filters;
mod flat;
mod names;
mod recorder;
mod routes;
mod said;
mod top;

use crate::error::Problems;
use crate::origin::Origin;
use crate::raw::{Data, Node};
use crate::schema::Recorder;
use crate::section::{Section, Shared};
use crate::{Config, Registry};
use std::path::{Path, PathBuf};

/// Reads a config, of which `root` is everything read over each other; what is wrong is in `problems`.
pub(crate) fn config(
    name: &str,
    problems: &Problems<'_>,
    root: &mut Node,
    folder: &Path,
    registry: &Registry,
) -> Config {
    flat::desugar(root, problems);
    let directory = directory(root, folder, problems);
    let shared = Shared { problems, registry, directory: &directory, recorder: None };
    let mut section = Section::root(&shared, root.entries());
    let config = top::read(name, &mut section);
    section.finish();
    config
}

/// Runs all readers over `root`, to take down what they ask for.
pub(crate) fn record(root: &Node, problems: &Problems<'_>, registry: &Registry, recorder: &Recorder) {
    let shared = Shared { problems, registry, directory: Path::new("."), recorder: Some(recorder) };
    let mut section = Section::root(&shared, root.entries());
    flat::record(&mut section);
    top::read("", &mut section);
    section.finish();
}

/// The folder that relative paths start at.
fn directory(root: &Node, folder: &Path, problems: &Problems<'_>) -> PathBuf {
    let named = root.get("directory").and_then(|node| match &node.data {
        Data::Scalar { text, .. } if !node.is_null() => Some((text.as_str(), problems.origin(node.place))),
        _ => None,
    });
    let joined = match named {
        None => folder.to_owned(),
        // Who sets a variable thinks of where he is, not of where the file is.
        Some((named, Origin::Environment(_))) => PathBuf::from(named),
        Some((named, _)) => folder.join(named),
    };
    let absolute = std::path::absolute(&joined).unwrap_or(joined);
    // `a/.` is `a`.
    absolute.components().collect()
}
