//! Routes and the default.

use super::{filters, names};
use crate::place::shown;
use crate::raw::Data;
use crate::schema::Shape;
use crate::section::Section;
use tracework_engine::RouteSpec;

const WITHOUT_WHEN: &str = "say which records: `when: \"level >= ERROR\"`. What no route matches goes to `default`";

/// `routes: [{ name, when, to, filters }]`.
pub(super) fn routes(top: &mut Section<'_>, known: &[String]) -> Vec<RouteSpec> {
    let Some(node) = top.take("routes", Shape::Sections) else { return Vec::new() };
    let Data::List(list) = &node.data else {
        let help = "write `- { when: \"tag = PAYMENT\", to: [app] }`, a line for each route";
        top.refuse_at(node.place, format!("`routes` must be a list; this is {}", node.noun()), Some(help.into()));
        return Vec::new();
    };
    let mut routes: Vec<RouteSpec> = Vec::new();
    for (number, node) in list.iter().enumerate() {
        let Some(mut section) = top.item("routes", format!("routes[{number}]"), node.place, node) else {
            continue;
        };
        let route = route(&mut section, known);
        section.finish();
        let Some(route) = route else { continue };
        if route.name.is_some() && routes.iter().any(|other| other.name == route.name) {
            let name = route.name.as_deref().unwrap_or_default();
            section.refuse("name", format!("another route is called `{}` already", shown(name)));
        }
        routes.push(route);
    }
    routes
}

fn route(section: &mut Section<'_>, known: &[String]) -> Option<RouteSpec> {
    section.about(&[
        ("name", "What it is called in `explain`.", "payments"),
        ("when", "Which records it is about, as a rule.", "tag in (PAYMENT, BILLING)"),
        ("to", "The destinations that get them.", "[app, errors]"),
        ("filters", "Filters that remember, asked about what this route alone leads somewhere.", ""),
    ]);
    let name = section.take_str("name");
    let when = section.need_or("when", Section::take_rule, Some(WITHOUT_WHEN.to_owned())).ok();
    let to = section.need("to", |section, _| names_in(section, "to", known)).ok();
    let filters = filters::filters(section).into_iter().map(filters::Read::remembering).collect();
    Some(RouteSpec { name, when: when?, to: to?, filters })
}

/// `default: [console, app]`.
pub(super) fn default(top: &mut Section<'_>, known: &[String]) -> Option<Vec<String>> {
    names_in(top, "default", known)
}

fn names_in(section: &mut Section<'_>, key: &str, known: &[String]) -> Option<Vec<String>> {
    let nodes = section.take_nodes(key, Shape::Text)?;
    let found = nodes.into_iter().filter(|(name, node)| names::check(section, name, node, known));
    Some(found.map(|(name, _)| name.to_owned()).collect())
}
