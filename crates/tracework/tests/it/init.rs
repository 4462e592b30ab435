//! The one line that sets everything up. A global subscriber is set once, so this is one test.

use std::time::Duration;
use tracework::prelude::*;

fn lines(path: &std::path::Path) -> Vec<String> {
    std::fs::read_to_string(path).expect("the file is there").lines().map(str::to_owned).collect()
}

#[test]
fn one_line_brings_events_and_log_records_to_the_files_of_the_config() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().join("app.yml");
    let yaml = "service: payments\nlevel: INFO\ndestinations:\n  app: { type: file, path: app.jsonl }\n  \
                extra: { type: file, path: extra.log, format: logfmt, level: ERROR }\ndefault: app\n";
    std::fs::write(&path, yaml).expect("it can be written");
    let tracework = tracework::init(&path).expect("the config is right");
    info!(amount = 12.5, tags = "PAYMENT", destinations = "app,extra", "payment processed");
    debug!("nobody wants this");
    #[cfg(feature = "log")]
    log::warn!(target: "other::module", "through log");
    tracework.control().set_level("app", Severity::DEBUG).expect("it is there");
    debug!("now somebody does");
    let again = tracework::init_str("level: INFO").expect_err("there is a global subscriber already");
    assert!(again.to_string().contains("`init` is for once"), "{again}");
    let report = tracework.shutdown(Duration::from_secs(5)).into_result().expect("nothing is lost");
    let app = lines(&folder.path().join("app.jsonl"));
    assert!(app[0].contains("\"payment processed\"") && app[0].contains("\"service\":\"payments\""), "{}", app[0]);
    assert!(app.last().is_some_and(|line| line.contains("now somebody does")));
    assert_eq!(lines(&folder.path().join("extra.log")).len(), 1);
    if cfg!(feature = "log") {
        assert!(app[1].contains("through log") && app[1].contains("other::module"), "{}", app[1]);
    }
    assert_eq!(report.total.delivered, app.len() as u64 + 1);
}
