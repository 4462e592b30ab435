//! Reading one config over another.

use super::{Data, Key, Node};

/// Reads `over` over `under`: maps name by name, everything else as a whole. Nothing (`name:`, `~`) takes away what is
/// under it. A map with another `type` is another thing, so nothing of the one under it is kept.
pub(crate) fn merge(under: &mut Node, over: Node) {
    let same = match (type_of(under), type_of(&over)) {
        (Some(under), Some(over)) => under == over,
        _ => true,
    };
    let Node { place, data } = over;
    match (&mut under.data, data) {
        (Data::Map(entries), Data::Map(more)) if same => {
            under.place = place;
            more.into_iter().for_each(|(key, node)| put(entries, key, node));
        }
        (_, data) => *under = Node { place, data },
    }
}

fn type_of(node: &Node) -> Option<&str> {
    match &node.get("type")?.data {
        Data::Scalar { text, .. } => Some(text),
        _ => None,
    }
}

fn put(entries: &mut Vec<(Key, Node)>, key: Key, node: Node) {
    if let Some(twin) = twin(&key.text) {
        entries.retain(|(other, _)| !twin.is(&key.text, &other.text));
    } else {
        entries.retain(|(other, _)| other.text.strip_suffix(FILE) != Some(&key.text));
    }
    let Some(at) = entries.iter().position(|(other, _)| other.text == key.text) else {
        entries.push((key, node));
        return;
    };
    if node.is_null() {
        entries.remove(at);
        return;
    }
    entries[at].0 = key;
    merge(&mut entries[at].1, node);
}

/// `password_file` says the same as `password`.
const FILE: &str = "_file";

/// Two names that say the same thing in two ways: who sets one of them means it instead of the other.
enum Twin {
    Levels,
    Secret,
}

fn twin(name: &str) -> Option<Twin> {
    match name {
        "level" | "levels" => Some(Twin::Levels),
        _ => name.ends_with(FILE).then_some(Twin::Secret),
    }
}

impl Twin {
    fn is(&self, name: &str, other: &str) -> bool {
        match self {
            Self::Levels => name != other && matches!(other, "level" | "levels"),
            Self::Secret => name.strip_suffix(FILE) == Some(other),
        }
    }
}
