//! The HTTP destination in a config.

use std::path::Path;
use tracework::config::{Config, ConfigSource, Environment, SaveConfig as _};
use tracework::registry::standard;

fn read(yaml: &str, folder: &Path) -> Config {
    let environment =
        Environment::from_iter([("TOKEN", "hunter2"), ("HOOK", "https://hooks.slack.com/services/SESAME")]);
    let source = ConfigSource::text("app.yml", yaml).folder(folder).environment(environment);
    source.read(&standard()).unwrap_or_else(|error| panic!("{yaml}\n{error}"))
}

/// The plan of a config, written down.
fn saved(yaml: &str, folder: &Path) -> (String, Vec<String>) {
    let control = read(yaml, folder).rehearsal().into_control().expect("threads start");
    let saved = control.config();
    (saved.yaml, saved.left_out)
}

#[test]
fn secrets_are_written_down_as_what_they_came_from() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["sign.secret", "pass"] {
        std::fs::write(folder.path().join(name), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").expect("written");
    }
    let yaml = "destinations:\n  hook:\n    type: http\n    url: ${HOOK}\n    body: slack\n    headers: { X-Team: a, \
                X-Api-Key: \"${TOKEN}\" }\n    auth: { user: ann, password_file: pass }\n    sign: { secret_file: sign.secret }\n";
    let (text, left_out) = saved(yaml, folder.path());
    assert!(left_out.is_empty(), "{left_out:?}");
    for secret in ["hunter2", "SESAME", "MfKQ9r8"] {
        assert!(!text.contains(secret), "{text}");
    }
    for said in
        ["url: \"${HOOK}\"", "X-Team: a", "X-Api-Key: \"${TOKEN}\"", "password_file: ", "secret_file: ", "user: ann"]
    {
        assert!(text.contains(said), "{said} is not in {text}");
    }
    assert_eq!(saved(&text, folder.path()).0, text, "read again it is the same");
}

#[test]
fn a_secret_that_stands_in_the_config_is_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let yaml = "destinations: { hook: { type: http, url: \"https://example.com/\", auth: { bearer: hunter2 } } }";
    let (text, left_out) = saved(yaml, folder.path());
    assert_eq!(left_out, ["destinations.hook.auth.bearer is left out: a secret that the program set"]);
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn every_body_of_one_word_is_known() {
    let folder = tempfile::tempdir().expect("a folder");
    for body in ["json", "ndjson", "slack", "discord", "teams", "loki", "splunk", "datadog", "seq"] {
        let yaml = format!("destinations: {{ hook: {{ type: http, url: \"https://example.com/a\", body: {body} }} }}");
        assert_eq!(read(&yaml, folder.path()).destinations()[0].kind(), "http");
    }
    let bulk = "destinations: { hook: { type: http, url: \"https://example.com/logs/_bulk\", body: elasticsearch } }";
    assert_eq!(read(bulk, folder.path()).destinations()[0].kind(), "http");
}

#[test]
fn an_alert_may_post_to_a_webhook() {
    let folder = tempfile::tempdir().expect("a folder");
    let yaml = "destinations:\n  app: { type: memory }\nalerts:\n  - name: till\n    actions:\n      - { type: webhook, url: \"${HOOK}\", \
                body: slack, format: { type: pattern, pattern: \"{level} {message}\" } }\n";
    let (text, left_out) = saved(yaml, folder.path());
    assert!(left_out.is_empty(), "{left_out:?}");
    assert!(text.contains("type: webhook") && text.contains("url: \"${HOOK}\"") && text.contains("{level}"), "{text}");
    assert_eq!(saved(&text, folder.path()).0, text, "read again it is the same");
}
