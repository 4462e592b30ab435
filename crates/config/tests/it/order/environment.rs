//! Variables that set values.

use super::{good, refused, value};
use std::path::Path;
use tracework_core::{Severity, SeveritySet};

const YAML: &str = "level: INFO
destinations:
  Audit-Log: { type: memory, records: 5 }
  console: { type: memory, level: WARNING, format: text }
";

fn level(severity: Severity) -> Option<SeveritySet> {
    Some(SeveritySet::at_least(severity))
}

#[test]
fn nested_names_set_what_they_name() {
    let config = good(
        YAML,
        &[
            ("TRACEWORK__DESTINATIONS__CONSOLE__LEVEL", "DEBUG"),
            ("TRACEWORK__DESTINATIONS__AUDIT_LOG__LEVEL", "ERROR"),
            ("TRACEWORK__DESTINATIONS__NEW__TYPE", "memory"),
            ("TRACEWORK__LIMITS__FIELDS", "8"),
        ],
    );
    let settings = |at: usize| config.destinations()[at].settings().levels;
    assert_eq!(config.destinations()[0].name(), "Audit-Log", "letter case is that of the config, and `_` is `-` too");
    assert_eq!((settings(0), settings(1)), (level(Severity::ERROR), level(Severity::DEBUG)));
    assert_eq!(config.destinations()[2].name(), "new");
    assert_eq!(config.spec().limits.fields, 8);
    let by = "environment variable TRACEWORK__DESTINATIONS__CONSOLE__LEVEL";
    assert_eq!(value(&config, "destinations.console.level"), Some(("DEBUG", by)));
    assert_eq!(value(&config, "destinations.console.format"), Some(("text", "app.yml:4:52")));
}

#[test]
fn lists_maps_and_quoted_texts_are_yaml_and_the_rest_is_text() {
    let config = good(
        YAML,
        &[
            ("TRACEWORK__DEFAULT", "[console]"),
            ("TRACEWORK__TARGETS", "{ 'app::db': DEBUG }"),
            ("TRACEWORK__METADATA__PATTERN", "'[not a list]'"),
            ("TRACEWORK__METADATA__TEXT", "a: b # no comment, ${NO_VARIABLE}"),
            ("TRACEWORK__SERVICE", ""),
        ],
    );
    assert_eq!(config.spec().default, ["console"]);
    assert_eq!(config.spec().targets.get("app::db"), level(Severity::DEBUG));
    let pairs = &config.spec().metadata;
    assert!(pairs.contains(&("pattern".into(), "[not a list]".into())));
    assert!(pairs.contains(&("text".into(), "a: b # no comment, ${NO_VARIABLE}".into())));
    assert!(!pairs.iter().any(|(key, _)| key == "service"), "an empty variable counts as not set");
}

#[test]
fn a_whole_and_its_parts_add_up() {
    let config = good(
        YAML,
        &[
            ("TRACEWORK__DESTINATIONS", "{ other: { type: memory, records: 3 } }"),
            ("TRACEWORK__DESTINATIONS__OTHER__LEVEL", "ERROR"),
            ("TRACEWORK__DESTINATIONS__CONSOLE", "~"),
        ],
    );
    let names: Vec<_> = config.destinations().iter().map(|one| one.name()).collect();
    assert_eq!(names, ["Audit-Log", "other"], "`~` takes away");
    assert_eq!(config.destinations()[1].settings().levels, level(Severity::ERROR));
}

#[test]
fn short_names_set_the_common_ones() {
    let config = good(
        "console_enabled: true\nfile_enabled: true\ndestinations: { console: { type: memory } }",
        &[
            ("TRACEWORK_LEVEL", "error"),
            ("TRACEWORK_DIRECTORY", "/var/log/app"),
            ("TRACEWORK_CONSOLE_ENABLED", "false"),
            ("TRACEWORK_FILE_ENABLED", "false"),
            ("TRACEWORK_PROFILE", "testing"),
        ],
    );
    assert_eq!(config.spec().level, SeveritySet::at_least(Severity::ERROR));
    assert_eq!(config.directory(), Path::new("/var/log/app"));
    let enabled = |name: &str| {
        let one = config.destinations().iter().find(|one| one.name() == name).expect("it is there");
        one.settings().enabled
    };
    assert!(enabled("recent") && !enabled("console") && !enabled("file"));
}

#[test]
fn a_relative_directory_of_a_variable_starts_where_the_program_was_started() {
    let here = std::env::current_dir().expect("there is one");
    assert_eq!(good("level: INFO", &[("TRACEWORK_DIRECTORY", "logs")]).directory(), here.join("logs"));
    assert_eq!(good("directory: logs", &[]).directory(), Path::new("/srv/app/logs"));
}

#[test]
fn switches_of_later_versions_are_told() {
    let config = good(
        "level: INFO",
        &[
            ("TRACEWORK_AUDIT_ENABLED", "true"),
            ("TRACEWORK_SECURITY_ENABLED", "false"),
            ("TRACEWORK_PERFORMANCE_ENABLED", "true"),
            ("TRACEWORK_PERFORMANCE_INTERVAL", "30"),
            ("TRACEWORK_ALERTS_ENABLED", "true"),
            ("TRACEWORK_ALERT_EMAIL", "admin@example.com"),
        ],
    );
    let told: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 5, "{told:#?}");
    let audit = "environment variable TRACEWORK_AUDIT_ENABLED: `audit_enabled` does nothing: the audit log is not in this \
                 version yet\n  |\n  | TRACEWORK_AUDIT_ENABLED=true\n  |           ^^^^^^^^^^^^^\n  \
                 help: write false, or live without it for now";
    assert!(told.iter().any(|told| told == audit), "{told:#?}");
}

