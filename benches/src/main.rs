//! Measures tracework beside its peers, every row of the design's goals, in one run on one machine; and what the middleware
//! costs a request.
//!
//! Each measurement is a child process of this program, since several of the systems are global to a process.
//! Children of all systems take turns, round after round; a row is the median over its rounds.

mod figures;
mod measure;
mod questions;
mod report;
mod run;
mod systems;
mod workload;

use std::{env, fs, io, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};

use measure::{Counting, Job, Measure};
use run::Effort;

/// Counts in one measure; elsewhere it is the system's allocator.
#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `--help` prints.
const HELP: &str = "\
speed [options]                                   measure everything; within ten minutes on two cores
  --quick                                         a smoke run: few events, one round
  --json                                          one JSON object a row, after one for the machine
  --only P1,P4                                    these questions alone
  --events N  --rounds N                          events of a slow system in a run to the end; rounds
  --dir FOLDER                                    where the log files go (a folder in memory if there is one with room)
speed --child SYSTEM WORKLOAD EVENTS [--measure M] [--dir FOLDER]
                                                  one measurement in this process: wall, threads-N, paced, burst,
                                                  stalled, calls, allocations, instructions,
                                                  caller-instructions, process-instructions";

/// What the command line asks for.
enum Command {
    /// The whole run.
    Run(Effort, Output),
    /// One measurement: the system's name, and what to do.
    Child(String, Job),
    /// The help.
    Help,
}

/// How the rows are printed.
#[derive(Clone, Copy, PartialEq)]
enum Output {
    /// A table.
    Text,
    /// JSON lines.
    Json,
}

fn main() -> ExitCode {
    match parse(env::args().skip(1)).and_then(execute) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("speed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked.
fn execute(command: Command) -> Result<ExitCode> {
    match command {
        Command::Help => println!("{HELP}"),
        Command::Child(system, job) => child(&system, &job)?,
        Command::Run(effort, output) => {
            let results = run::run(&effort)?;
            let mut out = io::stdout().lock();
            match output {
                Output::Json => report::json(&results, &effort, &mut out)?,
                Output::Text => report::text(&results, &effort, &mut out)?,
            }
            for failure in results.failures.iter().filter(|_| output == Output::Json) {
                eprintln!("failed: {failure}");
            }
            if !results.failures.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One measurement, printed as one JSON line; its files are left for the parent to remove.
fn child(name: &str, job: &Job) -> Result<()> {
    let Some(system) = systems::named(name) else {
        let known: Vec<_> = systems::all().map(|system| system.name).collect();
        bail!("no system {name:?}: {}", known.join(", "));
    };
    fs::create_dir_all(&job.dir).with_context(|| format!("cannot make {}", job.dir.display()))?;
    let figures = (system.run)(job)?;
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

/// Reads the command line.
fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command> {
    let mut effort = Effort { events: 200_000, rounds: 5, quick: false, only: Vec::new(), dir: run::usual_dir() };
    let (mut output, mut measure, mut subject) = (Output::Text, Measure::Wall, None);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(Command::Help),
            "--json" => output = Output::Json,
            "--quick" => effort = Effort { events: 20_000, rounds: 1, quick: true, ..effort },
            "--only" => effort.only = value()?.split(',').map(str::to_owned).collect(),
            "--events" => effort.events = value()?.parse()?,
            "--rounds" => effort.rounds = value()?.parse()?,
            "--dir" => effort.dir = PathBuf::from(value()?),
            "--measure" => measure = value()?.parse()?,
            "--child" => subject = Some((value()?, value()?.parse()?, value()?.parse()?)),
            other => bail!("unknown option {other:?}; --help lists them"),
        }
    }
    Ok(match subject {
        None => Command::Run(effort, output),
        Some((system, workload, events)) => Command::Child(system, Job { workload, measure, events, dir: effort.dir }),
    })
}
