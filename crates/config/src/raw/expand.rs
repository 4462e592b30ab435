//! `${VAR}` and `${VAR:-default}` in values.

use crate::error::Problems;
use crate::place::Place;

/// Reads a variable of the environment.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The text with its variables replaced. What they hold is taken as it is: it cannot become YAML, and is not looked
/// through again. `$${` is `${` itself.
pub(crate) fn expand(text: String, place: Place, environment: Environment<'_>, problems: &Problems<'_>) -> String {
    if !text.contains("${") {
        return text;
    }
    let mut done = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            done.push_str(&rest[..at - 1]);
            done.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        done.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('}') else {
            let help = "a variable is `${NAME}` or `${NAME:-default}`; write `$${` for the text itself";
            problems.add(place, "`${` has no `}`", Some(help.into()));
            return done;
        };
        let inside = &rest[at + 2..at + end];
        done.push_str(&variable(inside, place, environment, problems));
        rest = &rest[at + end + 1..];
    }
    done.push_str(rest);
    done
}

fn variable(inside: &str, place: Place, environment: Environment<'_>, problems: &Problems<'_>) -> String {
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || !name.bytes().all(good) {
        let help = "a variable is `${NAME}` or `${NAME:-default}`; write `$${` for the text itself";
        problems.add(place, format!("`{}` is no name of a variable", crate::place::shown(name)), Some(help.into()));
        return String::new();
    }
    match (environment(name), default) {
        (Some(value), None) => value,
        (Some(value), Some(_)) if !value.is_empty() => value,
        (_, Some(default)) => default.to_owned(),
        (None, None) => {
            let help = format!("set it, or write `${{{name}:-default}}`");
            problems.add(place, format!("the environment variable `{name}` is not set"), Some(help));
            String::new()
        }
    }
}
