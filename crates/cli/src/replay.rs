//! `tracework replay`: dead letters once more, out of the file that they were kept in.

use crate::args::{Stop, duration, other, text};
use crate::report::{Report, in_memory};
use crate::{beginning, ending, output};
use lexopt::{Arg, Parser, ValueExt as _};
use std::fs::File;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tracework::config::Config;
use tracework::core::nearest;
use tracework::engine::{LedgerRow, Replay, Replayed};

const HELP: &str = "\
tracework replay --config FILE [--destination NAME] DEAD.jsonl

Sends dead letters again that `dead_letters: { file: .. }` kept, each to the
destination that its line names: as it was, with its event id, whatever the
levels, filters and routes of the config say. Queues wait for room.

DEAD.jsonl stays as it is: remove it once all is delivered. Move it away
before, so that what is refused again stands in a new file by itself.

It says at the end what was sent, and what became of it. It exits with 0 only
if all lines could be read and nothing was lost or refused. What stands in
disk buffers is delivered too.

  --config FILE         the config
  --destination NAME    only the letters of this one
  --profile NAME        with this profile, whatever the config says
  --report              the ledger, as one JSON object on standard error
  --timeout TIME        how long a destination may stand still before what is
                        left is given up; 30s without it";

struct Options {
    config: Option<String>,
    profile: Option<String>,
    destination: Option<String>,
    report: bool,
    timeout: Duration,
    file: String,
}

pub(crate) fn run(parser: &mut Parser) -> Result<ExitCode, Stop> {
    let options = options(parser)?;
    let started = Instant::now();
    let (_, config) = beginning::read(options.config.clone(), options.profile.as_deref())?;
    let replay = what(&options, &config)?;
    // Before anything is started: a name that is misspelt should not open a destination.
    File::open(&options.file).map_err(|error| Stop::Failed(format!("{} cannot be read: {error}", options.file)))?;
    let control = beginning::start(config.never_dropping())?;
    let outcome = control.replay(&replay);
    // Where there was no room for so long, little is waited for again.
    let patience = if outcome.is_ok() { options.timeout } else { options.timeout.min(Duration::from_secs(5)) };
    let report = ending::end(&control, started, patience);
    ending::tell(&report, options.report);
    let nothing = Replayed::default();
    let replayed = match &outcome {
        Ok(replayed) => replayed,
        Err(error) => error.replayed().unwrap_or(&nothing),
    };
    tell(replayed, &report);
    tell_unsent(replayed, &options.file);
    let code = ending::verdict(&report);
    outcome
        .map_err(|error| Stop::Failed(error.to_string()))
        .map(|sent| if sent.unreadable + sent.homeless > 0 { ExitCode::FAILURE } else { code })
}

fn options(parser: &mut Parser) -> Result<Options, Stop> {
    let (mut config, mut profile, mut destination, mut file) = (None, None, None, None);
    let (mut report, mut timeout) = (false, ending::TIMEOUT);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Value(value) if file.is_none() => file = Some(value.string()?),
            Arg::Long("config") | Arg::Short('c') => config = Some(text(parser)?),
            Arg::Long("destination") => destination = Some(text(parser)?),
            Arg::Long("profile") => profile = Some(text(parser)?),
            Arg::Long("report") => report = true,
            Arg::Long("timeout") => timeout = duration(parser, "--timeout")?,
            arg => return Err(other(arg, HELP)),
        }
    }
    let which = "which file? Write `tracework replay --config FILE DEAD.jsonl`.";
    let file = file.ok_or_else(|| Stop::Misused(which.to_owned()))?;
    Ok(Options { config, profile, destination, report, timeout, file })
}

/// What is to be sent again.
fn what(options: &Options, config: &Config) -> Result<Replay, Stop> {
    let replay = Replay::of(&options.file).patience(options.timeout);
    let Some(name) = &options.destination else { return Ok(replay) };
    let names = || config.destinations().iter().map(|destination| destination.name());
    if names().any(|known| known == name) {
        return Ok(replay.only(name));
    }
    let help = nearest(name, names()).map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
    Err(Stop::Misused(format!("the config has no destination `{}`.{help}", name.escape_debug())))
}

/// Says what was sent to each destination, and what became of it.
fn tell(replayed: &Replayed, report: &Report) {
    for (name, row) in &report.destinations {
        let sent = replayed.destinations.get(name).copied().unwrap_or(0);
        if sent > 0 {
            output::out(&format!("{name}: {}", fate(sent, row)));
        }
    }
    if replayed.records == 0 {
        output::out("nothing was sent again");
    }
    match replayed.others {
        0 => {}
        1 => output::out("1 letter of another destination was left"),
        others => output::out(&format!("{others} letters of other destinations were left")),
    }
}

fn fate(sent: u64, row: &LedgerRow) -> String {
    let mut text = format!("{sent} sent again");
    let mut add = |count: u64, what: &str| {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    };
    // An earlier run left them in the disk buffer; they are among the following.
    add(row.recovered.saturating_sub(sent), "found on disk");
    add(row.delivered, "delivered");
    add(row.dead_lettered, "refused again");
    row.handed_over.iter().for_each(|(to, &count)| add(count, &format!("taken by `{to}`")));
    add(row.spooled, "left on disk");
    add(row.lost() + in_memory(row), "lost");
    text
}

/// Says which lines could not be sent.
fn tell_unsent(replayed: &Replayed, file: &str) {
    for line in &replayed.told {
        output::err(&format!("tracework: {file}: {line}"));
    }
    let more = replayed.unreadable + replayed.homeless - replayed.told.len() as u64;
    if more > 0 {
        output::err(&format!("tracework: {file}: {more} more lines like these"));
    }
}
