//! Programs that are set up from a config.

use super::Case;
use std::time::Duration;
use tracework::prelude::*;

pub(super) const CASES: &[Case] = &[("half wrong config", half_wrong)];

/// The first half is right, and would make a file.
fn config(folder: &std::path::Path, level: &str, key: &str) -> String {
    format!(
        "directory: {}\nlevel: INFO\ndestinations:\n  app:\n    type: file\n    path: app.log\n    {key}: {level}\nroutes:\n  - {{ when: \"tag = A\", to: [app] }}\ndefault: [app]\n",
        folder.display()
    )
}

fn half_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.log");
    for (level, key) in [("LOUD", "level"), ("INFO", "levle")] {
        match tracework::init_str(&config(folder.path(), level, key)) {
            Ok(_) => println!("\naccepted {level} {key}"),
            Err(error) => println!("\nrefused: {error}"),
        }
    }
    info!("into nothing");
    println!("made={}", path.exists());
    // Nothing was installed: the right one can be.
    let right = tracework::init_str(&config(folder.path(), "INFO", "level")).expect("it is right");
    info!("into the file");
    let _ = right.shutdown(Duration::from_secs(5));
    let lines = std::fs::read_to_string(&path).expect("it is there").lines().count();
    println!("lines={lines}");
}
