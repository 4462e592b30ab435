//! What a value can be, in the words of JSON Schema.

use super::json::Json;
use super::shape::Shape;
use crate::units;

/// A text that holds a variable: what it says in the end, the schema cannot know.
const VARIABLE: &str = r"\$\{";

/// The definitions of single values that others refer to.
pub(super) fn definitions() -> Vec<(String, Json)> {
    let size = format!(r"^\s*[0-9][0-9_]*(\.[0-9_]+)?\s*({})?\s*$", units_of(units::size_units()));
    let time = format!(r"^(\s*[0-9][0-9_]*(\.[0-9_]+)?\s*({})\s*)+$|^\s*0\s*$", units_of(units::time_units()));
    let attempts = format!(r"^\s*[0-9]+\s*(attempts?)?\s*$|{time}");
    let many = format!(r"[0-9][0-9_]*(\.[0-9_]+)?\s*({})?", units_of(units::size_units()));
    let rate = format!(r"^\s*{many}\s*/\s*([0-9.]+\s*)?({})\s*$", units_of(units::time_units()));
    let whole = |least: u64| typed("integer", [("minimum", Json::Number(least))]);
    let row = |name: &str, text: &str, shapes: Vec<Json>| {
        let entries = [("description", Json::text(text)), ("anyOf", Json::List(shapes))];
        (name.to_owned(), Json::map(entries))
    };
    vec![
        ("text".to_owned(), Json::map([("type", Json::texts(["string", "number", "boolean"]))])),
        row("bool", "true or false", vec![typed("boolean", []), pattern("^([tT]rue|TRUE|[fF]alse|FALSE)$")]),
        row("count", "A whole number.", vec![whole(0), pattern(r"^\+?_*[0-9][0-9_]*$")]),
        row("size", "A size: a number and a unit, such as 512KiB, 64MiB or 2GB.", vec![whole(0), pattern(&size)]),
        row(
            "time",
            "A time: numbers and units, such as 500ms, 30s, 10m, 1h30m or 30d.",
            vec![Json::map([("const", Json::Number(0))]), pattern(&time)],
        ),
        row("attempts", "Attempts (`5`, `5 attempts`), or a time such as 10m.", vec![whole(1), pattern(&attempts)]),
        row("rate", "So many in a time, such as 1000/s, 50/min or 1MiB/s.", vec![pattern(&rate)]),
        row(
            "mode",
            "The mode of a file, three octal digits.",
            vec![
                typed("integer", [("minimum", Json::Number(0)), ("maximum", Json::Number(777))]),
                pattern("^(0o)*0*[0-7]{0,3}$"),
            ],
        ),
        row("level", "A severity, and everything more serious; or off.", levels(true, false)),
        row("level_or_kind", "A severity, off, or a kind.", levels(true, true)),
        ("path".to_owned(), Json::map([("type", Json::texts(["string", "number"])), ("minLength", Json::Number(1))])),
        ("rule".to_owned(), Json::map([("type", Json::text("string")), ("minLength", Json::Number(1))])),
        ("nothing".to_owned(), Json::map([("enum", nothing())])),
    ]
}

fn nothing() -> Json {
    Json::List(vec![Json::Null, Json::Bool(false), Json::text(""), Json::List(Vec::new()), Json::Map(Vec::new())])
}

/// What one shape may be, each way by itself; `inside` is the schema of what stands inside it.
pub(super) fn ways(shape: &Shape, inside: Option<&Json>) -> Vec<Json> {
    let inner = || inside.cloned().unwrap_or_else(|| typed("object", []));
    vec![match shape {
        Shape::Text => Json::reference("text"),
        Shape::Bool => Json::reference("bool"),
        Shape::Count => Json::reference("count"),
        Shape::Size => Json::reference("size"),
        Shape::Time => Json::reference("time"),
        Shape::Attempts => Json::reference("attempts"),
        Shape::Rate => Json::reference("rate"),
        Shape::Mode => Json::reference("mode"),
        Shape::Path => Json::reference("path"),
        Shape::Rule => Json::reference("rule"),
        Shape::Nothing => Json::reference("nothing"),
        Shape::Anything => typed("object", []),
        Shape::Level { off: true, kinds: false } => Json::reference("level"),
        Shape::Level { .. } => Json::reference("level_or_kind"),
        Shape::Words(list) => return words(list, &[]),
        Shape::List(item) => {
            let mut all = ways(item, inside);
            let list = typed("array", [("items", any_of(all.clone()))]);
            all.push(list);
            return all;
        }
        Shape::Map => inner(),
        Shape::Named(item) => typed("object", [("additionalProperties", any_of(ways(item, inside)))]),
        Shape::Sections => typed("array", [("items", inner())]),
    }]
}

/// One of several; one alone is itself.
pub(super) fn any_of(mut ways: Vec<Json>) -> Json {
    match ways.len() {
        1 => ways.remove(0),
        _ => Json::map([("anyOf", Json::List(ways))]),
    }
}

/// One of `list`, which an editor offers; in capitals or not, as the reader takes it.
fn words(list: &[String], also: &[&str]) -> Vec<Json> {
    let any_case: Vec<String> = list.iter().map(String::as_str).chain(also.iter().copied()).map(any_case).collect();
    let offered = Json::List(list.iter().map(|word| Json::of_scalar(word, true)).collect());
    vec![Json::map([("enum", offered)]), pattern(&format!("^({})$", any_case.join("|")))]
}

/// The words of levels, and the other spellings of two of them.
fn levels(off: bool, kinds: bool) -> Vec<Json> {
    words(&Shape::Level { off, kinds }.choices(), &["WARN", "FATAL"])
}

fn typed<const N: usize>(name: &str, more: [(&str, Json); N]) -> Json {
    Json::map([("type", Json::text(name))].into_iter().chain(more))
}

/// A text of this pattern, or one with a variable.
fn pattern(pattern: &str) -> Json {
    typed("string", [("pattern", Json::text(format!("{pattern}|{VARIABLE}")))])
}

fn units_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.filter(|name| !name.is_empty()).map(any_case).collect::<Vec<_>>().join("|")
}

/// A pattern for `word` in capitals or not.
fn any_case(word: &str) -> String {
    let letter = |letter: char| match letter {
        _ if letter.is_ascii_alphabetic() => {
            format!("[{}{}]", letter.to_ascii_lowercase(), letter.to_ascii_uppercase())
        }
        '0'..='9' | '_' | '-' => letter.to_string(),
        _ if letter.is_ascii() => format!("\\{letter}"),
        _ => letter.to_string(),
    };
    word.chars().map(letter).collect()
}
