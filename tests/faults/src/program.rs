//! What the program is told.

use crate::child::{self, Options};
use crate::far::ask_for_own_servers;
use crate::{Everything, Length, Line, Outcome, faults, table};
use lexopt::{Arg, Parser, ValueExt as _};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
tracework-faults run [--long] [--own-servers] [--fault NAME] [--destination NAME] [--level NAME] [--out FILE] | table FILE
tracework-faults everything [--dead] [--program FILE] [LINES]";

/// Runs the suite, makes a table of what it wrote, or is the child that faults are put to.
#[must_use]
pub fn main() -> ExitCode {
    match called() {
        Ok(code) => code,
        Err(error) => {
            // There is nobody else to tell.
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::from(2)
        }
    }
}

fn called() -> Result<ExitCode, String> {
    let mut parser = Parser::from_env();
    let word = match parser.next().map_err(|error| error.to_string())? {
        Some(Arg::Value(word)) => word,
        _ => return Err(HELP.to_owned()),
    };
    match word.to_str() {
        Some("child") => child::run(Options::read(&mut parser).map_err(|error| error.to_string())?),
        Some("run") => run(&mut parser),
        Some("everything") => everything(&mut parser),
        // What `tracework pipe` is, for tests that have no other program.
        Some("pipe") => Ok(tracework_cli::main()),
        Some("table") => {
            let path: PathBuf = parser.value().map_err(|error| error.to_string())?.into();
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let lines: Result<Vec<Line>, _> = text.lines().filter(|line| line.contains('=')).map(str::parse).collect();
            say(&table(&lines?))?;
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(HELP.to_owned()),
    }
}

fn say(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|error| error.to_string())
}

/// What of the suite is run.
#[derive(Default)]
struct Chosen {
    long: bool,
    faults: Vec<String>,
    destinations: Vec<String>,
    levels: Vec<String>,
    out: Option<PathBuf>,
}

fn chosen(parser: &mut Parser) -> Result<Chosen, lexopt::Error> {
    let mut chosen = Chosen::default();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("long") => chosen.long = true,
            Arg::Long("own-servers") => ask_for_own_servers(),
            Arg::Long("fault") => chosen.faults.push(parser.value()?.string()?),
            Arg::Long("destination") => chosen.destinations.push(parser.value()?.string()?),
            Arg::Long("level") => chosen.levels.push(parser.value()?.string()?),
            Arg::Long("out") => chosen.out = Some(parser.value()?.into()),
            other => return Err(other.unexpected()),
        }
    }
    Ok(chosen)
}

fn run(parser: &mut Parser) -> Result<ExitCode, String> {
    let chosen = chosen(parser).map_err(|error| error.to_string())?;
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let length = if chosen.long { Length::Long } else { Length::Short };
    let wanted = |names: &[String], name: &str| names.is_empty() || names.iter().any(|other| other == name);
    let mut whole = true;
    for fault in faults().iter().filter(|fault| wanted(&chosen.faults, fault.name)) {
        let destinations = fault.destinations.iter().filter(|name| wanted(&chosen.destinations, name));
        let levels = fault.levels.iter().filter(|level| wanted(&chosen.levels, &level.to_string()));
        for (level, destination) in levels.flat_map(|level| destinations.clone().map(move |name| (*level, *name))) {
            for line in fault.put_to(destination, level, length, &program) {
                whole &= line.broken.is_empty();
                say(&line.to_string())?;
                if let Some(path) = &chosen.out {
                    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
                    let written = file.and_then(|mut file| writeln!(file, "{line}"));
                    written.map_err(|error| format!("{}: {error}", path.display()))?;
                }
            }
        }
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn everything(parser: &mut Parser) -> Result<ExitCode, String> {
    let (mut program, mut lines, mut dead) = (None, 1_000_000, false);
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        let read = match arg {
            Arg::Long("dead") => {
                dead = true;
                Ok(())
            }
            Arg::Long("program") => parser.value().map(|value| program = Some(PathBuf::from(value))),
            Arg::Value(value) => value.parse().map(|count| lines = count),
            other => Err(other.unexpected()),
        };
        read.map_err(|error| error.to_string())?;
    }
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let everything = Everything { program: program.unwrap_or(own), lines };
    let mut whole = shown(&everything.run()?)?;
    if dead {
        say("\nand with two that are dead:\n")?;
        whole &= shown(&everything.run_with_dead()?)?;
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints what came of it; is everything everywhere, and nothing left out?
fn shown(outcome: &Outcome) -> Result<bool, String> {
    say(&outcome.to_string())?;
    if !outcome.told.is_empty() {
        say(&format!("\nit said:\n{}", outcome.told))?;
    }
    Ok(outcome.is_whole() && outcome.left_out.is_empty())
}
