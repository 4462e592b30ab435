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
