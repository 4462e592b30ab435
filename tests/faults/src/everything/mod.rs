//! Every destination in one config, a great many lines piped through it, and each far end counted.

mod collector;
mod far;
mod piped;
mod row;

pub use row::{Outcome, Row};

use crate::Account;
use far::One;
use piped::Piped;
use std::path::PathBuf;
use tempfile::TempDir;
use tracework_testkit::Way;

/// What is run.
#[derive(Clone, Debug)]
pub struct Everything {
    /// The program `tracework`, or one that does the same when it is called with `pipe`.
    pub program: PathBuf,
    /// Lines that are piped.
    pub lines: u64,
}

/// The destinations that are dead in a run with dead ones, and how: one refuses, one takes connections and never answers.
const DEAD: [(&str, Way); 2] = [("postgres", Way::Down), ("redis", Way::Stalled)];

impl Everything {
    /// Pipes the lines through a config with every destination, and counts.
    ///
    /// # Errors
    ///
    /// The program cannot be run, or what it reports cannot be read.
    pub fn run(&self) -> Result<Outcome, String> {
        let (folder, mut all) = (folder()?, far::start_all());
        let piped = self.pipe(&folder, &all, self.lines)?;
        Ok(self.outcome(&mut all, &piped, &piped))
    }

    /// As [`Everything::run`], with two that are dead until the lines are through. What was left on disk is delivered by
    /// a second run, once they live again; the times are those of the first.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn run_with_dead(&self) -> Result<Outcome, String> {
        let (folder, mut all) = (folder()?, far::start_all());
        let dead = |name: &str| DEAD.iter().find(|(dead, _)| *dead == name).map(|(_, way)| *way);
        let set = |all: &[One], alive: bool| {
            for one in all {
                if let (Some(way), Some(broken)) = (one.far.way(), dead(one.name)) {
                    way.set(if alive { Way::Open } else { broken });
                }
            }
        };
        set(&all, false);
        let piped = self.pipe(&folder, &all, self.lines)?;
        set(&all, true);
        let rest = self.pipe(&folder, &all, 0)?;
        let mut outcome = self.outcome(&mut all, &piped, &rest);
        for row in &mut outcome.rows {
            row.dead = dead(row.name).is_some();
        }
        Ok(outcome)
    }

    fn pipe(&self, folder: &TempDir, all: &[One], lines: u64) -> Result<Piped, String> {
        let path = folder.path().join("everything.yml");
        std::fs::write(&path, far::config(folder.path(), all))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        piped::run(&self.program, &path, lines)
    }

    /// Counts each far end. What was accepted is in the first report, what was delivered in both.
    fn outcome(&self, all: &mut [One], first: &Piped, last: &Piped) -> Outcome {
        let rows = all.iter_mut().map(|one| {
            let mut account = Account::default();
            (0..self.lines).for_each(|number| account.acked(number));
            one.far.numbers().into_iter().for_each(|number| account.arrived(number));
            let (was, is) = (first.row(one.name), last.row(one.name));
            let later = if std::ptr::eq(first, last) { 0 } else { is.delivered };
            Row {
                name: one.name,
                level: one.level(),
                accepted: was.accepted,
                delivered: was.delivered + later,
                counted: account.delivered(),
                lost: account.lost(),
                duplicates: account.duplicates(),
                seconds: was.seconds,
                dead: false,
            }
        });
        let rows = rows.collect();
        let left_out = far::left_out(all);
        Outcome { rows, left_out, lines: self.lines, memory: first.memory, told: first.told.clone() }
    }
}

fn folder() -> Result<TempDir, String> {
    tempfile::tempdir().map_err(|error| format!("no folder for temporary files: {error}"))
}
