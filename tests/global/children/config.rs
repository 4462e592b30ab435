//! Programs that are set up from a config.

use super::Case;
use std::time::Duration;
use tracework::prelude::*;

pub(super) const CASES: &[Case] = &[
    ("half wrong config", half_wrong),
    #[cfg(unix)]
    ("hangup", hangup),
];

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

/// Gets SIGHUP, and waits until the config is another, or was refused, and the file was opened again.
#[cfg(unix)]
fn hang_up(control: &Control, log: &std::path::Path) {
    let before = control.health().config;
    let process = std::process::id().to_string();
    let sent = std::process::Command::new("kill").args(["-HUP", &process]).status().expect("there is kill");
    assert!(sent.success());
    let end = std::time::Instant::now() + Duration::from_secs(20);
    while control.health().config == before || !log.exists() {
        assert!(std::time::Instant::now() < end, "the signal has no effect");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
fn hangup() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, log) = (folder.path().join("app.yml"), folder.path().join("app.log"));
    let write = |level: &str| std::fs::write(&file, config(folder.path(), level, "level")).expect("written");
    write("INFO");
    let tracework = tracework::Init::file(&file).reload_on_hangup().start().expect("it is right");
    let control = tracework.control();
    debug!("not yet");
    info!("first");
    let _ = control.flush(Duration::from_secs(5));
    // As logrotate does, and an operator beside it.
    std::fs::rename(&log, folder.path().join("app.log.1")).expect("renamed");
    write("DEBUG");
    hang_up(&control, &log);
    debug!("second");
    let _ = control.flush(Duration::from_secs(5));
    std::fs::rename(&log, folder.path().join("app.log.2")).expect("renamed");
    write("LOUD");
    hang_up(&control, &log);
    println!("\nstate={}", control.health().config.expect("there is one").state);
    debug!("third");
    let report = tracework.shutdown(Duration::from_secs(5));
    println!("delivered={} lost={}", report.total.delivered, report.total.lost);
    for name in ["app.log.1", "app.log.2", "app.log"] {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        let said = ["first", "second", "third", "refused"].into_iter().filter(|word| text.contains(word));
        println!("{name}: {}", said.collect::<Vec<_>>().join(" "));
    }
}
