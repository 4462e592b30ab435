//! Configs that change while they are watched, in every way that editors and deployments have.

use super::support::registry;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tracework_config::{ConfigSource, Environment, Reloader, Watch, WatchSettings};
use tracework_core::{Severity, SeveritySet};
use tracework_engine::{ConfigHealth, Control};
use tracework_std::{Memory, MemoryHandle};

struct Watched {
    folder: tempfile::TempDir,
    control: Control,
    reloader: Reloader,
    watch: Option<Watch>,
}

impl Watched {
    /// `file` is where the config is read from, written by `write` first.
    fn new(events: bool, file: &str, write: impl FnOnce(&tempfile::TempDir)) -> Self {
        Self::late(events, file, write, |_| ())
    }

    /// Something happens to its folder after it is read, and before it is watched.
    fn late(
        events: bool,
        file: &str,
        write: impl FnOnce(&tempfile::TempDir),
        happens: impl FnOnce(&tempfile::TempDir),
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        write(&folder);
        let source = ConfigSource::file(folder.path().join(file)).environment(Environment::none());
        let config = source.read(&registry()).unwrap_or_else(|error| panic!("{error}"));
        let control = config.empty_control().expect("a pipeline");
        happens(&folder);
        config.apply(&control).expect("it is right");
        let reloader = Reloader::new(&control, source, registry());
        let settings = WatchSettings::default().events(events).absence(Duration::from_millis(500));
        // Where the system tells, it must not need to be looked at.
        let poll = if events && cfg!(feature = "notify") { 60_000 } else { 50 };
        let watch = reloader.watch(settings.poll(Duration::from_millis(poll))).expect("a thread");
        Self { folder, control, reloader, watch: Some(watch) }
    }

