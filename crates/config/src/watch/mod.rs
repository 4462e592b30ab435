//! Noticing that a config changed: whatever way it is saved, and on whatever file system.

mod events;
mod print;
mod wake;

pub(crate) use print::Prints;

use crate::Reloader;
use events::Events;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wake::Wake;

/// How a config is watched. This is the program's to say, and not the config's: one that switched it off could not be
/// mended any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchSettings {
    /// How often the files are looked at, whatever the system tells: half a second by default. It is all there is on
    /// network file systems, and where the feature `notify` is off.
    pub poll: Duration,
    /// How long the files must stay as they are before they are read: 50 ms by default. An editor may empty a file
    /// first and write it then.
    pub settle: Duration,
    /// How long a file may be gone before that counts as a change: two seconds by default.
    pub absence: Duration,
    /// Is heard what the system tells, where the feature `notify` is on? It is, unless this says no.
    pub events: bool,
}

impl Default for WatchSettings {
    fn default() -> Self {
        let [poll, settle, absence] = [500, 50, 2_000].map(Duration::from_millis);
        Self { poll, settle, absence, events: true }
    }
}

impl WatchSettings {
    /// Looks at the files so often.
    #[must_use]
    pub fn poll(self, poll: Duration) -> Self {
        Self { poll, ..self }
    }

    /// Counts a file as gone when it was missing so long.
    #[must_use]
    pub fn absence(self, absence: Duration) -> Self {
        Self { absence, ..self }
    }

    /// Is heard what the system tells?
    #[must_use]
    pub fn events(self, events: bool) -> Self {
        Self { events, ..self }
    }

    /// Waits so long for the files to stay as they are.
    #[must_use]
    pub fn settle(self, settle: Duration) -> Self {
        Self { settle, ..self }
    }
}

/// A config is watched as long as this is kept.
#[derive(Debug)]
#[must_use = "when it is dropped, changes go unnoticed"]
pub struct Watch(Arc<Wake>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// So often at the most is waited for the files to settle: one that never rests is read all the same.
const RESTLESS: u32 = 20;

pub(crate) fn start(reloader: Reloader, settings: WatchSettings) -> io::Result<Watch> {
    let wake = Arc::new(Wake::default());
    let mut watcher = Watcher::new(reloader, settings, Arc::clone(&wake));
    std::thread::Builder::new().name("tracework-watch".into()).spawn(move || watcher.run())?;
    Ok(Watch(wake))
}

struct Watcher {
    reloader: Reloader,
    settings: WatchSettings,
    wake: Arc<Wake>,
    events: Events,
    /// What the files held just before they were last read.
    seen: Prints,
    /// Since when one of them is gone.
    gone: Option<Instant>,
}

impl Watcher {
    fn new(reloader: Reloader, settings: WatchSettings, wake: Arc<Wake>) -> Self {
        let events = if settings.events { Events::new(&wake) } else { Events::none() };
        let mut this = Self { reloader, settings, wake, events, seen: Prints::default(), gone: None };
        this.follow();
        this
    }

    /// Follows what the config was read from, and has it looked at: it may have changed since.
    fn follow(&mut self) {
        self.seen = self.reloader.seen();
        self.events.follow(&self.seen.files());
        self.wake.tell();
    }

    fn run(&mut self) {
        while self.wake.wait(self.pause()) {
            if self.reloader.control().hub().is_stopped() {
                return;
            }
            self.look();
        }
    }

    /// How long to wait if nothing happens.
    fn pause(&self) -> Duration {
        // One that is gone becomes a change by itself.
        if self.gone.is_some() { self.settings.poll.min(self.settings.absence) } else { self.settings.poll }
    }

    /// Reloads if the files are not what they were.
    fn look(&mut self) {
        let files = self.reloader.files();
        let mut now = Prints::of(&files, &self.seen);
        if now == self.seen {
            (self.seen, self.gone) = (now, None);
            return;
        }
        for _ in 0..RESTLESS {
            std::thread::sleep(self.settings.settle);
            let again = Prints::of(&files, &now);
            let rests = again == now;
            now = again;
            if rests {
                break;
            }
        }
        if now == self.seen {
            return;
        }
        if now.lacks(&self.seen) && self.gone.get_or_insert_with(Instant::now).elapsed() < self.settings.absence {
            // Perhaps it is just being replaced.
            return;
        }
        self.gone = None;
        // What is wrong is told in health and in the stream.
        let _ = self.reloader.reload();
        self.follow();
    }
}
