//! `format: json`, `text`, `pretty`, `pattern`, `xml`, `logfmt`, `csv`, `gelf` and `ecs`.

use tracework_config::{Registry, Reported, Section};
use tracework_format::{Csv, Ecs, Escape, Gelf, Json, Logfmt, Names, Pattern, Shape, Text, Xml, Zone};

pub(super) fn add(registry: Registry) -> Registry {
    registry
        .format("json", json)
        .format("text", |section| text(section, Text::new()))
        .format("pretty", |section| text(section, Text::pretty()))
        .format("pattern", pattern)
        .format("xml", |section| Ok(Xml::new().zone(zone(section)?).names(names_and_id(section))))
        .format("logfmt", |section| Ok(Logfmt::new().zone(zone(section)?).names(names_and_id(section))))
        .format("csv", csv)
        .format("gelf", gelf)
        .format("ecs", |section| Ok(Ecs::new().names(names_and_id(section))))
}

/// `zone: Europe/Berlin`; UTC without it.
fn zone(section: &mut Section<'_>) -> Result<Zone, Reported> {
    section.about(&[("zone", "The time zone of timestamps.", "Europe/Berlin")]);
    let Some(name) = section.take_str("zone") else { return Ok(Zone::utc()) };
    Zone::named(&name).map_err(|error| section.refuse("zone", error.to_string()))
}

/// `context: [user_id, ..]`: the fields of spans that become context.
fn names(section: &mut Section<'_>) -> Names {
    section.about(&[("context", "The fields of spans that become context.", "[user_id, request_id]")]);
    match section.take_list("context") {
        Some(context) => Names::default().context(context),
        None => Names::default(),
    }
}

/// The same, and `event_id: true`.
fn names_and_id(section: &mut Section<'_>) -> Names {
    section.about(&[(
        "event_id",
        "Whether the id of each record is written; without it, it is with at_least_once, where one may come twice.",
        "true",
    )]);
    let names = names(section);
    match section.take_bool("event_id") {
        Some(written) => names.event_id(written),
        None => names,
    }
}

fn json(section: &mut Section<'_>) -> Result<Json, Reported> {
    section.about(&[(
        "shape",
        "nested; flat, with all pairs at the top; or fmt, as tracing-subscriber writes it.",
        "nested",
    )]);
    let shapes = [Shape::Nested, Shape::Flat, Shape::Fmt].map(|shape| (shape.name(), shape));
    let shape = section.take_enum("shape", &shapes).unwrap_or_default();
    Ok(Json::new().shape(shape).zone(zone(section)?).names(names_and_id(section)))
}

/// Text may have a pattern: `format: { type: text, pattern: .. }` would be the format `pattern`.
fn text(section: &mut Section<'_>, text: Text) -> Result<Text, Reported> {
    section.about(&[
        ("color", "Whether there are colours; auto has them if the destination is a terminal with colours.", "auto"),
        ("spans", "Whether the spans around are written.", "true"),
        ("metadata", "Whether the metadata is written: service, host, thread.", "false"),
    ]);
    let words =
        [("auto", None), ("true", Some(true)), ("always", Some(true)), ("false", Some(false)), ("never", Some(false))];
    let text = match section.take_enum("color", &words).flatten() {
        Some(colored) => text.colored(colored),
        None => text.usually_colored(section.is_colored()),
    };
    let spans = section.take_bool("spans").unwrap_or(true);
    let metadata = section.take_bool("metadata").unwrap_or(false);
    Ok(text.spans(spans).metadata(metadata).zone(zone(section)?))
}

fn pattern(section: &mut Section<'_>) -> Result<Pattern, Reported> {
    section.about(&[
        ("pattern", "The line, with parts such as {time}, {level:<8}, {message}, {fields}.", "{level} {message}"),
        ("escape", "How parts are escaped: as text, or as inside the quotes of JSON.", "text"),
    ]);
    let text = section.need_str("pattern");
    let escape = section.take_enum("escape", &[Escape::Text, Escape::Json].map(|escape| (escape.name(), escape)));
    let (zone, names) = (zone(section), names(section));
    let pattern = Pattern::new(&text?).map_err(|error| {
        let why = format!("`{}` {}", error.name.escape_debug(), error.what);
        section.refuse_part("pattern", error.at..error.at + error.name.len(), why)
    })?;
    Ok(pattern.escape(escape.unwrap_or_default()).zone(zone?).names(names))
}

fn csv(section: &mut Section<'_>) -> Result<Csv, Reported> {
    section.about(&[("columns", "The columns, in their order.", "[timestamp, level, message]")]);
    let mut csv = Csv::new().zone(zone(section)?).names(names(section));
    if let Some(columns) = section.take_list("columns") {
        csv = csv.columns(columns).map_err(|error| section.refuse_item("columns", &error.0, error.to_string()))?;
    }
    Ok(csv)
}

fn gelf(section: &mut Section<'_>) -> Result<Gelf, Reported> {
    section.about(&[("host", "The host it says it comes from; without it, the machine's name.", "web-1")]);
    let gelf = Gelf::new().names(names_and_id(section));
    Ok(match section.take_str("host") {
        Some(host) => gelf.host(&host),
        None => gelf,
    })
}
