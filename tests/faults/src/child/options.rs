//! What a child is told on its command line.

use lexopt::{Arg, Parser, ValueExt as _};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::path::PathBuf;

#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) config: PathBuf,
    pub(crate) threads: u64,
    /// The number of its first record.
    pub(crate) first: u64,
    /// Records a second, of all threads together.
    pub(crate) rate: u64,
    /// Records of each thread, at the most.
    pub(crate) most: u64,
    /// How many bytes a file may have.
    pub(crate) file_size: Option<u64>,
    /// How many files may be open.
    pub(crate) files: Option<u64>,
    /// Has each destination a disk buffer?
    pub(crate) spools: bool,
    /// Does it shut down on SIGTERM and SIGINT?
    pub(crate) signals: bool,
    /// Does it tell how far each destination has come, in place of acknowledgements?
    pub(crate) progress: bool,
    /// Every so many records, one is poison: it says so.
    pub(crate) poison: Option<u64>,
}

impl Options {
    pub(crate) fn read(parser: &mut Parser) -> Result<Self, lexopt::Error> {
        let mut options = Self { threads: 4, rate: 10_000, most: u64::MAX, ..Self::default() };
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("threads") => options.threads = parser.value()?.parse()?,
                Arg::Long("first") => options.first = parser.value()?.parse()?,
                Arg::Long("rate") => options.rate = parser.value()?.parse()?,
                Arg::Long("most") => options.most = parser.value()?.parse()?,
                Arg::Long("file-size") => options.file_size = Some(parser.value()?.parse()?),
                Arg::Long("files") => options.files = Some(parser.value()?.parse()?),
                Arg::Long("spools") => options.spools = true,
                Arg::Long("signals") => options.signals = true,
                Arg::Long("progress") => options.progress = true,
                Arg::Long("poison") => options.poison = Some(parser.value()?.parse()?),
                Arg::Value(config) => options.config = config.into(),
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }

    /// The number of the record that `thread` emits as its `sequence`th.
    pub(crate) fn number(&self, thread: u64, sequence: u64) -> u64 {
        self.first + sequence * self.threads + thread
    }

    /// Has the system set the limits that were asked for.
    pub(crate) fn apply_limits(&self) -> Result<(), String> {
        let limits = [(Resource::Fsize, self.file_size), (Resource::Nofile, self.files)];
        limits.into_iter().try_for_each(|(resource, most)| most.map_or(Ok(()), |most| limit(resource, most)))
    }
}

/// Sets the limit that holds for now; the one that it may be raised to stays.
pub(super) fn limit(resource: Resource, most: u64) -> Result<(), String> {
    let limit = Rlimit { current: Some(most), maximum: getrlimit(resource).maximum };
    setrlimit(resource, limit).map_err(|error| format!("{resource:?} cannot be limited: {error}"))
}
