//! The sample config, the flat one, and every format and setting that the standard registry offers.

use std::path::{Path, PathBuf};
use tracework::config::{Config, Error};
use tracework::registry::standard;

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
