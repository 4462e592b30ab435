//! The secrets of destinations: taken from files and variables, and shown nowhere.

use std::path::Path;
use tracework::config::{ConfigSource, Environment, SaveConfig as _};
use tracework::registry::standard;

const SECRET: &str = "hunter2-with-more";

/// What logs in somewhere: `{NAME}` stands where the setting NAME has a secret, `{NAME=TEXT}` where the secret is TEXT with `*`
/// for what nobody may see.
const DESTINATIONS: [&str; 14] = [
    "type: amqp, url: 'amqp://ann@mq:5672/%2f', {password}",
    "type: nats, url: 'nats://ann@nats:4222', {password}",
    "type: nats, url: 'nats://nats:4222', {token}",
    "type: redis, url: 'redis://ann@cache:6379/0', {password}",
    "type: sql, url: 'postgres://ann@db/logs', {password}",
    "type: sql, {url=mysql://ann:*@db/logs}",
    "type: kafka, brokers: [127.0.0.1:9092], topic: logs, client: { sasl.username: ann, {sasl.password} }",
    "type: otlp, endpoint: 'https://example.com', headers: { {authorization=Bearer *} }",
    "type: http, url: 'https://example.com', headers: { {x-honeycomb-team} }",
    "type: http, url: 'https://example.com', auth: { {bearer} }",
    "type: http, url: 'https://example.com', auth: { user: ann, {password} }",
    "type: http, url: 'https://example.com', sign: { {secret} }",
    "type: http, url: 'https://example.com', {proxy=http://ann:*@proxy:3128}",
    "type: http, body: slack, {url=https://hooks.slack.com/services/*}",
];

/// The setting of the secret, its text, and the section with `said` in its place.
fn filled(section: &str, said: impl Fn(&str, &str) -> String) -> (String, String) {
    let from = section.rfind('{').expect("a place");
    let to = from + section[from..].find('}').expect("its end");
    let place = &section[from + 1..to];
    let (name, text) = place.split_once('=').unwrap_or((place, "*"));
    let text = text.replace('*', SECRET);
    (name.to_owned(), format!("{}{}{}", &section[..from], said(name, &text), &section[to + 1..]))
}

/// The running plan as a config says it, after it was seen that neither that nor anything else shows the secret.
fn saved(folder: &Path, section: &str, environment: Environment) -> String {
    let yaml = format!("destinations: {{ me: {{ {section} }} }}");
    let config = ConfigSource::text("app.yml", &yaml).folder(folder).environment(environment).read(&standard());
    let config = config.unwrap_or_else(|error| panic!("{section}\n{error}"));
    let explained = format!("{:?}", config.explain_values());
    assert!(!format!("{config:?}{explained}").contains(SECRET), "{section}: {explained}");
    let saved = config.rehearsal().into_control().expect("threads start").config();
    assert!(!format!("{saved:?}").contains(SECRET), "{section}\n{}", saved.yaml);
    saved.yaml
}

#[test]
fn a_secret_may_be_in_a_file_and_a_saved_plan_names_that() {
    let folder = tempfile::tempdir().expect("a folder");
    for (at, section) in DESTINATIONS.iter().enumerate() {
        let file = format!("secret-{at}");
        let (name, section) = filled(section, |name, text| {
            std::fs::write(folder.path().join(&file), format!("{text}\n")).expect("it can be written");
            format!("{name}_file: {file}")
        });
        let saved = saved(folder.path(), &section, Environment::none());
        assert!(saved.contains(&format!("{name}_file: ")) && saved.contains(&file), "{section}\n{saved}");
    }
}

#[test]
fn a_secret_may_be_in_a_variable_and_a_saved_plan_names_that() {
    let folder = tempfile::tempdir().expect("a folder");
    for section in DESTINATIONS {
        let text = std::cell::Cell::new(String::new());
        let (name, section) = filled(section, |name, secret| {
            text.set(secret.to_owned());
            format!("{name}: '${{THE_SECRET}}'")
        });
        let saved = saved(folder.path(), &section, Environment::from_iter([("THE_SECRET", text.take())]));
        assert!(saved.contains(&format!("{name}: ")) && saved.contains("${THE_SECRET}"), "{section}\n{saved}");
    }
}

#[test]
fn a_secret_in_the_config_itself_is_shown_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    for section in DESTINATIONS {
        let (_, section) = filled(section, |name, text| format!("{name}: '{text}'"));
        saved(folder.path(), &section, Environment::none());
    }
}

/// A mistake in the same line as a secret shows that line, and what is wrong may be the secret's own text.
#[test]
fn no_error_shows_a_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    for section in DESTINATIONS {
        let (_, section) = filled(section, |name, text| format!("{name}: '{text}'"));
        let section = format!("{section}, no_such_setting: 1");
        for section in [section.clone(), section.replace(": '", ": 'nonsense "), section.replace("type: ", "type: x")] {
            let yaml = format!("destinations: {{ me: {{ {section} }} }}");
            let read = ConfigSource::text("app.yml", &yaml).folder(folder.path()).environment(Environment::none());
            let error = read.read(&standard()).expect_err("a setting is unknown");
            let told = format!("{error}\n{error:?}");
            assert!(!told.contains(SECRET), "{section}\n{told}");
        }
    }
}
