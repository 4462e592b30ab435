//! The parent: starts one child for each measurement, in turn, round after round.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail};
use nix::sys::statvfs::statvfs;

use crate::{
    figures::Figures,
    measure::{Measure, of_disabled, of_emitted, of_process, under_strace, weigh},
    questions::QUESTIONS,
    systems,
    workload::Workload,
};

/// One thing to measure, whichever questions ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// How.
    pub measure: Measure,
    /// With what.
    pub workload: Workload,
    /// On whom.
    pub system: &'static str,
}

/// How long and how often.
#[derive(Clone, Debug)]
pub struct Effort {
    /// Events of a slow system in one run to the end.
    pub events: u64,
    /// Rounds of the measures that vary most.
    pub rounds: usize,
    /// Whether this is only a smoke run.
    pub quick: bool,
    /// The questions to answer; all if empty.
    pub only: Vec<String>,
    /// The folder the files go to.
    pub dir: PathBuf,
}

/// What came of every cell.
#[derive(Default)]
pub struct Results {
    /// The medians.
    pub figures: BTreeMap<Cell, Figures>,
    /// Why a cell has none.
    pub failures: Vec<String>,
}

/// Measures everything that the chosen questions need, interleaved.
pub fn run(effort: &Effort) -> Result<Results> {
    let cells = cells(effort);
    let mut runs: BTreeMap<Cell, Vec<Figures>> = BTreeMap::new();
    let mut results = Results::default();
    let began = Instant::now();
    for round in 0..effort.rounds {
        for &cell in cells.iter().filter(|cell| round < rounds(cell.measure, effort)) {
            say(&format!(
                "{:>4} s  round {} of {}: {} {} {}",
                began.elapsed().as_secs(),
                round + 1,
                effort.rounds,
                cell.system,
                cell.workload,
                cell.measure
            ));
            match one(cell, effort) {
                Ok(figures) => runs.entry(cell).or_default().push(figures),
                Err(error) => {
                    let who = format!("{} {} {}", cell.system, cell.workload, cell.measure);
                    results.failures.push(format!("{who}: {error:#}"));
                }
            }
        }
    }
    results.figures = runs.into_iter().map(|(cell, runs)| (cell, Figures::medians(&runs))).collect();
    Ok(results)
}

/// Where the files go unless told otherwise: a folder in memory with room for the largest run, if there is one.
///
/// There the writing itself costs the same in every round; `--dir` measures a disk along with it.
pub fn usual_dir() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let free = statvfs(memory).map_or(0, |stat| stat.blocks_available().saturating_mul(stat.fragment_size()));
    if free >= ROOM { memory.to_owned() } else { env::temp_dir() }
}

/// What the largest run writes, and as much again.
const ROOM: u64 = 2 << 30;
/// As much as the largest usual run writes.
const WARM_MIB: usize = 256;

/// A line of progress for whoever waits.
fn say(line: &str) {
    eprintln!("{line}");
}

/// The cells of the chosen questions, each once, in the order of the questions.
fn cells(effort: &Effort) -> Vec<Cell> {
    let mut cells = Vec::new();
    for question in QUESTIONS.iter().filter(|question| effort.wants(question.id)) {
        let wired = question.systems.iter().filter_map(|name| systems::named(name));
        for system in wired {
            let asked = [Some(question.measure), question.also].into_iter().flatten();
            cells.extend(asked.map(|measure| Cell { measure, workload: question.workload, system: system.name }));
        }
    }
    let mut seen = BTreeSet::new();
    cells.retain(|&cell| seen.insert(cell));
    cells
}

impl Effort {
    /// Whether the question is chosen.
    pub fn wants(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only.eq_ignore_ascii_case(id))
    }
}

/// How often a measure is repeated: counts do not vary, times do.
fn rounds(measure: Measure, effort: &Effort) -> usize {
    match measure {
        Measure::Wall => effort.rounds,
        Measure::Threads(_) | Measure::Paced | Measure::Burst => effort.rounds.min(3),
        Measure::Calls | Measure::Allocations | Measure::Stalled | Measure::Weight => 1,
        Measure::Instructions | Measure::CallerInstructions | Measure::ProcessInstructions => 1,
    }
}

/// How many events a measure takes.
fn events(cell: Cell, effort: &Effort) -> u64 {
    let scale = systems::named(cell.system).map_or(1, |system| system.scale);
    let (full, quick) = match cell.measure {
        Measure::Wall | Measure::Threads(_) => return effort.events * scale,
        Measure::Paced => (100_000, 10_000),
        Measure::Burst => (210_000, 40_000),
        Measure::Calls => (10_000, 2_000),
        Measure::Allocations => (40_000, 4_000),
        Measure::Instructions => (1_000_000, 100_000),
        Measure::CallerInstructions | Measure::ProcessInstructions => (20_000, 4_000),
        Measure::Stalled => (3_000_000, 100_000),
        Measure::Weight => (0, 0),
    };
    if effort.quick { quick } else { full }
}

/// One measurement in a folder of its own, which is removed again.
fn one(cell: Cell, effort: &Effort) -> Result<Figures> {
    let dir = effort.dir.join(format!("speed-{}", std::process::id()));
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    if !effort.quick && matches!(cell.measure, Measure::Wall | Measure::Threads(_)) {
        warm(&dir)?;
    }
    let measured = measured(cell, effort, &dir);
    fs::remove_dir_all(&dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    measured
}

/// Writes and removes as much as a large run does, so that the run finds pages the machine has already handed out:
/// on a virtual machine a page's first use costs more than all else that is measured here.
fn warm(dir: &Path) -> Result<()> {
    let path = dir.join("warm");
    let mut file = File::create(&path)?;
    let piece = vec![b'.'; 1 << 20];
    (0..WARM_MIB).try_for_each(|_| file.write_all(&piece))?;
    drop(file);
    Ok(fs::remove_file(path)?)
}

/// Starts the child, by itself or under the tool the measure needs.
fn measured(cell: Cell, effort: &Effort, dir: &Path) -> Result<Figures> {
    let events = events(cell, effort);
    let child = child(cell, events, dir)?;
    match cell.measure {
        Measure::Calls => under_strace(&child, events, dir),
        Measure::Instructions => of_disabled(&child, events, dir),
        Measure::CallerInstructions => of_emitted(&child, events, dir),
        Measure::ProcessInstructions => of_process(&child, &self::child(cell, 2 * events, dir)?, events, dir),
        Measure::Weight => weigh(dir),
        _ => plain(&child),
    }
}

/// The child's command line: this program, and what it is to do.
fn child(cell: Cell, events: u64, dir: &Path) -> Result<Vec<String>> {
    let program = env::current_exe()?.to_string_lossy().into_owned();
    let files = dir.join("files").to_string_lossy().into_owned();
    let words = ["--child", cell.system, &cell.workload.to_string(), &events.to_string()].map(String::from);
    let how = ["--measure".to_owned(), cell.measure.to_string(), "--dir".to_owned(), files];
    Ok([program].into_iter().chain(words).chain(how).collect())
}

/// Runs the child and reads its line.
fn plain(child: &[String]) -> Result<Figures> {
    let (program, arguments) = child.split_first().context("no child")?;
    let output = Command::new(program).args(arguments).output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("the child printed no figures")
}
