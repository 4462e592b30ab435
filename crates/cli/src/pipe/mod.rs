//! `tracework pipe`: standard input, a record a line, through the pipeline of a config.

mod feed;
mod interrupt;
mod json;
mod lines;
mod record;
mod time;
mod wait;

use crate::args::{Stop, duration, list, other, text};
use crate::{beginning, ending, kinds};
use feed::Feed;
use interrupt::{End, Interrupt};
use lexopt::{Arg, Parser};
use lines::Lines;
use std::io::{self, Read, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tracework::config::{Config, Reloader, WatchSettings};
use tracework::engine::process_metadata;
use tracework::{Control, KindSet, registry};

const HELP: &str = "\
tracework pipe --config FILE [--watch] [--report] [--ack]
               [--allow-kinds audit,..]

Reads standard input, a record a line, and sends it through the pipeline of
the config. A line is a JSON object (level, message or msg, target, timestamp
or time, tags, destinations; every other name is a field) or plain text, whose
continuation lines are joined to it.

Queues wait for room whatever the config says, and RUST_LOG is not read. It
exits with 0 only if nothing was lost. What stands in disk buffers is delivered
too, also if there is no input; what then still waits there stays for the next
run, and is told.

SIGTERM and Ctrl-C end the input: what was read is delivered and told. A second
one ends the program at once.

  --config FILE         the config
  --profile NAME        with this profile, whatever the config says
  --watch               changes of the config hold as they are saved, and when
                        SIGHUP comes, which opens files again too; one that is
                        wrong changes nothing and is told in the stream
  --report              the ledger, as one JSON object on standard error: its
                        last line
  --ack                 prints the `id` of each record, or the number of its
                        line, once what its destinations promise holds: it is
                        delivered, or synced to the disk of those with
                        `delivery: at_least_once`
  --allow-kinds K,..    kinds that an object may name: audit, security, job,
                        metric. Others stay fields
  --timeout TIME        how long a destination may stand still at the end
                        before what waits for it in memory is lost, and what
                        is on disk is left there; 30s without it";

struct Options {
    config: Option<String>,
    profile: Option<String>,
    watch: bool,
    report: bool,
    ack: bool,
    kinds: KindSet,
    timeout: Duration,
}

pub(crate) fn run(parser: &mut Parser) -> Result<ExitCode, Stop> {
    let options = options(parser)?;
    let started = Instant::now();
    let (source, config) = beginning::read(options.config.clone(), options.profile.as_deref())?;
    let control = beginning::start(for_a_pipe(config))?;
    let reloader = Reloader::preparing(&control, source, registry::standard(), for_a_pipe);
    let watch = options.watch.then(|| reloader.watch(WatchSettings::default())).transpose();
    let watch = watch.map_err(|error| Stop::Failed(format!("the config cannot be watched: {error}")))?;
    let no_signals = |error: io::Error| Stop::Failed(format!("signals cannot be watched: {error}"));
    let hangup =
        if options.watch && cfg!(unix) { Some(reloader.reload_on_hangup().map_err(no_signals)?) } else { None };
    let end = End::watch(&control, started, (options.timeout, options.report)).map_err(no_signals)?;
    let read = feed(&control, &options, &end.interrupt);
    end.begin();
    drop((watch, hangup));
    let report = ending::end(&control, started, options.timeout);
    ending::tell(&report, options.report);
    read.map_err(|error| Stop::Failed(format!("standard input cannot be read: {error}")))?;
    Ok(ending::verdict(&report))
}

fn options(parser: &mut Parser) -> Result<Options, Stop> {
    let timeout = ending::TIMEOUT;
    let mut options =
        Options { config: None, profile: None, watch: false, report: false, ack: false, kinds: KindSet::NONE, timeout };
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("config") | Arg::Short('c') => options.config = Some(text(parser)?),
            Arg::Long("profile") => options.profile = Some(text(parser)?),
            Arg::Long("report") => options.report = true,
            Arg::Long("ack") => options.ack = true,
            Arg::Long("allow-kinds") => options.kinds = options.kinds.union(kinds::of(&list(parser)?)?),
            Arg::Long("timeout") => options.timeout = duration(parser, "--timeout")?,
            Arg::Long("watch") => options.watch = true,
            arg => return Err(other(arg, HELP)),
        }
    }
    Ok(options)
}

/// Nothing is dropped. The records come from elsewhere: of this process only the host is theirs.
fn for_a_pipe(config: Config) -> Config {
    let mut config = config.never_dropping();
    let host = process_metadata().into_iter().find(|(key, _)| *key == "host");
    let pairs = &mut config.spec_mut().metadata;
    if let Some((key, host)) = host
        && !pairs.iter().any(|(other, _)| other == key)
    {
        pairs.push((key.to_owned(), host));
    }
    config
}

/// How long plain text waits for a line that may belong to it.
const MORE: Duration = Duration::from_millis(250);

fn feed(control: &Control, options: &Options, interrupt: &Interrupt) -> io::Result<()> {
    let mut lines = Lines::new(Unlocked);
    let mut feed = Feed::new(control, options.kinds, options.ack);
    let mut acks = Acks::new(control);
    loop {
        while let Some(line) = lines.next() {
            feed.line(line.bytes, line.cut);
        }
        if feed.holds() && !wait::for_input(MORE) {
            feed.release();
        }
        acks.tell(&mut feed);
        let more = if wait::until_input(MORE, || interrupt.came()) { lines.fill() } else { Ok(false) };
        feed.refresh();
        if !matches!(more, Ok(true)) {
            feed.release();
            acks.tell(&mut feed);
            return more.map(|_| ());
        }
    }
}

/// Standard input past the small buffer of the standard library.
struct Unlocked;

impl Read for Unlocked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        io::stdin().lock().read(into)
    }
}

/// Tells which records are safe.
struct Acks<'a> {
    control: &'a Control,
    /// Records that were lost or refused until the last time.
    failed: u64,
}

impl<'a> Acks<'a> {
    fn new(control: &'a Control) -> Self {
        Self { control, failed: 0 }
    }

    /// Waits until what is promised of everything fed so far holds, then prints what is to be told. If something of it
    /// was lost or refused, nothing is told: which one it was nobody knows.
    fn tell(&mut self, feed: &mut Feed) {
        let Some(acks) = feed.take_acks().filter(|acks| !acks.is_empty()) else { return };
        while !self.control.secure(Duration::from_secs(60)).settled {}
        let health = self.control.health();
        let rows = health.destinations.values().map(|destination| &destination.ledger);
        // Of those, too, that a change of the config took away.
        let closing = health.closing.iter().map(|closing| &closing.health.ledger);
        let rows = rows.chain(closing).chain(health.closed.values());
        let failed = rows.map(|row| row.lost() + row.dead_lettered).sum::<u64>() + health.buffer.lost();
        if failed == self.failed {
            let mut out = io::stdout().lock();
            _ = out.write_all(acks.as_bytes()).and_then(|()| out.flush());
        }
        self.failed = failed;
    }
}
