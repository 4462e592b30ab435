//! `tracework check --explain-values FILE`.

use crate::output::WIDTH;
use tracework::config::{Config, ExplainedValue, Origin};

/// How wide the left column may become.
const LEFT: usize = 44;

/// Every value of the config with who set it, in two columns.
pub(crate) fn describe(config: &Config) -> String {
    let rows: Vec<_> = config.explain_values().iter().map(|value| (left(value), right(value))).collect();
    let fitting = rows.iter().map(|(left, _)| left.chars().count()).filter(|&width| width <= LEFT);
    let column = fitting.max().unwrap_or(0) + 2;
    rows.iter().map(|(left, right)| row(left, right, column)).collect()
}

/// `path: value`, cut where it would not fit into a line.
fn left(value: &ExplainedValue) -> String {
    let whole = format!("{}: {}", value.path(), value.value());
    if whole.chars().count() <= WIDTH {
        return whole;
    }
    whole.chars().take(WIDTH - 3).chain("...".chars()).collect()
}

fn right(value: &ExplainedValue) -> String {
    match value.origin() {
        Origin::Environment(name) => format!("env {name}"),
        _ => value.set_by().to_owned(),
    }
}

/// One line; or two, where the columns are too wide to stand side by side.
fn row(left: &str, right: &str, column: usize) -> String {
    let (used, width) = (left.chars().count(), right.chars().count());
    if used + 2 <= column && column + width <= WIDTH {
        return format!("{left:column$}{right}\n");
    }
    if used + 2 + width <= WIDTH {
        return format!("{left}  {right}\n");
    }
    let margin = column.min(WIDTH.saturating_sub(width));
    format!("{left}\n{:margin$}{right}\n", "")
}
