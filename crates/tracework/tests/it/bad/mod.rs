//! Every bad config of `cases` is refused, with exactly the text that stands beside it. `UPDATE=1` writes the texts
//! anew; read what changed.

use super::kept::assert_kept;
use std::path::{Path, PathBuf};
use tracework::config::{ConfigSource, Environment};
use tracework::registry::standard;

/// The folder of the cases, from the root of the workspace.
const CASES: &str = "crates/tracework/tests/it/bad/cases";

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(CASES);
    let entries =
        std::fs::read_dir(folder).expect("it is checked in").map(|entry| entry.expect("it can be read").path());
    let mut cases: Vec<_> = entries.filter(|path| path.extension().is_some_and(|ending| ending == "yml")).collect();
    cases.sort();
    cases
}

#[test]
fn every_bad_config_is_refused_as_it_should_be() {
    let cases = cases();
    assert!(cases.len() > 100, "{}", cases.len());
    for path in cases {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("it has a name");
        let source = ConfigSource::file(&path).environment(Environment::none());
        let error = source.read(&standard()).err().unwrap_or_else(|| panic!("{name} is accepted"));
        let folder = path.parent().expect("it has a folder").display().to_string();
        let told = format!("{error}\n").replace(&format!("{folder}/"), "");
        assert_kept(&format!("{CASES}/{name}.txt"), &told);
    }
}
