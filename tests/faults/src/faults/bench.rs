//! Where a fault is put to a destination.

use super::Length;
use crate::running::config;
use crate::{Account, FarEnd, Level, Line, Report, Running, Setting, far_ends};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tracework_testkit::{Proxy, Way};

/// A destination with its far end, in a folder of its own.
pub(crate) struct Bench {
    program: PathBuf,
    pub(crate) destination: String,
    pub(crate) level: Level,
    pub(crate) length: Length,
    pub(crate) far: Box<dyn FarEnd>,
    pub(crate) folder: TempDir,
    pub(crate) account: Account,
    /// The number of the next child's first record.
    pub(crate) first: u64,
    /// The first record that counts.
    pub(crate) from: u64,
    /// The queue, if it is not the usual one of the level.
    pub(crate) buffer: Option<&'static str>,
    /// What of the config is something else.
    pub(crate) instead: Option<(String, String)>,
}

/// How long a child may take to deliver what it has.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

impl Bench {
    /// Starts the far end; `None` if its server is not there.
    pub(crate) fn new(destination: &str, level: Level, length: Length, program: &Path) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        // Where all are meant, the fault starts them itself.
        let known = if destination == "all" { "file" } else { destination };
        let (_, start) = far_ends().iter().find(|(name, _)| *name == known).expect("a destination of the suite");
        let far = start(folder.path())?;
        let (program, destination) = (program.to_owned(), destination.to_owned());
        let account = Account::default();
        let (buffer, instead) = (None, None);
        Some(Self { program, destination, level, length, far, folder, account, first: 0, from: 0, buffer, instead })
    }

    pub(crate) fn program(&self) -> PathBuf {
        self.program.clone()
    }

    /// `short` or `long`, as the suite runs.
    pub(crate) fn pick<T>(&self, short: T, long: T) -> T {
        if self.length == Length::Short { short } else { long }
    }

    /// Writes the config, and starts a child that emits so many records a second.
    pub(crate) fn start(&self, rate: u64, arguments: &[&str]) -> Running {
        let folder = self.folder.path().to_owned();
        let mut config = config(&folder, self.level, &self.far.config(), self.buffer);
        if let Some((usual, instead)) = &self.instead {
            config = config.replace(usual, instead);
        }
        std::fs::write(folder.join("config.yml"), config).expect("the config is written");
        let spools = (self.level == Level::AtLeastOnce).then_some("--spools");
        let arguments = arguments.iter().copied().chain(spools).map(str::to_owned).collect();
        let running =
            Running::start(&Setting { program: self.program.clone(), folder, threads: 4, rate, arguments }, self.first);
        assert!(running.is_up(), "the child does not start: {}", self.errors());
        running
    }

    /// As [`Bench::start`], and waits until something is acknowledged; is it?
    pub(crate) fn begin(&self, rate: u64) -> (Running, bool) {
        let running = self.start(rate, &[]);
        let acked = running.acked_after(running.started, PATIENCE).is_some();
        (running, acked)
    }

    /// What the children wrote to standard error.
    pub(crate) fn errors(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr.txt")).unwrap_or_default()
    }

    pub(crate) fn way(&self) -> &Proxy {
        self.far.way().expect("it has a way that can be broken")
    }

    /// The way is mended: waits for the first acknowledgement after it.
    pub(crate) fn mend(&mut self, running: &Running) {
        self.way().set(Way::Open);
        let mended = Instant::now();
        let recovery = running.acked_after(mended, PATIENCE).unwrap_or(PATIENCE);
        self.account.recovered(recovery);
    }

    /// Has the child deliver what it has and report.
    pub(crate) fn stop(&mut self, running: Running) -> Report {
        // A minute of outage leaves more than a million records to deliver.
        let patience = self.pick(PATIENCE, 5 * PATIENCE);
        let (report, first) = running.stop(patience, &mut self.account);
        self.first = first;
        report
    }

    /// Kills the child.
    pub(crate) fn kill(&mut self, running: Running) {
        self.first = running.kill(&mut self.account);
    }

    /// At least once: what a spool still holds is delivered by children that emit nothing, as long as that moves.
    pub(crate) fn drain(&mut self) {
        let mut moves = self.level == Level::AtLeastOnce;
        while moves {
            let running = self.start(1, &["--most", "0"]);
            let report = self.stop(running);
            moves = report.far("pending") > 0 && report.far("delivered") > 0;
        }
    }

    /// Begins a new account: what was emitted until now no longer counts.
    pub(crate) fn forget(&mut self) {
        (self.account, self.from) = (Account::default(), self.first);
    }

    /// Reads the far end, and compares.
    pub(crate) fn line(&mut self, fault: &str) -> Line {
        self.account.read_anew();
        for number in self.far.numbers().into_iter().filter(|&number| number >= self.from) {
            self.account.arrived(number);
        }
        let line = Line::of(fault, &self.destination, self.level, &self.account);
        let kept = line.lost == 0 || !self.far.confirms();
        let emitted = line.accepted > 0;
        let unbalanced = std::mem::take(&mut self.account.unbalanced);
        let line = line
            .expect(unbalanced.is_empty(), &format!("the ledger adds up at every moment ({})", unbalanced.join(" ")));
        line.expect(kept, "what was acknowledged is there").expect(emitted, "something was emitted")
    }

    /// As [`Bench::line`], after a child that ended in order: the ledger adds up, and says all that did not arrive.
    pub(crate) fn line_with(&mut self, fault: &str, report: &Report) -> Line {
        let line = self.line(fault);
        let told = report.far("dropped") + report.far("dead") + report.far("pending");
        let missing = line.gone + line.lost;
        let confirms = self.far.confirms();
        line.expect(report.adds_up(), "the ledger adds up")
            .expect(!confirms || missing <= told, "every loss is in the ledger")
    }
}
