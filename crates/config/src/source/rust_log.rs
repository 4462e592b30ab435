//! `RUST_LOG`, in the place of `level` and `targets`.

use crate::error::Problems;
use crate::origin::Origin;
use crate::place::Place;
use crate::raw::{Data, Key, Node};
use crate::section::off_or_level;
use tracework_core::{Severity, SeveritySet};
use tracework_rules::Directives;

const NAME: &str = "RUST_LOG";

/// What `directives` say, as `level` and `targets`. `under` is what is replaced: its `level` counts where they name none.
///
/// A directive that is finer than the default opens just its target: `info,app=debug` shows DEBUG of `app` at
/// destinations that name no level, and INFO of the rest.
pub(super) fn node(directives: &str, under: &Node, problems: &Problems<'_>) -> Option<Node> {
    let id = problems.texts().add(
        &format!("environment variable {NAME}"),
        &format!("{NAME}={directives}"),
        Origin::Environment(NAME.to_owned()),
        false,
    );
    problems.texts().rank(id);
    let column = NAME.len() + 2;
    let place = Place { text: id, line: 1, column, length: directives.chars().count().max(1) };
    let Directives { default, targets } = match directives.parse() {
        Ok(read) => read,
        Err(error) => {
            let error: tracework_rules::RuleError = error;
            let before = directives.get(..error.span().start).unwrap_or_default().chars().count();
            let length = directives.get(error.span()).unwrap_or_default().chars().count();
            problems.add(place.moved(before, length), error.message(), error.hint().map(str::to_owned));
            return None;
        }
    };
    let usual = || match under.get("level").map(|node| &node.data) {
        Some(Data::Scalar { text, .. }) => off_or_level(text),
        _ => None,
    };
    let default = default.or_else(usual).unwrap_or(SeveritySet::at_least(Severity::INFO));
    let level = targets.iter().fold(default, |level, (_, severities)| level.union(severities));
    let mut rows: Vec<(String, SeveritySet)> =
        targets.iter().map(|(pattern, severities)| (pattern.to_string(), severities)).collect();
    if level != default && !rows.iter().any(|(pattern, _)| pattern == "*") {
        rows.push(("*".to_owned(), default));
    }
    let key = |text: &str| Key { place: Place { column: 1, length: NAME.len(), ..place }, text: text.to_owned() };
    let scalar = |severities: SeveritySet| {
        let text = severities.least().map_or("off", Severity::name).to_owned();
        Node { place, data: Data::Scalar { text, plain: true } }
    };
    let targets = rows.iter().map(|(pattern, severities)| (key(pattern), scalar(*severities))).collect();
    let entries = vec![(key("level"), scalar(level)), (key("targets"), Node { place, data: Data::Map(targets) })];
    Some(Node { place, data: Data::Map(entries) })
}
