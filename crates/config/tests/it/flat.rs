//! The flat switches.

use super::support::good;
use std::path::Path;

#[test]
fn flat_switches_make_a_console_and_a_file() {
    let config = good(
        "directory: logs\nlevel: INFO\nfile_enabled: true\nstructured_enabled: true\ncompression_enabled: true\n\
         performance_enabled: false\nsecurity_enabled: false\naudit_enabled: false\nalerts_enabled: false\n",
    );
    let [file] = config.destinations() else { panic!("one destination") };
    assert_eq!((file.name(), file.kind(), file.format()), ("file", "file", Some("json")));
    assert_eq!(file.paths().next(), Some(("path", Path::new("/srv/app/logs/app.jsonl"))));
    assert!(file.settings().enabled);
    assert_eq!(config.spec().default, ["file"]);
}

#[test]
fn a_flat_switch_switches_what_is_there() {
    let yaml = "file_enabled: false\ndestinations: { file: { type: file, path: mine.log } }";
    let config = good(yaml);
    assert!(!config.destinations()[0].settings().enabled);
    assert_eq!(config.destinations()[0].paths().next(), Some(("path", Path::new("/srv/app/mine.log"))));
}

#[test]
fn a_plain_file_is_text() {
    let config = good("file_enabled: true\nstructured_enabled: false");
    assert_eq!(config.destinations()[0].format(), Some("text"));
    assert_eq!(config.destinations()[0].paths().next(), Some(("path", Path::new("/srv/app/app.log"))));
}

#[test]
fn a_switch_of_a_later_version_is_told_and_refuses_nothing() {
    let config = good("audit_enabled: true\nalert_email: me@example.com\nlevel: INFO");
    let told: Vec<_> = config.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "app.yml:1:1: `audit_enabled` does nothing: the audit log is not in this version yet\n  |\n\
             1 | audit_enabled: true\n  | ^^^^^^^^^^^^^\n  help: write false, or live without it for now",
            "app.yml:2:1: `alert_email` does nothing: nor does `alerts_enabled` in this version yet\n  |\n\
             2 | alert_email: me@example.com\n  | ^^^^^^^^^^^\n  help: leave it out",
        ]
    );
}
