//! The sample config, the flat one, and every format and setting that the standard registry offers.

use std::path::{Path, PathBuf};
use tracework::config::{Config, ConfigSource, Error, Prepared, SaveConfig as _};
use tracework::registry::standard;
use tracework::{Severity, SeveritySet};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(yaml: &str) -> Result<Config, Error> {
    Config::from_str("app.yml", yaml, &standard())
}

fn problems(yaml: &str) -> Vec<String> {
    let error = read(yaml).expect_err("it is refused");
    error.problems().iter().map(|problem| problem.message().to_owned()).collect()
}

#[test]
fn the_sample_is_right_and_shows_every_name_of_the_top() {
    let path = root().join("config/logging_framework.yml");
    let config = Config::from_file(&path, &standard()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(config.destinations().len(), 6);
    let text = std::fs::read_to_string(path).expect("it was read just now");
    for name in [
        "service",
        "directory",
        "level",
        "targets",
        "spans",
        "metadata",
        "tags",
        "redact",
        "limits",
        "buffer",
        "names",
        "destinations",
        "routes",
        "default",
    ] {
        assert!(text.lines().any(|line| line.starts_with(&format!("{name}:"))), "{name}");
    }
}

#[test]
fn the_flat_config_of_old_loads_as_far_as_this_version_goes() {
    let flat = "directory: \"logs\"\nlevel: \"INFO\"\nconsole_enabled: true\nconsole_colors: true\nfile_enabled: true\n\
                structured_enabled: true\ncompression_enabled: true\n";
    let config = read(flat).unwrap_or_else(|error| panic!("{error}"));
    let told: Vec<_> = config.destinations().iter().map(|one| (one.name(), one.kind(), one.format())).collect();
    assert_eq!(told, [("console", "console", None), ("file", "file", Some("json"))]);
    let colors = read("console_enabled: true\nconsole_colors: false").expect("it is right");
    assert_eq!(colors.destinations().len(), 1);
}

#[test]
fn every_format_is_offered() {
    let names: Vec<String> = standard().formats().map(str::to_owned).collect();
    assert_eq!(names, ["csv", "ecs", "gelf", "json", "logfmt", "pattern", "pretty", "text", "xml"]);
    for name in names.iter().filter(|name| *name != "pattern") {
        let yaml = format!("destinations: {{ a: {{ type: file, path: a.log, format: {name} }} }}");
        assert_eq!(
            read(&yaml).unwrap_or_else(|error| panic!("{error}")).destinations()[0].format(),
            Some(name.as_str())
        );
    }
}

#[test]
fn what_is_wrong_with_a_format_is_told() {
    let format = |text: &str| problems(&format!("destinations: {{ a: {{ type: console, format: {text} }} }}"));
    assert_eq!(format("pattern"), ["`destinations.a.format` needs `pattern`"]);
    assert!(format("{ type: pattern, pattern: '{levle}' }")[0].contains("levle"));
    assert!(format("{ type: json, zone: Europe/Berlni }")[0].contains("Europe/Berlni"));
    assert!(format("{ type: csv, columns: [level, massage] }")[0].contains("massage"));
}

#[test]
fn what_is_wrong_with_a_file_is_told() {
    let file = |text: &str| problems(&format!("destinations: {{ a: {{ type: file, path: a.log, {text} }} }}"));
    assert_eq!(file("rotate: { size: 0 }"), ["a file of 0 bytes holds nothing"]);
    assert!(file("zone: Mars/Olympus")[0].contains("`Mars/Olympus` is no known time zone"));
    assert_eq!(file("mode: rw"), ["`rw` is no file mode"]);
    assert_eq!(file("compress: brotli"), ["`brotli` is nothing that `destinations.a.compress` can be"]);
    if !cfg!(feature = "zstd") {
        assert_eq!(file("compress: zstd"), ["this program was built without the feature `zstd`"]);
    }
}

/// What an application of old wrote, word for word.
const OLD: &str = "# logging_config.yaml
directory: \"logs\"
level: \"INFO\"
console_enabled: true
console_colors: true
file_enabled: true
structured_enabled: true
performance_enabled: true
security_enabled: true
audit_enabled: true
alerts_enabled: true
compression_enabled: true
";

fn read_with(yaml: &str, variables: &[(&str, &str)]) -> Config {
    let source = ConfigSource::text("app.yml", yaml).environment(variables.iter().copied().collect());
    source.read(&standard()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_flat_config_of_old_loads_word_for_word_and_says_what_it_cannot_do() {
    let config = read_with(OLD, &[]);
    assert_eq!(config.destinations().len(), 2);
    let told: Vec<_> = config.warnings().iter().map(|warning| warning.message().to_owned()).collect();
    assert_eq!(told.len(), 4, "{told:#?}");
    assert!(told.iter().all(|told| told.contains("in this version yet")), "{told:#?}");
    // It works the same way as a profile, over a profile, and under variables.
    let indented: String = OLD.lines().map(|line| format!("    {line}\n")).collect();
    let config = read_with(&format!("profile: old\nprofiles:\n  old:\n{indented}"), &[]);
    assert_eq!((config.destinations().len(), config.warnings().len()), (2, 4));
    let config = read_with(&format!("profile: production\n{OLD}"), &[("TRACEWORK_CONSOLE_ENABLED", "false")]);
    let told: Vec<_> = config.destinations().iter().map(|one| (one.name(), one.settings().enabled)).collect();
    assert_eq!(told, [("console", false), ("app", true)], "the file of the profile is meant");
}

#[test]
fn each_profile_is_what_its_name_says() {
    let of = |profile: &str| read_with(&format!("profile: {profile}"), &[]);
    let told = |config: &Config| -> Vec<(String, String, Option<Severity>)> {
        let least = |one: &Prepared| one.settings().levels.unwrap_or(config.spec().level).least();
        config.destinations().iter().map(|one| (one.name().to_owned(), one.kind().to_owned(), least(one))).collect()
    };
    let row = |name: &str, kind: &str, level| (name.to_owned(), kind.to_owned(), Some(level));
    assert_eq!(told(&of("development")), [row("console", "console", Severity::DEBUG)]);
    assert_eq!(told(&of("testing")), [row("recent", "memory", Severity::TRACE)]);
    let production = [row("console", "console", Severity::WARNING), row("app", "file", Severity::INFO)];
    assert_eq!(told(&of("production")), production);
    assert_eq!(told(&of("debug")), [row("console", "console", Severity::TRACE), row("debug", "file", Severity::TRACE)]);
    assert_eq!(of("production").destinations()[1].format(), Some("json"));
    // It can be used in every build, and compresses with what there is.
    let saved = of("production").rehearsal().into_control().expect("it starts").config().yaml;
    let best = [("gzip", cfg!(feature = "gzip")), ("zstd", cfg!(feature = "zstd"))].into_iter().find(|(_, has)| *has);
    match best {
        Some((word, _)) => assert!(saved.contains(&format!("compress: {word}")), "{saved}"),
        None => assert!(!saved.contains("compress"), "{saved}"),
    }
    assert_eq!(
        of("development").spec().targets.get("hyper::client").and_then(SeveritySet::least),
        Some(Severity::INFO)
    );
}