    fn at(events: bool, level: &str) -> Self {
        Self::new(events, "app.yml", |folder| {
            fs::write(folder.path().join("app.yml"), format!("level: {level}\n")).expect("written");
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    fn level(&self) -> SeveritySet {
        self.control.plan().spec().level
    }

    fn becomes(&self, least: Severity) {
        self.soon(|| self.level() == SeveritySet::at_least(least));
    }

    fn health(&self) -> ConfigHealth {
        self.control.health().config.expect("a config was applied")
    }

    #[track_caller]
    fn soon(&self, holds: impl Fn() -> bool) {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < Duration::from_secs(10), "{:?} {:?}", self.level(), self.health());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Nothing changes for a while.
    #[track_caller]
    fn rests(&self) {
        let before = self.control.plan().generation();
        std::thread::sleep(Duration::from_millis(400));
        assert_eq!(self.control.plan().generation(), before);
    }
}

fn each_way(check: impl Fn(bool)) {
    [false, true].into_iter().for_each(check);
}

#[test]
fn what_changed_after_it_was_read_and_before_it_was_watched_is_found() {
    let write = |name: &'static str, text: &'static str| {
        move |folder: &tempfile::TempDir| fs::write(folder.path().join(name), text).expect("written")
    };
    each_way(|events| {
        let watched =
            Watched::late(events, "app.yml", write("app.yml", "level: INFO"), write("app.yml", "level: ERROR"));
        watched.becomes(Severity::ERROR);
        let including = |folder: &tempfile::TempDir| {
            fs::create_dir(folder.path().join("more")).expect("made");
            write("app.yml", "include: more/*.yml")(folder);
            write("more/a.yml", "level: INFO")(folder);
        };
        let watched = Watched::late(events, "app.yml", including, write("more/b.yml", "level: WARNING"));
        watched.becomes(Severity::WARNING);
        assert!(watched.reloader.files().contains(&watched.path("more/b.yml")), "{:?}", watched.reloader.files());
    });
}

#[test]
fn an_editor_that_renames_a_new_file_over_the_old_one() {
    each_way(|events| {
        let watched = Watched::at(events, "INFO");
        for level in [Severity::DEBUG, Severity::ERROR, Severity::TRACE] {
            watched.write("app.yml.new", &format!("level: {level}"));
            fs::rename(watched.path("app.yml.new"), watched.path("app.yml")).expect("renamed");
            watched.becomes(level);
        }
        assert_eq!(watched.health().refused, None);
    });
}

#[test]
fn an_editor_that_empties_the_file_and_writes_it_then() {
    each_way(|events| {
        let watched = Watched::at(events, "INFO");
        for level in [Severity::DEBUG, Severity::ERROR] {
            watched.write("app.yml", "");
            std::thread::sleep(Duration::from_millis(20));
            watched.write("app.yml", &format!("level: {level}"));
            watched.becomes(level);
        }
        assert_eq!(watched.health().refused, None, "the empty file was not read");
    });
}

#[test]
fn an_editor_that_deletes_the_file_and_makes_it_again() {
    each_way(|events| {
        let watched = Watched::at(events, "INFO");
        fs::remove_file(watched.path("app.yml")).expect("removed");
        std::thread::sleep(Duration::from_millis(200));
        watched.write("app.yml", "level: DEBUG");
        watched.becomes(Severity::DEBUG);
        assert_eq!(watched.health().refused, None, "a moment's absence is no error");
    });
}

#[cfg(unix)]
#[test]
fn a_folder_of_links_that_is_swapped_as_a_whole() {
    use std::os::unix::fs::symlink;
    each_way(|events| {
        // As Kubernetes mounts a ConfigMap: app.yml -> ..data/app.yml, ..data -> ..1
        let version = |folder: &std::path::Path, number: u32, level: Severity| {
            let version = folder.join(format!("..{number}"));
            fs::create_dir(&version).expect("created");
            fs::write(version.join("app.yml"), format!("level: {level}")).expect("written");
            symlink(format!("..{number}"), folder.join("..data_tmp")).expect("linked");
            fs::rename(folder.join("..data_tmp"), folder.join("..data")).expect("swapped");
        };
        let watched = Watched::new(events, "app.yml", |folder| {
            version(folder.path(), 1, Severity::INFO);
            symlink("..data/app.yml", folder.path().join("app.yml")).expect("linked");
        });
        for (number, level) in [(2, Severity::DEBUG), (3, Severity::ERROR)] {
            version(watched.folder.path(), number, level);
            fs::remove_dir_all(watched.path(&format!("..{}", number - 1))).expect("removed");
            watched.becomes(level);
        }
        assert_eq!(watched.health().refused, None);
    });
}

#[test]
fn a_file_that_is_touched_but_not_changed_changes_nothing() {
    each_way(|events| {
        let watched = Watched::at(events, "INFO");
        watched.write("app.yml", "level: INFO\n");
        fs::rename(watched.path("app.yml"), watched.path("b.yml")).expect("renamed");
        fs::copy(watched.path("b.yml"), watched.path("app.yml")).expect("copied");
        watched.rests();
    });
}

#[test]
fn a_bad_config_changes_nothing_is_told_once_and_a_good_one_mends_it() {
    each_way(|events| {
        let watched = Watched::at(events, "INFO");
        let (memory, told): (Memory, MemoryHandle) = {
            let memory = Memory::new(10);
            let handle = memory.handle();
            (memory, handle)
        };
        watched.control.attach("own", memory).expect("the name is free");
        let generation = watched.control.plan().generation();
        let refused = || watched.health().refused.map(|refused| refused.error).unwrap_or_default();
        watched.write("app.yml", "level: INFO\nlevle: DEBUG\n");
        watched.soon(|| refused().contains("app.yml:2:1: nothing is called `levle` here"));
        assert_eq!((watched.health().state, watched.control.plan().generation()), ("refused", generation));
        // The same mistake again, in a file that was saved again.
        watched.write("app.yml", "level: INFO\nlevle: DEBUG\n# saved\n");
        watched.rests();
        watched.write("app.yml", "level: LOUD\n");
        watched.soon(|| refused().contains("app.yml:1:8: `LOUD` is no level"));
        watched.write("app.yml", "level: WARNING\n");
        watched.becomes(Severity::WARNING);
        // It holds before it is told.
        watched.soon(|| watched.health().state == "loaded");
        let health = watched.health();
        assert_eq!((health.state, health.refused), ("loaded", None));
        assert_eq!(health.generation, watched.control.plan().generation());
        watched.soon(|| told.records().len() == 2);
        let records = told.records();
        let record = records[0].view();
        assert_eq!((record.severity(), record.internal(), record.target()), (Severity::ERROR, true, "tracework"));
        assert!(record.message().contains("app.yml:2:1: nothing is called `levle` here"), "{}", record.message());
        let row = &watched.control.health().destinations["own"].ledger;
        assert_eq!((row.accepted, row.internal), (0, 2), "it is counted apart");
    });
}

#[test]
fn a_file_that_stays_away_is_told_once() {
    each_way(|events| {
        let watched = Watched::at(events, "INFO");
        fs::remove_file(watched.path("app.yml")).expect("removed");
        watched.soon(|| watched.health().refused.is_some());
        let refused = watched.health().refused.expect("it is gone");
        assert!(refused.error.contains("cannot be read"), "{}", refused.error);
        watched.rests();
        assert_eq!(watched.health().refused, Some(refused));
        watched.write("app.yml", "level: ERROR");
        watched.becomes(Severity::ERROR);
    });
}

#[test]
fn included_files_are_watched_too_and_those_that_come_later() {
    each_way(|events| {
        let watched = Watched::new(events, "app.yml", |folder| {
            fs::create_dir(folder.path().join("conf.d")).expect("created");
            fs::write(folder.path().join("conf.d/a.yml"), "level: INFO").expect("written");
            fs::write(folder.path().join("app.yml"), "include: [conf.d/*.yml]").expect("written");
        });
        watched.write("conf.d/a.yml", "level: DEBUG");
        watched.becomes(Severity::DEBUG);
        watched.write("conf.d/b.yml", "level: ERROR");
        watched.becomes(Severity::ERROR);
        watched.write("conf.d/b.yml", "level: TRACE");
        watched.becomes(Severity::TRACE);
        watched.write("app.yml", "include: [late/c.yml]");
        watched.soon(|| watched.health().refused.is_some());
        fs::create_dir(watched.path("late")).expect("created");
        watched.write("late/c.yml", "level: WARNING");
        if events && cfg!(feature = "notify") {
            // Its folder was not there to be watched.
            watched.write("app.yml", "include: [late/c.yml] #");
        }
        watched.becomes(Severity::WARNING);
        watched.write("late/c.yml", "level: CRITICAL");
        watched.becomes(Severity::CRITICAL);
    });
}

#[test]
fn nothing_is_watched_any_more_when_the_watch_is_dropped() {
    let mut watched = Watched::at(false, "INFO");
    watched.watch = None;
    std::thread::sleep(Duration::from_millis(100));
    watched.write("app.yml", "level: DEBUG");
    watched.rests();
    assert_eq!(watched.level(), SeveritySet::at_least(Severity::INFO));
    watched.reloader.reload().expect("it is right");
    watched.becomes(Severity::DEBUG);
}

#[test]
fn a_profile_is_chosen_while_it_runs_and_stays_chosen() {
    let watched = Watched::new(false, "app.yml", |folder| {
        let text = "profiles: { quiet: { level: ERROR }, loud: { level: TRACE } }\nlevel: INFO\n";
        fs::write(folder.path().join("app.yml"), text.replace("level: INFO\n", "")).expect("written");
    });
    watched.reloader.set_profile("quiet").expect("it is there");
    watched.becomes(Severity::ERROR);
    watched.reloader.reload().expect("it is right");
    watched.becomes(Severity::ERROR);
    assert!(watched.reloader.set_profile("nonsense").is_err());
    watched.reloader.reload().expect("the profile before stays");
    watched.becomes(Severity::ERROR);
    watched.reloader.set_profile("loud").expect("it is there");
    watched.becomes(Severity::TRACE);
}
