//! Dead letters sent again out of the file that they were written to.

use super::Control;
use crate::delivery::{Found, Letters, NotTaken};
use crate::own;
use crate::plan::PlanError;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a record may wait for room unless something else is said.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// What is to be sent again, for [`Control::replay`]: the letters of a file that `dead_letters.file` named.
///
/// ```
/// use std::time::Duration;
/// use tracework_engine::Replay;
///
/// let replay = Replay::of("logs/orders.dead.jsonl").only("orders").patience(Duration::from_secs(5));
/// assert_eq!(replay, replay.clone().only("orders"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    path: PathBuf,
    only: Option<String>,
    patience: Duration,
}

impl Replay {
    /// All letters of the file, each to the destination that it names.
    #[must_use]
    pub fn of(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), only: None, patience: PATIENCE }
    }

    /// Only those of the destination `name`.
    #[must_use]
    pub fn only(mut self, name: impl Into<String>) -> Self {
        self.only = Some(name.into());
        self
    }

    /// How long each record may wait for room in its queue; 30 seconds if nothing is said.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

/// What became of the lines of a file of dead letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Replayed {
    /// Records that stand in a queue again. Whether they are delivered is told by the ledger.
    pub records: u64,
    /// The same by destination.
    pub destinations: BTreeMap<String, u64>,
    /// Letters of other destinations than was asked for, which were left.
    pub others: u64,
    /// Letters of destinations that there are none of.
    pub homeless: u64,
    /// Lines that are no letters, or have no payload.
    pub unreadable: u64,
    /// What is wrong with the first of those that are unreadable or homeless, [`Replayed::MOST_TOLD`] at the most.
    pub told: Vec<UnreadableLine>,
}

impl Replayed {
    /// So many lines are told of; the others are only counted.
    pub const MOST_TOLD: usize = 100;

    fn tell(&mut self, line: u64, reason: String) {
        if self.told.len() < Self::MOST_TOLD {
            self.told.push(UnreadableLine { line, reason });
        }
    }
}

/// A line that could not be sent again.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct UnreadableLine {
    /// Its number, from 1.
    pub line: u64,
    /// Why. Nothing that stands in the line is in it, but the name of a destination, escaped.
    pub reason: String,
}

impl fmt::Display for UnreadableLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// Why a file of dead letters was not sent again, or not to its end. What was sent until then stays so.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReplayError {
    /// Nothing of this name is attached, or the pipeline was shut down.
    Plan(PlanError),
    /// The file cannot be read.
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        error: io::Error,
        /// What was sent before.
        replayed: Replayed,
    },
    /// The record of a line found no room in the queue within its time.
    NoRoom {
        /// The destination.
        destination: String,
        /// The line.
        line: u64,
        /// What was sent before.
        replayed: Replayed,
    },
    /// A destination was closed meanwhile.
    Closed {
        /// The destination.
        destination: String,
        /// The line.
        line: u64,
        /// What was sent before.
        replayed: Replayed,
    },
}

impl ReplayError {
    /// What was sent before.
    #[must_use]
    pub fn replayed(&self) -> Option<&Replayed> {
        match self {
            Self::Plan(_) => None,
            Self::File { replayed, .. } | Self::NoRoom { replayed, .. } | Self::Closed { replayed, .. } => {
                Some(replayed)
            }
        }
    }
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(error) => error.fmt(f),
            Self::File { path, error, .. } => write!(f, "{} cannot be read: {error}", path.display()),
            Self::NoRoom { destination, line, .. } => {
                write!(
                    f,
                    "line {line} and those behind it were not sent: there is no room in the queue of `{destination}`"
                )
            }
            Self::Closed { destination, line, .. } => {
                write!(f, "line {line} and those behind it were not sent: the destination `{destination}` is closed")
            }
        }
    }
}

impl std::error::Error for ReplayError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Plan(error) => Some(error),
            Self::File { error, .. } => Some(error),
            Self::NoRoom { .. } | Self::Closed { .. } => None,
        }
    }
}

impl From<PlanError> for ReplayError {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}

impl Control {
    /// Sends the dead letters of the destination `name` again that stand in the file at `path`: short for
    /// [`Control::replay`] of those alone.
    ///
    /// ```
    /// use tracework_core::{Batch, Destination, Failure};
    /// use tracework_engine::Control;
    ///
    /// struct Nowhere;
    /// impl Destination for Nowhere {
    ///     fn name(&self) -> &'static str { "nowhere" }
    ///     fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> { Ok(()) }
    /// }
    ///
    /// let control = Control::new();
    /// control.attach("orders", Nowhere)?;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("orders.dead.jsonl");
    /// # std::fs::write(&path, "{\"time\":\"2026-01-15T10:30:45.000000Z\",\"desti")?;
    /// let replayed = control.replay_dead_letter_file("orders", &path)?;
    /// assert_eq!((replayed.records, replayed.unreadable), (0, 1));
    /// assert_eq!(replayed.told[0].to_string(), "line 1: it is cut short");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Control::replay`], and if nothing of this name is attached.
    pub fn replay_dead_letter_file(&self, name: &str, path: impl AsRef<Path>) -> Result<Replayed, ReplayError> {
        self.replay(&Replay::of(path.as_ref()).only(name))
    }

