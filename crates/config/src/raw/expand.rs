//! `${VAR}` and `${VAR:-default}` in values.

use super::{Data, Node};
use crate::error::Problems;
use crate::origin::Origin;
use crate::place::{Place, shown};

/// Looks up a variable of the environment.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How deep a default may stand in a default.
const MAX_DEPTH: usize = 8;
/// How many bytes the variables of a config may hold together, each use counted.
const MAX_BYTES: usize = 4 << 20;

const HELP: &str = "a variable is `${NAME}` or `${NAME:-default}`; write `$${` for the text itself";

/// Replaces the variables in every value of `root`, but for values that came from the environment themselves.
pub(crate) fn expand_all(root: &mut Node, lookup: Lookup<'_>, problems: &Problems<'_>) {
    let mut expansion = Expansion { lookup, problems, place: root.place, bytes: 0 };
    expansion.node(root);
}

/// The text with its variables replaced. What they hold is taken as it is: it cannot become YAML, and is not looked
/// through again. `$${` is `${` itself.
pub(crate) fn expand(text: &str, place: Place, lookup: Lookup<'_>, problems: &Problems<'_>) -> String {
    Expansion { lookup, problems, place, bytes: 0 }.text(text, 0)
}

struct Expansion<'a> {
    lookup: Lookup<'a>,
    problems: &'a Problems<'a>,
    place: Place,
    bytes: usize,
}

impl Expansion<'_> {
    fn node(&mut self, node: &mut Node) {
        match &mut node.data {
            Data::Scalar { text, .. } => {
                let taken = matches!(self.problems.origin(node.place), Origin::Environment(_));
                if text.contains("${") && !taken {
                    self.place = node.place;
                    if let Some(name) = lone(text) {
                        self.problems.note_variable(node.place, name);
                    }
                    *text = self.text(text, 0);
                }
            }
            Data::List(list) => list.iter_mut().for_each(|node| self.node(node)),
            Data::Map(entries) => entries.iter_mut().for_each(|(_, node)| self.node(node)),
        }
    }

    fn text(&mut self, text: &str, depth: usize) -> String {
        let mut done = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                done.push_str(&rest[..at - 1]);
                done.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            done.push_str(&rest[..at]);
            let Some(end) = end(&rest[at + 2..]) else {
                self.refuse("`${` has no `}`".to_owned(), HELP.to_owned());
                return done;
            };
            done.push_str(&self.variable(&rest[at + 2..at + 2 + end], depth));
            rest = &rest[at + 2 + end + 1..];
        }
        done.push_str(rest);
        done
    }

    fn variable(&mut self, inside: &str, depth: usize) -> String {
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(good) {
            return self.refuse(format!("`{}` is no name of a variable", shown(name)), HELP.to_owned());
        }
        if depth == MAX_DEPTH {
            let help = format!("{MAX_DEPTH} defaults in one another are the most");
            return self.refuse("the defaults of variables nest too deeply".to_owned(), help);
        }
        match ((self.lookup)(name), default) {
            (Some(value), None) => self.count(value),
            (Some(value), Some(_)) if !value.is_empty() => self.count(value),
            (_, Some(default)) => self.text(default, depth + 1),
            (None, None) => {
                let help = format!("set it, or write `${{{name}:-default}}`");
                self.refuse(format!("the environment variable `{name}` is not set"), help)
            }
        }
    }

    fn count(&mut self, value: String) -> String {
        self.bytes = self.bytes.saturating_add(value.len());
        if self.bytes > MAX_BYTES {
            return self.refuse("the variables used here hold more than 4 MiB".to_owned(), "use fewer".to_owned());
        }
        value
    }

    fn refuse(&self, message: String, help: String) -> String {
        self.problems.add(self.place, message, Some(help));
        String::new()
    }
}

/// The variable that `text` is, if it is nothing else and has no default.
fn lone(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some(name)
}

/// Where the `}` is that closes what stands before `text`; a `${` in it has one of its own.
fn end(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' if at > 0 && bytes[at - 1] == b'$' => open += 1,
            b'}' if open == 0 => return Some(at),
            b'}' => open -= 1,
            _ => {}
        }
    }
    None
}
