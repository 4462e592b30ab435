//! What becomes of errors: those that the program catches, and those that raise an alert.

use super::{actions, names};
use crate::nearest::suggest;
use crate::place::shown;
use crate::raw::Data;
use crate::schema::Shape;
use crate::section::{Section, severities};
use tracework_core::{Severity, tags};
use tracework_engine::{AlertSpec, BacktraceWhen, ErrorSettings, PlannedAction};
use tracework_rules::Rule;

/// `errors: { level, tags, destinations, backtrace, panics }`.
pub(super) fn errors(top: &mut Section<'_>, known: &[String]) -> ErrorSettings {
    top.within("errors", |section| caught(section, known)).unwrap_or_default()
}

fn caught(section: &mut Section<'_>, known: &[String]) -> ErrorSettings {
    section.about(&[
        ("level", "How serious an error is that the program catches by `.log_err()` and the like.", "ERROR"),
        ("tags", "The tags that each caught error and each panic gets.", "[CAUGHT]"),
        (
            "destinations",
            "Where they go, instead of where the routes lead; `+name` and `-name` add and remove.",
            "[+app]",
        ),
        (
            "backtrace",
            "Whether the calls that led there are captured: env (as RUST_BACKTRACE says), always or never.",
            "env",
        ),
        ("panics", "Are panics logged?", "true"),
    ]);
    let mut settings = ErrorSettings::default();
    settings.level = level(section).unwrap_or(settings.level);
    settings.tags = section.take_list("tags").unwrap_or_default();
    settings.tags = settings.tags.iter().flat_map(|text| tags::split(text)).map(str::to_owned).collect();
    let nodes = section.take_nodes("destinations", Shape::Text).unwrap_or_default();
    let found = nodes.into_iter().filter(|(name, node)| {
        let bare = name.strip_prefix(['+', '-']).unwrap_or(name);
        names::check(section, bare, node, known)
    });
    settings.destinations = found.map(|(name, _)| name.to_owned()).collect();
    let words = [("env", BacktraceWhen::Env), ("always", BacktraceWhen::Always), ("never", BacktraceWhen::Never)];
    settings.backtrace = section.take_enum("backtrace", &words).unwrap_or_default();
    settings.panics = section.take_bool("panics").unwrap_or(true);
    settings
}

/// A severity, and not `off`.
fn level(section: &mut Section<'_>) -> Option<Severity> {
    let node = section.take("level", Shape::Level { off: false, kinds: false })?;
    let text = section.scalar("level", node)?;
    let level = text.parse().ok();
    if level.is_none() {
        section.refuse_at(node.place, format!("`{}` is no level", shown(text)), suggest(text, severities()));
    }
    level
}

/// `alerts: [{ name, when, to, actions }]`.
pub(super) fn alerts(top: &mut Section<'_>, known: &[String]) -> (Vec<AlertSpec>, Vec<PlannedAction>) {
    let nothing = (Vec::new(), Vec::new());
    let Some(node) = top.take("alerts", Shape::Sections) else { return nothing };
    let Data::List(list) = &node.data else {
        let help = "write `- { name: intrusion, to: [pager] }`, a line for each alert";
        top.refuse_at(node.place, format!("`alerts` must be a list; this is {}", node.noun()), Some(help.into()));
        return nothing;
    };
    let (mut alerts, mut actions): (Vec<AlertSpec>, Vec<PlannedAction>) = nothing;
    for (number, node) in list.iter().enumerate() {
        let Some(mut section) = top.item("alerts", format!("alerts[{number}]"), node.place, node) else { continue };
        let alert = alert(&mut section, known);
        section.finish();
        let Some((alert, own)) = alert else { continue };
        if let Some(twice) = own.iter().find(|action| actions.iter().any(|other| other.name() == action.name())) {
            let why = format!("an action of another alert is called `{}` already", shown(twice.name()));
            section.refuse("actions", format!("{why}; give one of them a `name`"));
        }
        actions.extend(own);
        if alerts.iter().any(|other| other.name == alert.name) {
            section.refuse("name", format!("another alert is called `{}` already", shown(&alert.name)));
        }
        alerts.push(alert);
    }
    (alerts, actions)
}

fn alert(section: &mut Section<'_>, known: &[String]) -> Option<(AlertSpec, Vec<PlannedAction>)> {
    section.about(&[
        ("name", "What it is called.", "intrusion"),
        (
            "when",
            "The records that raise it, as a rule; of those of ERROR and above, of the kind security, and with an error. \
             Without it: kind security, and ERRORs of the category security.",
            "kind = security",
        ),
        ("to", "The destinations that get the record, past routes, thresholds and filters.", "[pager]"),
        ("actions", "What is run for the record, each on a thread of its own; the types are those of linked-in crates.", ""),
    ]);
    let name = section.need_str("name").ok();
    let when = if section.has("when") {
        section.take_rule("when")
    } else {
        _ = section.take_rule("when");
        Rule::parse(AlertSpec::SECURITY).ok()
    };
    let to = section.take_nodes("to", Shape::Text).map(|nodes| {
        let found = nodes.into_iter().filter(|(name, node)| names::check(section, name, node, known));
        found.map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
    });
    let owner = name.clone().unwrap_or_else(|| "alert".to_owned());
    let actions = actions::actions(section, &owner);
    if !section.has("to") && !section.has("actions") {
        let help = "write `to: [DESTINATION]`, or `actions: [{ type: .. }]`".to_owned();
        section.refuse_at(section.place(), format!("`{}` needs `to` or `actions`", section.path()), Some(help));
    }
    let actions = actions.unwrap_or_default();
    let alert = AlertSpec::new(name?, when?, actions.iter().map(PlannedAction::name));
    Some((alert.to(to.unwrap_or_default()), actions))
}
