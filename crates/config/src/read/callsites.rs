//! `callsites`: those that are switched by themselves.

use crate::nearest::suggest;
use crate::place::shown;
use crate::raw::Data;
use crate::schema::Shape;
use crate::section::{Section, off_or_level, severities};
use tracework_engine::{CallsitePattern, CallsiteSwitch, PlanError};

/// `callsites: { "src/db/pool.rs:42": DEBUG, "message ~ heartbeat": off }`; of several that mean one, the last holds.
pub(super) fn callsites(top: &mut Section<'_>) -> Vec<CallsiteSwitch> {
    let Some(node) = top.take("callsites", Shape::named(Shape::level())) else { return Vec::new() };
    if !matches!(node.data, Data::Map(_)) {
        let help = "write `\"src/db/pool.rs:42\": DEBUG`, a line for each";
        let message = format!("`callsites` must be a map of patterns; this is {}", node.noun());
        top.refuse_at(node.place, message, Some(help.into()));
    }
    let mut switches = Vec::new();
    for (key, node) in node.entries() {
        let pattern = match key.text.parse::<CallsitePattern>() {
            Ok(pattern) => Some(pattern),
            Err(PlanError::BadPattern { why, .. }) => {
                let help = "write FILE:LINE, `target app::db`, or `message ~ REGEX`".to_owned();
                let message = format!("`{}` is no pattern of callsites: {why}", shown(&key.text));
                top.refuse_at(key.place, message, Some(help));
                None
            }
            Err(other) => {
                top.refuse_at(key.place, other.to_string(), None);
                None
            }
        };
        let Some(text) = top.scalar(&key.text, node) else { continue };
        match (pattern, off_or_level(text)) {
            (Some(pattern), Some(severities)) => switches.push(CallsiteSwitch::new(pattern, severities, None)),
            (_, Some(_)) => {}
            (_, None) => {
                let help = suggest(text, severities().chain(["off"]));
                top.refuse_at(node.place, format!("`{}` is no level", shown(text)), help);
            }
        }
    }
    switches
}
