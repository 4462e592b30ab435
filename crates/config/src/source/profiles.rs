//! Profiles: sets of values with a name, under what the file says.

use crate::Reported;
use crate::error::Problems;
use crate::nearest::suggest;
use crate::origin::Origin;
use crate::place::{Place, TextId, shown};
use crate::raw::{self, Data, Node};
use std::cell::Cell;

/// The profiles that are built in, each with its YAML.
const BUILT_IN: [(&str, &str); 4] = [
    ("development", include_str!("../../profiles/development.yml")),
    ("testing", include_str!("../../profiles/testing.yml")),
    ("production", include_str!("../../profiles/production.yml")),
    ("debug", include_str!("../../profiles/debug.yml")),
];

/// How long a chain of profiles may be, each inheriting from the next.
const MAX_CHAIN: usize = 16;

/// The names of the profiles that are built in.
///
/// ```
/// assert!(tracework_config::profiles().any(|name| name == "production"));
/// ```
pub fn profiles() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// A commented config to start from, which says what the built-in profile `profile` says; `None` if there is no such
/// profile.
///
/// ```
/// let yaml = tracework_config::starter("production").unwrap_or_default();
/// assert!(yaml.contains("destinations:"));
/// assert!(tracework_config::starter("unheard-of").is_none());
/// ```
#[must_use]
pub fn starter(profile: &str) -> Option<String> {
    let yaml = built_in(profile)?;
    Some(format!(
        "# A config of tracework to start from: what the profile `{profile}` says,\n\
         # written out. Or delete what you do not change and write\n\
         # `profile: {profile}` instead: then you follow the profile.\n\
         #\n\
         # `tracework check FILE` says what is wrong with it and what each destination\n\
         # gets, `tracework check --explain-values FILE` where each value comes from.\n\
         # Values may hold `${{VAR}}` and `${{VAR:-default}}`. Relative paths start at the\n\
         # folder of this file.\n\
         \n\
         service: my-service                 # `service` in every record\n\
         \n{yaml}"
    ))
}

fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(built_in, _)| *built_in == name).map(|(_, yaml)| *yaml)
}

/// Who chose the profile.
pub(super) enum Chosen {
    Program(String),
    Value { name: String, place: Place },
}

/// A profile of a chain, with the texts that it is from.
pub(super) struct Link {
    pub(super) texts: Vec<TextId>,
    pub(super) node: Node,
}

/// What the chosen profile says, and those that it inherits from: the furthest first. The profiles of `file` were
/// [checked](check).
pub(super) fn chain(
    chosen: &Chosen,
    file: &Node,
    problems: &Problems<'_>,
    nodes: &Cell<usize>,
) -> Result<Vec<Link>, Reported> {
    let own = own(file, problems);
    let (Chosen::Program(name) | Chosen::Value { name, .. }) = chosen;
    if let Some(found) = (Profiles { own, problems, nodes }).from(name) {
        return found;
    }
    let help = suggest(name, names(own));
    let message = format!("no profile is called `{}`", shown(name));
    match chosen {
        Chosen::Value { place, .. } => problems.add(*place, message, help),
        Chosen::Program(_) => {
            let text = problems.texts().add("the program", "", Origin::Program, false);
            problems.add_whole(text, message, help);
        }
    }
    Err(Reported)
}

/// The profiles of the file.
fn own<'a>(file: &'a Node, problems: &Problems<'_>) -> &'a [(raw::Key, Node)] {
    match file.get("profiles") {
        Some(node) if !node.is_null() && !matches!(node.data, Data::Map(_)) => {
            let message = format!("`profiles` must be a map; this is {}", node.noun());
            problems.add(node.place, message, Some("write `NAME: { level: DEBUG, .. }`, a line for each".into()));
            &[]
        }
        node => node.map(Node::entries).unwrap_or_default(),
    }
}

/// The names of all profiles.
fn names(own: &[(raw::Key, Node)]) -> Vec<&str> {
    own.iter().map(|(key, _)| key.text.as_str()).chain(BUILT_IN.iter().map(|(name, _)| *name)).collect()
}

/// Checks all profiles of the file, also those that nobody chose.
pub(super) fn check(file: &Node, problems: &Problems<'_>) -> Result<(), Reported> {
    let before = problems.count();
    let own = own(file, problems);
    let exists = |name: &str| built_in(name).is_some() || own.iter().any(|(key, _)| key.text == name);
    for (key, node) in own {
        let path = format!("profiles.{}", shown(&key.text));
        if !matches!(node.data, Data::Map(_)) && !node.is_null() {
            problems.add(node.place, format!("`{path}` must be a map; this is {}", node.noun()), None);
            continue;
        }
        for (part, _) in node.entries() {
            if matches!(part.text.as_str(), "profile" | "profiles" | "include") {
                let help =
                    (part.text == "profile").then(|| "a profile builds on another one by `inherit: NAME`".into());
                problems.add(part.place, format!("`{}` cannot stand in a profile", part.text), help);
            }
        }
        if let Some((name, inherit)) = inherit(node, problems)
            && !exists(name)
        {
            let help = suggest(name, names(own));
            problems.add(inherit.place, format!("no profile is called `{}`", shown(name)), help);
        }
    }
    refuse_circles(own, problems);
    if problems.count() > before { Err(Reported) } else { Ok(()) }
}