    /// Sends the dead letters of a file again, each to the destination that it names.
    ///
    /// A record comes back as it was, with its event id, so a destination that knows ids takes it once, however often it
    /// is sent. It goes to that destination whatever levels, filters and routes say now, since it did before. It is
    /// counted as `recovered`; as a dead letter it stays counted. When this returns, the records stand in the queues:
    /// [`Control::flush`] waits until they are delivered.
    ///
    /// Nothing is dropped for it. Each record waits for room in its queue, for 30 seconds at the most unless
    /// [`Replay::patience`] says something else; without a disk buffer half of the queue is left to what the program
    /// emits meanwhile. The file is read a line at a time, up to where it ended when it was opened. What is refused
    /// again is a dead letter again, and appended again.
    ///
    /// The file stays as it is: remove it once all is delivered, and that of the same name with `.old` behind it, which
    /// has what came before the last 64 MiB. Lines that cannot be read are counted, and told with their numbers: one
    /// that a crash cut short, and those of versions that wrote no `payload`.
    ///
    /// What is still in memory is in the file too: send it by this or by [`Control::replay_dead_letters`], else it comes
    /// twice. This call blocks; call it from a thread that may.
    ///
    /// # Errors
    ///
    /// If nothing has the name that was asked for, the file cannot be read, there was no room in time, or a destination
    /// was closed meanwhile. What was sent until then stays sent: [`ReplayError::replayed`].
    pub fn replay(&self, replay: &Replay) -> Result<Replayed, ReplayError> {
        if self.hub().is_forked() {
            // Its workers are threads of another process.
            return Err(PlanError::ShutDown.into());
        }
        if let Some(name) = &replay.only {
            self.outlet_of(name)?;
        }
        // The workers themselves make room, so they cannot wait for it.
        let patience = if own::is_own_thread() { Duration::ZERO } else { replay.patience };
        let mut replayed = Replayed::default();
        match self.send_lines(replay, patience, &mut replayed) {
            Ok(()) => Ok(replayed),
            Err(Stopped::File(error)) => Err(ReplayError::File { path: replay.path.clone(), error, replayed }),
            Err(Stopped::At { line, destination, why: NotTaken::NoRoom }) => {
                Err(ReplayError::NoRoom { destination, line, replayed })
            }
            Err(Stopped::At { line, destination, why: NotTaken::Closed }) => {
                Err(ReplayError::Closed { destination, line, replayed })
            }
        }
    }

    fn send_lines(&self, replay: &Replay, patience: Duration, replayed: &mut Replayed) -> Result<(), Stopped> {
        let mut letters = open(&replay.path).map_err(Stopped::File)?;
        let wanted = |name: &str| replay.only.as_ref().is_none_or(|only| only == name);
        while let Some(found) = letters.next(|name| wanted(name) && self.has(name)).map_err(Stopped::File)? {
            let line = letters.number();
            match found {
                Found::Unreadable(reason) => {
                    replayed.unreadable += 1;
                    replayed.tell(line, reason);
                }
                Found::Other { destination } if !wanted(&destination) => replayed.others += 1,
                Found::Other { destination } => {
                    replayed.homeless += 1;
                    replayed.tell(line, no_destination(&destination));
                }
                Found::Letter { destination, record } => {
                    // It may have been detached just now.
                    let outlet = self.outlet_of(&destination).map_err(|_| NotTaken::Closed);
                    if let Err(why) = outlet.and_then(|outlet| outlet.bring_back(&record, patience)) {
                        return Err(Stopped::At { line, destination, why });
                    }
                    replayed.records += 1;
                    *replayed.destinations.entry(destination).or_default() += 1;
                }
            }
        }
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.plan().place(name).is_some()
    }
}

/// Why it did not come to the end of the file.
enum Stopped {
    File(io::Error),
    At { line: u64, destination: String, why: NotTaken },
}

/// The lines that the file has now: what is appended meanwhile is not read.
fn open(path: &Path) -> io::Result<Letters<impl io::BufRead>> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    // A pipe has no length, and nothing is appended to it that is not meant.
    let length = if about.is_file() { about.len() } else { u64::MAX };
    Ok(Letters::new(BufReader::with_capacity(PIECE, file.take(length))))
}

/// The longest name that is told.
const NAME: usize = 64;

fn no_destination(name: &str) -> String {
    let told: String = name.chars().take(NAME).flat_map(char::escape_debug).collect();
    format!("there is no destination `{told}`")
}
