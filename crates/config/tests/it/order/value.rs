//! A config as a value.

use super::value;
use crate::support::registry;
use tracework_config::{Config, ConfigSource, Environment, Error, Value};
use tracework_core::{Severity, SeveritySet};

fn read(config: Value) -> Result<Config, Error> {
    ConfigSource::value("settings.toml", config).environment(Environment::none()).read(&registry())
}

fn map(entries: Vec<(&str, Value)>) -> Value {
    entries.into_iter().collect()
}

#[test]
fn a_value_is_a_config() {
    let recent = map(vec![("type", "memory".into()), ("records", 5.into()), ("enabled", false.into())]);
    let config = read(map(vec![
        ("level", "ERROR".into()),
        ("default", vec!["recent"].into()),
        ("destinations", map(vec![("recent", recent)])),
        ("service", None::<&str>.into()),
    ]))
    .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(config.spec().level, SeveritySet::at_least(Severity::ERROR));
    assert!(!config.destinations()[0].settings().enabled);
    assert_eq!(value(&config, "destinations.recent.records"), Some(("5", "settings.toml")));
}

#[test]
fn profiles_and_variables_hold_for_a_value_too() {
    let environment = [("TRACEWORK_LEVEL", "DEBUG"), ("REGION", "eu-1")].into_iter().collect();
    let config = map(vec![("profile", "testing".into()), ("metadata", map(vec![("region", "${REGION}".into())]))]);
    let config = ConfigSource::value("settings.toml", config).environment(environment).read(&registry());
    let config = config.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(config.spec().metadata, [("region".to_owned(), "eu-1".to_owned())]);
    assert_eq!(config.destinations()[0].name(), "recent");
    assert_eq!(config.spec().level, SeveritySet::at_least(Severity::DEBUG));
}

#[test]
fn what_is_wrong_is_told_with_the_way_to_it() {
    let app = map(vec![("type", "memory".into()), ("records", "many".into()), ("levle", map(Vec::new()))]);
    let error = read(map(vec![("destinations", map(vec![("app", app)])), ("default", vec!["ap"].into())]));
    assert_eq!(
        error.expect_err("it is refused").to_string(),
        "settings.toml: `many` is no count\n  |\n  | destinations.app.records: many\n  \
         |                           ^^^^\n  help: a count is a whole number, such as 100\n\n\
         settings.toml: nothing is called `levle` in `destinations.app`\n  |\n  | destinations.app.levle: {}\n  \
         |                  ^^^^^\n  help: did you mean `level`?\n\n\
         settings.toml: no destination is called `ap`\n  |\n  | default[0]: ap\n  |             ^^\n  \
         help: did you mean `app`?"
    );
}

#[test]
fn what_is_no_config_is_refused() {
    let told = |config: Value| read(config).expect_err("it is refused").to_string();
    assert_eq!(told(Value::Null), "settings.toml: the config is empty");
    assert_eq!(told(map(Vec::new())), "settings.toml: the config is empty");
    assert!(told(Value::from("text")).contains("a config is a map of names and values; this is a single value"));
    assert!(told(map(vec![("level", "INFO".into()), ("level", "INFO".into())])).contains("stands here a second time"));
    let deep = (0..50).fold(Value::from("x"), |inner, _| vec![inner].into());
    assert!(told(map(vec![("a", deep)])).contains("nests too deeply"));
    let many = Value::from((0..60_000).collect::<Vec<i32>>());
    assert!(told(map(vec![("a", many)])).contains("too many nodes"));
    let odd = map(vec![("a\nb\u{1b}", "x\ny".into())]);
    assert!(told(odd).chars().all(|letter| letter == '\n' || !letter.is_control()));
}

#[cfg(feature = "serde")]
#[test]
fn serde_reads_a_value_from_any_format() {
    let json = r#"{ "level": "ERROR", "default": ["recent"], "spans": null, "limits": { "fields": 5 },
                    "destinations": { "recent": { "type": "memory", "records": 7, "enabled": false } } }"#;
    let value: Value = serde_json::from_str(json).expect("it is JSON");
    let again: Value = serde_json::from_value(serde_json::from_str(json).expect("it is JSON")).expect("it is a value");
    let names = |value: &Value| format!("{value:?}").len();
    assert_eq!(names(&value), names(&again));
    let config = read(value).unwrap_or_else(|error| panic!("{error}"));
    assert!(!config.destinations()[0].settings().enabled);
    assert_eq!(config.spec().limits.fields, 5);
    assert!(serde_json::from_str::<Value>(&"[".repeat(10_000)).is_err());
}