/// The profile that `node` builds on.
fn inherit<'a>(node: &'a Node, problems: &Problems<'_>) -> Option<(&'a str, &'a Node)> {
    let inherit = node.get("inherit").filter(|node| !node.is_null())?;
    match &inherit.data {
        Data::Scalar { text, .. } => Some((text, inherit)),
        _ => {
            let message = format!("`inherit` must be the name of one profile; this is {}", inherit.noun());
            problems.add(inherit.place, message, None);
            None
        }
    }
}

/// Reports profiles that inherit from each other, once for each circle.
fn refuse_circles(own: &[(raw::Key, Node)], problems: &Problems<'_>) {
    let mut told: Vec<&str> = Vec::new();
    for (key, _) in own {
        let mut way = vec![key.text.as_str()];
        while let Some((_, node)) = own.iter().find(|(key, _)| key.text == way[way.len() - 1]) {
            let Some((Data::Scalar { text, .. }, inherit)) =
                node.get("inherit").filter(|node| !node.is_null()).map(|node| (&node.data, node))
            else {
                break;
            };
            // One that has the name of a built-in profile may build on that.
            if text == way[way.len() - 1] && built_in(text).is_some() {
                break;
            }
            if let Some(start) = way.iter().position(|name| name == text) {
                if !way[start..].iter().any(|name| told.contains(name)) {
                    told.extend(&way[start..]);
                    let message = format!("profiles inherit in a circle: {} -> {text}", way[start..].join(" -> "));
                    problems.add(
                        inherit.place,
                        message,
                        Some("one of them must inherit from none of the others".into()),
                    );
                }
                break;
            }
            if way.len() == MAX_CHAIN {
                let message = format!("profiles inherit too deeply: {MAX_CHAIN} in a row are the most");
                return problems.add(inherit.place, message, None);
            }
            way.push(text);
        }
    }
}

struct Profiles<'a> {
    own: &'a [(raw::Key, Node)],
    problems: &'a Problems<'a>,
    nodes: &'a Cell<usize>,
}

impl Profiles<'_> {
    /// The profile `name` and what it builds on, the furthest first. `None` if there is no such profile.
    fn from(&self, name: &str) -> Option<Result<Vec<Link>, Reported>> {
        let mut chain = Vec::new();
        let (mut name, mut own) = (name.to_owned(), true);
        while chain.len() < MAX_CHAIN {
            let mut node = match self.one(&name, own)? {
                Ok(node) => node,
                Err(reported) => return Some(Err(reported)),
            };
            let next = inherit(&node, self.problems).map(|(name, _)| name.to_owned());
            if let Data::Map(entries) = &mut node.data {
                entries.retain(|(key, _)| key.text != "inherit");
            }
            let mut texts = Vec::new();
            relabel(&mut node, &mut |id| match texts.iter().find(|(old, _)| *old == id) {
                Some(&(_, new)) => new,
                None => {
                    let new = self.problems.texts().again(id, Origin::Profile(name.clone()));
                    texts.push((id, new));
                    new
                }
            });
            if !node.is_null() {
                chain.push(Link { texts: texts.into_iter().map(|(_, new)| new).collect(), node });
            }
            let Some(next) = next else { break };
            own = next != name;
            name = next;
        }
        chain.reverse();
        Some(Ok(chain))
    }

    /// One profile: the file's own, unless that is what asks for the built-in one.
    fn one(&self, name: &str, own: bool) -> Option<Result<Node, Reported>> {
        if let Some((_, node)) = self.own.iter().find(|(key, _)| own && key.text == name) {
            return Some(Ok(node.clone()));
        }
        let yaml = built_in(name)?;
        let title = format!("profile {name} (built in)");
        let text = self.problems.texts().add(&title, yaml, Origin::Profile(name.to_owned()), true);
        raw::read(self.problems, text, yaml, 0, self.nodes).transpose()
    }
}

/// Has everything in `node` say that it comes from another text.
fn relabel(node: &mut Node, to: &mut dyn FnMut(TextId) -> TextId) {
    node.place.text = to(node.place.text);
    match &mut node.data {
        Data::Scalar { .. } => {}
        Data::List(list) => list.iter_mut().for_each(|node| relabel(node, to)),
        Data::Map(entries) => entries.iter_mut().for_each(|(key, node)| {
            key.place.text = to(key.place.text);
            relabel(node, to);
        }),
    }
}
