//! `tracework check FILE`.

use crate::args::{Stop, other, source, text};
use crate::{kinds, output, values};
use lexopt::{Arg, Parser, ValueExt as _};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;
use tracework::config::{Config, ConfigSource, Prepared};
use tracework::core::{Delivery, DiskSettings, Fsync, Overflow, TagFilter};
use tracework::{Severity, SeveritySet, registry};

const HELP: &str = "\
tracework check FILE

Validates a config without opening or changing anything, and prints what
each destination would get. Exits with 2, and says what is wrong and where,
if anything is. Variables of the environment (TRACEWORK_LEVEL and the like,
RUST_LOG) count as they would in a program.

  --explain-values    print every value instead, and who set it: default, a
                      profile, a file, an environment variable
  --profile NAME      with this profile, whatever the config says
  --all-profiles      once with each profile, those built in too; without it
                      those that are not chosen are checked for their shape";

pub(crate) fn run(parser: &mut Parser) -> Result<ExitCode, Stop> {
    let (mut file, mut profile, mut explain, mut all) = (None, None, false, false);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Value(value) if file.is_none() => file = Some(value.string()?),
            Arg::Long("config") | Arg::Short('c') if file.is_none() => file = Some(text(parser)?),
            Arg::Long("explain-values") => explain = true,
            Arg::Long("all-profiles") => all = true,
            Arg::Long("profile") => profile = Some(text(parser)?),
            arg => return Err(other(arg, HELP)),
        }
    }
    let file = file.ok_or_else(|| Stop::Misused("which config? Write `tracework check FILE`.".to_owned()))?;
    let source = source(&file, profile.as_deref());
    let config = source.read(&registry::standard())?;
    output::warnings(&config);
    let told = if explain { values::describe(&config) } else { describe(&config) };
    output::out(told.trim_end());
    if all { check_profiles(&source) } else { Ok(ExitCode::SUCCESS) }
}

/// Tells what is wrong with each profile.
fn check_profiles(source: &ConfigSource) -> Result<ExitCode, Stop> {
    let wrong = source.check_profiles(&registry::standard())?;
    if wrong.is_empty() {
        output::out("\nit is right with every profile");
        return Ok(ExitCode::SUCCESS);
    }
    for (name, error) in &wrong {
        output::err(&output::wrap(&format!("with the profile {}:\n", name.escape_debug())));
        output::err(&output::config_error(error));
    }
    Ok(ExitCode::from(2))
}

fn describe(config: &Config) -> String {
    let mut text = String::new();
    let count = config.destinations().len();
    let noun = if count == 1 { "destination" } else { "destinations" };
    let routes = config.spec().routes.len();
    let ways = if routes == 1 { "route" } else { "routes" };
    line(&mut text, &format!("{} is right: {count} {noun}, {routes} {ways}", config.file()));
    if let Some(profile) = config.profile() {
        line(&mut text, &format!("its profile is {profile}"));
    }
    // The first one is the config itself.
    for file in config.files().iter().skip(1) {
        line(&mut text, &format!("it reads {}", file.display()));
    }
    line(&mut text, &format!("relative paths start at {}", config.directory().display()));
    for destination in config.destinations() {
        text.push('\n');
        describe_one(&mut text, config, destination);
    }
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(&output::wrap(line));
    text.push('\n');
}

fn describe_one(text: &mut String, config: &Config, destination: &Prepared) {
    let settings = destination.settings();
    line(text, &headline(destination));
    let mut row = |name: &str, value: String| line(text, &format!("  {name:<9} {value}"));
    for (name, path) in destination.paths() {
        row(name, path.display().to_string());
    }
    for (name, value) in places(config, destination) {
        row(name, value);
    }
    let levels = settings.levels.unwrap_or(config.spec().level);
    let exact = if settings.exact_levels { ", exactly" } else { "" };
    row("levels", format!("{}{exact}", level_names(levels)));
    row("kinds", kinds::names(settings.kinds));
    for filter in &settings.filters {
        row("filter", filter.describe());
    }
    if !settings.tags.is_empty() {
        row("tags", tag_names(&settings.tags));
    }
    for way in ways(config, destination.name()) {
        row("gets", way);
    }
    row("buffer", format!("{}, then {}", size(settings.buffer.memory as u64), overflow(settings.buffer.when_full)));
    if let Some(disk) = &settings.disk {
        row("disk", disk_buffer(disk));
        let promise = match settings.delivery {
            Delivery::AtLeastOnce => "at least once: on disk until it is delivered",
            Delivery::BestEffort => "best effort: on disk what memory has no room for",
        };
        row("delivery", promise.to_owned());
    }
    if let Some(failover) = &settings.failover {
        row("failover", failover.clone());
    }
}

