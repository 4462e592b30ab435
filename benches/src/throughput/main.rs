//! Measures the throughput of each destination into its real server, beside the server's own best client doing the same in
//! the same run.
//!
//! Three ways take turns, round after round: the whole pipeline, from the program's first event until everything is
//! acknowledged; the destination alone, handed ready batches; and each of the clients that a program would use by itself, with
//! the same records and the same bytes. What is printed are medians.

mod contest;
mod lots;
mod pipeline;
mod programs;
mod report;
mod servers;
mod spooled;

use std::{env, process::ExitCode};

use anyhow::{Context, Result, bail};

/// What `--help` prints.
const HELP: &str = "\
throughput [SERVER..] [options]     records per second into each of these, or all of them:
                                    postgres mariadb sqlite rabbitmq kafka redis nats http otlp-grpc otlp-http syslog,
                                    and `spool`: a file with `delivery: at_least_once` beside `best_effort`
  --records N                       records of a run (100000)
  --rounds N                        how often each has its turn (5)
  --batch BYTES                     bytes of a batch, where not the usual ones are to be tried
  --only WAY                        `whole`, `alone` or `rivals`: one of the three ways alone, to look into it";

/// What the command line asks for.
struct Asked {
    /// The servers, by name; none is all.
    servers: Vec<String>,
    /// How much is measured.
    effort: Effort,
}

/// How much is measured.
#[derive(Clone, Debug)]
pub struct Effort {
    /// Records of a run.
    pub records: u64,
    /// How often each way has its turn.
    pub rounds: usize,
    /// Bytes of a batch, where they are not the usual ones.
    pub batch: Option<usize>,
    /// One of the ways alone.
    pub only: Option<String>,
}

fn main() -> ExitCode {
    match parse(env::args().skip(1)).and_then(|asked| asked.map_or(Ok(()), |asked| run(&asked))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("throughput: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Measures what was asked for; a server that is not there is left out, and that is said.
fn run(asked: &Asked) -> Result<()> {
    let is_wanted = |name: &str| asked.servers.is_empty() || asked.servers.iter().any(|server| server == name);
    let known = servers::ALL.iter().map(|(name, _)| *name).chain(["spool"]);
    let known: Vec<_> = known.collect();
    if let Some(unknown) = asked.servers.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("no server {unknown:?}: {}", known.join(", "));
    }
    report::machine(&asked.effort);
    let mut failed = 0;
    for (name, start) in servers::ALL.iter().filter(|(name, _)| is_wanted(name)) {
        let contest = start().and_then(|mut server| contest::run(&mut *server, &asked.effort));
        match contest {
            Ok(results) => report::server(name, &asked.effort, &results),
            Err(error) => {
                failed += 1;
                eprintln!("{name}: {error:#}");
            }
        }
    }
    if is_wanted("spool") {
        report::spooled(&asked.effort, &spooled::run(&asked.effort)?);
    }
    if failed > 0 {
        bail!("{failed} could not be measured");
    }
    Ok(())
}

/// Reads the command line; nothing if it asks for help.
fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Asked>> {
    let mut asked =
        Asked { servers: Vec::new(), effort: Effort { records: 100_000, rounds: 5, batch: None, only: None } };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => {
                println!("{HELP}");
                return Ok(None);
            }
            "--records" => asked.effort.records = value()?.parse()?,
            "--rounds" => asked.effort.rounds = value()?.parse()?,
            "--batch" => asked.effort.batch = Some(value()?.parse()?),
            "--only" => asked.effort.only = Some(value()?),
            option if option.starts_with('-') => bail!("unknown option {option:?}; --help lists them"),
            _ => asked.servers.push(argument),
        }
    }
    Ok(Some(asked))
}
