//! Everything that a config is read from, one over the other.

use super::config_source::Body;
use super::include::Loader;
use super::profiles::{self, Chosen};
use super::variables::Variables;
use super::{ConfigSource, rust_log, value};
use crate::Reported;
use crate::error::Problems;
use crate::origin::Origin;
use crate::provenance::{self, Provenance};
use crate::raw::{self, Data, Node};
use std::path::PathBuf;

/// What is built in.
const DEFAULTS: &str = include_str!("../../defaults.yml");

/// What came of reading everything over each other.
pub(crate) struct Stack {
    pub(crate) root: Node,
    profile: Option<String>,
    profiles: Vec<String>,
    folders: Vec<PathBuf>,
}

/// Reads everything. `None` if nothing came of it; the problems say why.
pub(crate) fn stack(source: &ConfigSource, problems: &Problems<'_>) -> Option<Stack> {
    let lookup = |name: &str| source.environment.get(name);
    let mut loader = Loader::new(problems, &lookup);
    let loaded = load(source, &mut loader);
    if loader.parts.is_empty() {
        return None;
    }
    let mut file = empty(&loader.parts[loader.parts.len() - 1].root);
    for part in &loader.parts {
        raw::merge(&mut file, part.root.clone());
    }
    provenance::hide_secrets(&file, problems);
    let variables = Variables::read(&source.environment, problems, &loader.nodes);
    let chosen = chosen(source, &variables, &file, &loader);
    let chain = profiles::check(&file, problems).and_then(|()| match &chosen {
        Some(chosen) => profiles::chain(chosen, &file, problems, &loader.nodes),
        None => Ok(Vec::new()),
    });
    // What is missing would be missed in many places.
    loaded.and(chain.as_ref().map(|_| ()).map_err(|&reported| reported)).ok()?;

    let mut root = empty(&file);
    defaults(problems).into_iter().for_each(|node| raw::merge(&mut root, node));
    for link in chain.unwrap_or_default() {
        let mut texts = link.texts.iter();
        let first = texts.next().copied();
        first.inspect(|&first| problems.texts().rank(first));
        first.inspect(|&first| texts.for_each(|&text| problems.texts().rank_like(text, first)));
        raw::merge(&mut root, link.node);
    }
    for part in std::mem::take(&mut loader.parts) {
        problems.texts().rank(part.text);
        raw::merge(&mut root, part.root);
    }
    if let Some(directives) = lookup("RUST_LOG").filter(|text| source.rust_log && !text.trim().is_empty())
        && let Some(node) = rust_log::node(&directives, &root, problems)
    {
        // They replace all targets.
        take(&mut root, "targets");
        raw::merge(&mut root, node);
    }
    if let Some(node) = variables.node(&root, problems) {
        raw::merge(&mut root, node);
    }
    // Those that nobody chose may hold what is not there.
    take(&mut root, "profiles");
    raw::expand_all(&mut root, &lookup, problems);
    provenance::hide_secrets(&root, problems);
    let profile = chosen.map(|(Chosen::Program(name) | Chosen::Value { name, .. })| name);
    let profiles = file.get("profiles").map(Node::entries).unwrap_or_default();
    let profiles = profiles.iter().map(|(key, _)| key.text.clone()).collect();
    Some(Stack { root, profile, profiles, folders: loader.folders })
}

/// What holds when nobody says otherwise.
pub(crate) fn defaults(problems: &Problems<'_>) -> Option<Node> {
    let text = problems.texts().add("defaults (built in)", DEFAULTS, Origin::Default, true);
    raw::read(problems, text, DEFAULTS, 0, &std::cell::Cell::new(0)).ok().flatten()
}

impl Stack {
    /// What the config should remember of it.
    pub(crate) fn provenance(&self, source: &ConfigSource, problems: &Problems<'_>) -> Provenance {
        Provenance {
            source: source.clone(),
            profile: self.profile.clone(),
            profiles: self.profiles.clone(),
            files: problems.files(),
            folders: self.folders.clone(),
            warnings: problems.warnings(),
            values: provenance::values(&self.root, problems, source.profile.as_deref()),
        }
    }
}

/// A map with nothing in it, at the place of `like`.
fn empty(like: &Node) -> Node {
    Node { place: like.place, data: Data::Map(Vec::new()) }
}

fn take(root: &mut Node, name: &str) {
    if let Data::Map(entries) = &mut root.data {
        entries.retain(|(key, _)| key.text != name);
    }
}

fn load(source: &ConfigSource, loader: &mut Loader<'_>) -> Result<(), Reported> {
    match &source.body {
        Body::File(path) => loader.main_file(path, &source.folder),
        Body::Text { name, text } => loader.main_text(name, text, &source.folder),
        Body::Value { name, value } => {
            let problems = loader.problems;
            let refuse = |why: &str| {
                let text = problems.texts().add(name, "", Origin::File, false);
                problems.add_whole(text, why, None);
                Err(Reported)
            };
            let rendered = match value::render(value, 0) {
                Ok(rendered) => rendered,
                Err(why) => return refuse(why),
            };
            if rendered.root.is_nothing() {
                return refuse("the config is empty");
            }
            let text = problems.texts().add(name, &rendered.text, Origin::File, false);
            value::refuse_doubles(&rendered.root, problems)?;
            loader.part(text, rendered.root, &source.folder)
        }
    }
}

/// The profile that the program, the environment or the file chooses.
fn chosen(source: &ConfigSource, variables: &Variables, file: &Node, loader: &Loader<'_>) -> Option<Chosen> {
    if let Some(name) = &source.profile {
        return Some(Chosen::Program(name.clone()));
    }
    let node = variables.profile().or_else(|| file.get("profile"))?;
    match &node.data {
        Data::Scalar { text, .. } if !node.is_null() => {
            let taken = matches!(loader.problems.origin(node.place), Origin::Environment(_));
            let name = if taken { text.clone() } else { raw::expand(text, node.place, loader.lookup, loader.problems) };
            Some(Chosen::Value { name, place: node.place })
        }
        Data::Scalar { .. } => None,
        _ => {
            let message = format!("`profile` must be the name of one profile; this is {}", node.noun());
            loader.problems.add(node.place, message, None);
            None
        }
    }
}