#[test]
fn a_wrong_value_is_told_with_the_variable() {
    assert_eq!(
        refused(YAML, &[("TRACEWORK__DESTINATIONS__CONSOLE__LEVEL", "LOUD")]),
        "environment variable TRACEWORK__DESTINATIONS__CONSOLE__LEVEL: `LOUD` is no level\n  |\n  \
         | TRACEWORK__DESTINATIONS__CONSOLE__LEVEL=LOUD\n  |                                         ^^^^\n  \
         help: there are TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL, off, AUDIT, SECURITY and JOB_STATUS"
    );
    assert_eq!(
        refused(YAML, &[("TRACEWORK__DESTINATIONS__CONSOLE__LEVLE", "INFO")]),
        "environment variable TRACEWORK__DESTINATIONS__CONSOLE__LEVLE: nothing is called `levle` in \
         `destinations.console`\n  |\n  | TRACEWORK__DESTINATIONS__CONSOLE__LEVLE=INFO\n  \
         |                                   ^^^^^\n  help: did you mean `level`?"
    );
    assert_eq!(
        refused(YAML, &[("TRACEWORK__DEFAULT", "[console, consle]")]),
        "environment variable TRACEWORK__DEFAULT: no destination is called `consle`\n  |\n  \
         | TRACEWORK__DEFAULT=[console, consle]\n  |                              ^^^^^^\n  \
         help: did you mean `console`?"
    );
}

#[test]
fn an_unknown_variable_is_told_with_the_nearest_right_name() {
    let unknown = refused(YAML, &[("TRACEWORK_LEVLE", "INFO")]);
    assert!(unknown.contains("there is no variable `TRACEWORK_LEVLE`") && unknown.contains("`TRACEWORK_LEVEL`?"));
    assert!(refused(YAML, &[("TRACEWORK_WIBBLE_WOBBLE", "x")]).contains("or `TRACEWORK__NAME__NAME`"));
    assert!(refused(YAML, &[("TRACEWORK__A____B", "x")]).contains("there is no variable"));
}

#[test]
fn what_contradicts_itself_is_told() {
    let both = refused(YAML, &[("TRACEWORK_LEVEL", "INFO"), ("TRACEWORK__LEVEL", "DEBUG")]);
    assert!(both.contains("both set `level`"), "{both}");
    let part = refused(YAML, &[("TRACEWORK__METADATA", "x"), ("TRACEWORK__METADATA__A", "b")]);
    assert!(part.contains("`TRACEWORK__METADATA` and `TRACEWORK__METADATA__A` both set `metadata"), "{part}");
    let list = refused("routes: [{ when: tag = A, to: [] }]", &[("TRACEWORK__ROUTES__0__WHEN", "tag = B")]);
    assert!(list.contains("set the list as a whole: TRACEWORK__ROUTES='[..]'"), "{list}");
    let several = "destinations: { a-b: { type: memory }, a.b: { type: memory } }";
    let told = refused(several, &[("TRACEWORK__DESTINATIONS__A_B__LEVEL", "INFO")]);
    assert!(told.contains("may be `a-b` or `a.b`"), "{told}");
    assert!(refused(YAML, &[("TRACEWORK__DEFAULT", "[console")]).contains("this is no YAML"));
}

#[test]
fn rust_log_replaces_level_and_targets() {
    let yaml = "level: ERROR\ntargets: { hyper: off }\ndestinations: { a: { type: memory } }";
    let config = good(yaml, &[("RUST_LOG", "info,app=debug")]);
    assert_eq!(config.spec().level, SeveritySet::at_least(Severity::DEBUG));
    let target = |name: &str| config.spec().targets.get(name).and_then(SeveritySet::least);
    assert_eq!(target("app::db"), Some(Severity::DEBUG));
    assert_eq!(target("hyper"), Some(Severity::INFO));
    assert_eq!(value(&config, "level"), Some(("DEBUG", "environment variable RUST_LOG")));
    assert_eq!(value(&config, "targets.hyper"), None);
    // Without a default, that of the config stays; our own variable is the more specific one.
    let config = good(yaml, &[("RUST_LOG", "app=trace")]);
    assert_eq!(config.spec().targets.get("other").and_then(SeveritySet::least), Some(Severity::ERROR));
    let config = good(yaml, &[("RUST_LOG", "trace"), ("TRACEWORK_LEVEL", "WARNING")]);
    assert_eq!(config.spec().level.least(), Some(Severity::WARNING));
    assert_eq!(good(yaml, &[("RUST_LOG", " ")]).spec().level.least(), Some(Severity::ERROR));
    assert_eq!(
        refused(yaml, &[("RUST_LOG", "info,app=loud")]),
        "environment variable RUST_LOG: `loud` is no level\n  |\n  | RUST_LOG=info,app=loud\n  |               ^^^^^^^^\n  \
         help: there are off, trace, debug, info, warn, error and critical"
    );
}

#[test]
fn rust_log_is_left_alone_where_the_program_says_so() {
    let environment = [("RUST_LOG", "trace")].into_iter().collect();
    let source = tracework_config::ConfigSource::text("app.yml", "level: ERROR").environment(environment);
    let config = source.rust_log(false).read(&crate::support::registry()).expect("it is right");
    assert_eq!(config.spec().level.least(), Some(Severity::ERROR));
}