/// What says where on a server records go.
const PLACES: [&str; 10] =
    ["url", "address", "endpoint", "brokers", "table", "topic", "subject", "stream", "exchange", "routing_key"];

/// Where on a server records go, without secrets.
fn places(config: &Config, destination: &Prepared) -> Vec<(&'static str, String)> {
    if ["console", "file", "memory"].contains(&destination.kind()) {
        return Vec::new();
    }
    let values = config.explain_values();
    let value = |name: &&'static str| {
        let path = format!("destinations.{}.{name}", destination.name());
        Some((*name, values.iter().find(|value| value.path() == path)?.value().to_owned()))
    };
    PLACES.iter().filter_map(value).collect()
}

/// `/var/lib/shop/spool/app, 256 MiB, synced every 100ms`.
fn disk_buffer(disk: &DiskSettings) -> String {
    let path = disk.path.as_ref().map(|path| format!("{}, ", path.display())).unwrap_or_default();
    let synced = match disk.fsync {
        Fsync::Always => "synced after each write".to_owned(),
        Fsync::Every(time) => format!("synced every {}", seconds(time)),
        Fsync::Never => "never synced".to_owned(),
    };
    format!("{path}{}, {synced}", size(disk.bytes))
}

/// `app: file, format json`.
fn headline(destination: &Prepared) -> String {
    let state = if destination.settings().enabled { "" } else { ", switched off" };
    let format = destination.format().map(|format| format!(", format {format}")).unwrap_or_default();
    format!("{}: {}{format}{state}", destination.name(), destination.kind())
}

/// How records come to the destination.
fn ways(config: &Config, name: &str) -> Vec<String> {
    let spec = config.spec();
    let mut ways: Vec<String> = Vec::new();
    for route in spec.routes.iter().filter(|route| route.to.iter().any(|to| to == name)) {
        ways.push(format!("what matches `{}`", route.when));
    }
    if spec.default.iter().any(|other| other == name) {
        let rest = if spec.routes.is_empty() { "everything" } else { "what no route matches" };
        ways.push(rest.to_owned());
    }
    let settings = |other: &Prepared| other.settings().failover.as_deref() == Some(name);
    for other in config.destinations().iter().filter(|other| settings(other)) {
        ways.push(format!("what `{}` cannot take", other.name()));
    }
    if ways.is_empty() {
        ways.push("only what an event or a span names it for: no route leads there".to_owned());
    }
    ways
}

fn level_names(levels: SeveritySet) -> String {
    match levels.least() {
        None => "none".to_owned(),
        Some(Severity::TRACE) if levels == SeveritySet::ALL => "all".to_owned(),
        Some(least) if levels == SeveritySet::at_least(least) && least != Severity::CRITICAL => {
            format!("{least} and above")
        }
        Some(_) => levels.iter().map(Severity::name).collect::<Vec<_>>().join(", "),
    }
}

fn tag_names(tags: &TagFilter) -> String {
    let rows = [("any of", &tags.any), ("all of", &tags.all), ("none of", &tags.none)];
    let parts = rows.into_iter().filter(|(_, tags)| !tags.is_empty());
    parts.map(|(how, tags)| format!("{how} {}", tags.join(", "))).collect::<Vec<_>>().join("; ")
}

fn size(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = units.into_iter().find(|&(unit, _)| bytes >= unit && bytes.is_multiple_of(unit));
    unit.map_or_else(|| format!("{bytes} bytes"), |(unit, name)| format!("{} {name}", bytes / unit))
}

fn overflow(policy: Overflow) -> String {
    let mut text = String::new();
    match policy {
        Overflow::Block { limit: None } => text.push_str("callers wait"),
        Overflow::Block { limit: Some(limit) } => _ = write!(text, "callers wait for {} at the most", seconds(limit)),
        Overflow::DropNewest => text.push_str("the newest is dropped"),
        Overflow::DropOldest => text.push_str("the oldest is dropped"),
        Overflow::DropLowest => text.push_str("the least serious is dropped"),
    }
    text
}

fn seconds(time: Duration) -> String {
    format!("{time:?}")
}

#[cfg(test)]
mod tests {
    use super::{level_names, size};
    use tracework::{Severity, SeveritySet};

    #[test]
    fn sets_and_sizes_read_well() {
        assert_eq!(level_names(SeveritySet::at_least(Severity::WARNING)), "WARNING and above");
        assert_eq!(level_names([Severity::INFO, Severity::ERROR].into_iter().collect()), "INFO, ERROR");
        assert_eq!(level_names(SeveritySet::NONE), "none");
        assert_eq!((size(8 << 20).as_str(), size(1000).as_str()), ("8 MiB", "1000 bytes"));
    }
}
