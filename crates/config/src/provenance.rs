//! Where every value of a config came from.

use crate::config::Prepared;
use crate::error::{Problem, Problems};
use crate::origin::Origin;
use crate::place::{MASK, visible};
use crate::raw::{Data, Node};
use crate::save::usual::{self, Usual};
use crate::source::ConfigSource;
use std::path::PathBuf;
use tracework_engine::{RedactSettings, Redactor};

/// What a config remembers of how it was read.
#[derive(Clone, Debug)]
pub(crate) struct Provenance {
    pub(crate) source: ConfigSource,
    pub(crate) profile: Option<String>,
    pub(crate) profiles: Vec<String>,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) warnings: Vec<Problem>,
    pub(crate) values: Vec<ExplainedValue>,
}

impl Provenance {
    /// Of a config that is still being read.
    pub(crate) fn none() -> Self {
        let (profiles, files, folders, warnings, values) = Default::default();
        Self { source: ConfigSource::text("", ""), profile: None, profiles, files, folders, warnings, values }
    }
}

impl Provenance {
    /// Adds what holds for a destination without a word, behind what is said of it.
    pub(crate) fn add_usual(&mut self, prepared: &Prepared) {
        let whole = format!("destinations.{}.", prepared.name);
        let attachment = &prepared.attachment;
        let mut usual = usual::of_destination(attachment, &attachment.settings, &prepared.own);
        let format = attachment.format.clone();
        if let Some(description) = format.or_else(|| attachment.destination.usual_format()).and_then(|f| f.as_config())
        {
            let inside = |(path, value): Usual| ([vec!["format".to_owned()], path].concat(), value);
            usual.push((vec!["format".to_owned()], description.kind().to_owned()));
            usual.extend(usual::of_description(&description).into_iter().map(inside));
        }
        let at = |value: &ExplainedValue| value.path.starts_with(&whole);
        let behind = self.values.iter().rposition(at).map_or(self.values.len(), |last| last + 1);
        let said = |path: &str| {
            let inside = format!("{path}.");
            self.values.iter().any(|value| value.path == path || value.path.starts_with(&inside))
        };
        let new: Vec<_> = { usual.into_iter() }
            .map(|(path, value)| (format!("{whole}{}", path.join(".")), value))
            .filter(|(path, _)| !said(path))
            .map(|(path, value)| ExplainedValue {
                path,
                value,
                origin: Origin::Default,
                at: Origin::Default.to_string(),
            })
            .collect();
        self.values.splice(behind..behind, new);
    }
}

/// A value that a config has in the end, and who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedValue {
    path: String,
    value: String,
    origin: Origin,
    at: String,
}

impl ExplainedValue {
    /// Its names from the top, with dots: `destinations.app.level`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value, in one line; `***` for a secret.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Who set it.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Who set it, and where: `app.yml:3:7`, `profile production`, `environment variable TRACEWORK_LEVEL`, `default`.
    #[must_use]
    pub fn set_by(&self) -> &str {
        &self.at
    }
}

/// Notes the places of all values that are secrets by their names or their looks.
pub(crate) fn hide_secrets(root: &Node, problems: &Problems<'_>) {
    let Ok(redactor) = Redactor::new(&RedactSettings::default()) else { return };
    hide(root, false, &redactor, problems);
}

fn hide(node: &Node, secret: bool, redactor: &Redactor, problems: &Problems<'_>) {
    match &node.data {
        Data::Scalar { text, .. } => {
            if secret || redactor.redact_text(text).is_some() || has_user_and_password(text) {
                problems.hide(node.place);
            }
        }
        Data::List(list) => list.iter().for_each(|node| hide(node, secret, redactor, problems)),
        Data::Map(entries) => {
            entries.iter().for_each(|(key, node)| hide(node, redactor.is_secret(&key.text), redactor, problems));
        }
    }
}

/// Is it, or has it, something as `user:password@host`? With a scheme before it, the redactor knows it.
fn has_user_and_password(text: &str) -> bool {
    let is = |word: &str| word.rsplit_once('@').is_some_and(|(user, host)| user.contains(':') && !host.is_empty());
    text.split(|letter: char| letter.is_whitespace() || letter == ',').any(is)
}

/// Every value under `root`, in its order. `profile` is the one that the program chose, if it did.
pub(crate) fn values(root: &Node, problems: &Problems<'_>, profile: Option<&str>) -> Vec<ExplainedValue> {
    let mut values = Vec::new();
    if let Some(name) = profile {
        let (path, value) = ("profile".to_owned(), name.to_owned());
        values.push(ExplainedValue { path, value, origin: Origin::Program, at: Origin::Program.to_string() });
    }
    for (key, node) in root.entries() {
        let other = (key.text == "profile" && profile.is_some()) || key.text == "profiles";
        if !other {
            walk(&key.text, node, problems, &mut values);
        }
    }
    values
}

fn walk(path: &str, node: &Node, problems: &Problems<'_>, values: &mut Vec<ExplainedValue>) {
    match &node.data {
        Data::Map(entries) if !entries.is_empty() => {
            entries.iter().for_each(|(key, node)| walk(&format!("{path}.{}", key.text), node, problems, values));
        }
        _ if node.is_null() => {}
        _ => {
            let origin = problems.origin(node.place);
            let at = match &origin {
                Origin::Default | Origin::Environment(_) | Origin::Program => origin.to_string(),
                Origin::Profile(_) => {
                    let at = problems.texts().at(node.place);
                    if at.contains(" (built in)") { origin.to_string() } else { format!("{origin}, {at}") }
                }
                Origin::File | Origin::Include => problems.texts().at(node.place),
            };
            let value = text(node, problems).chars().map(visible).collect();
            let path = path.chars().map(visible).collect();
            values.push(ExplainedValue { path, value, origin, at });
        }
    }
}

/// The value in one line.
fn text(node: &Node, problems: &Problems<'_>) -> String {
    match &node.data {
        Data::Scalar { .. } if problems.is_hidden(node.place) => MASK.to_owned(),
        Data::Scalar { text, plain } if *plain || is_plain(text) => text.clone(),
        Data::Scalar { text, .. } => format!("{text:?}"),
        Data::List(list) => {
            let parts: Vec<_> = list.iter().map(|node| text_in(node, problems)).collect();
            format!("[{}]", parts.join(", "))
        }
        Data::Map(_) => text_in(node, problems),
    }
}

fn text_in(node: &Node, problems: &Problems<'_>) -> String {
    match &node.data {
        Data::Map(entries) => {
            let parts = entries.iter().map(|(key, node)| format!("{}: {}", key.text, text_in(node, problems)));
            format!("{{{}}}", parts.collect::<Vec<_>>().join(", "))
        }
        _ => text(node, problems),
    }
}

/// Needs it no quotes to be read as a text?
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.starts_with([' ', '[', '{', '"', '\'']) && !text.ends_with(' ') && !text.contains('\n')
}
