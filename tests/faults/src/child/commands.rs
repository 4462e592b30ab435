//! What the parent asks for, and how the child ends.

use super::{Shared, tell};
use rustix::process::Resource;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tracework::engine::{DropReason, LedgerRow};
use tracework::{Control, Tracework};

/// How a child ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It stops its threads, shuts down within this time, and reports.
    Stop(Duration),
    /// `std::process::exit`, with the handle not dropped.
    Exit,
    /// `std::process::abort`.
    Abort,
    /// The handle goes out of scope.
    Return,
    /// A thread that has the handle panics.
    Panic,
}

impl Ending {
    /// As a command.
    pub(crate) fn command(self) -> String {
        match self {
            Self::Stop(patience) => format!("stop {}", patience.as_millis()),
            Self::Exit => "exit".to_owned(),
            Self::Abort => "abort".to_owned(),
            Self::Return => "return".to_owned(),
            Self::Panic => "panic".to_owned(),
        }
    }

    fn read(command: &str) -> Option<Self> {
        let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
        match word {
            "stop" => Some(Self::Stop(Duration::from_millis(rest.parse().ok()?))),
            "exit" => Some(Self::Exit),
            "abort" => Some(Self::Abort),
            "return" => Some(Self::Return),
            "panic" => Some(Self::Panic),
            _ => None,
        }
    }

    pub(super) fn is_orderly(self) -> bool {
        matches!(self, Self::Stop(_))
    }

    pub(super) fn patience(self) -> Duration {
        if let Self::Stop(patience) = self { patience } else { Duration::ZERO }
    }
}

/// Reads commands up to one that ends it; without a parent it ends at once.
pub(super) fn read(shared: &Shared) -> Ending {
    for line in std::io::stdin().lines().map_while(Result::ok) {
        if let Some(ending) = Ending::read(&line) {
            return ending;
        }
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("mark", name) => {
                let [count, median, most, longest] = shared.times.take();
                tell(format_args!("m {name} {count} {median} {most} {longest}"));
            }
            ("files", most) => {
                let limited = super::options::limit(Resource::Nofile, most.parse().unwrap_or(1_024));
                limited.unwrap_or_else(|error| tell(format_args!("unknown {error}")));
            }
            ("eat", _) => eat(),
            ("pause", _) => pause(shared),
            ("go", _) => shared.pause.store(false, Ordering::Relaxed),
            _ => tell(format_args!("unknown {line}")),
        }
    }
    Ending::Abort
}

/// Has all threads stop emitting, and says when they have. One that is held up by a full queue never has.
fn pause(shared: &Shared) {
    shared.pause.store(true, Ordering::Relaxed);
    while shared.resting.load(Ordering::Acquire) < shared.options.threads {
        std::thread::sleep(Duration::from_millis(1));
    }
    tell(format_args!("paused"));
}

/// Takes all the memory that there is, once there is little more than it has. A while later it wants more, and aborts.
fn eat() {
    const SPARE: u64 = 8 << 20;
    let mut hoard: Vec<Vec<u8>> = Vec::with_capacity(1 << 20);
    let limited = super::options::limit(Resource::Data, memory("VmData:") + SPARE);
    limited.unwrap_or_else(|error| tell(format_args!("unknown {error}")));
    for size in [1 << 20, 64 << 10, 4 << 10, 256, 32] {
        let mut piece: Vec<u8> = Vec::new();
        while hoard.len() < hoard.capacity() && piece.try_reserve_exact(size).is_ok() {
            hoard.push(std::mem::take(&mut piece));
        }
    }
    std::thread::sleep(Duration::from_millis(300));
    hoard.push(std::hint::black_box(vec![1; 64 << 20]));
}

/// Ends as a program should not, with its threads still emitting.
pub(super) fn end_badly(ending: Ending, tracework: Tracework) -> Result<ExitCode, String> {
    match ending {
        Ending::Exit => std::process::exit(0),
        Ending::Abort => std::process::abort(),
        Ending::Panic => panic!("as asked"),
        Ending::Return | Ending::Stop(_) => drop(tracework),
    }
    Ok(ExitCode::SUCCESS)
}

/// Shuts down, and tells what the ledger says.
pub(super) fn report(tracework: Tracework, spools: bool, patience: Duration) {
    let started = Instant::now();
    drain(&tracework.control(), spools, patience);
    let report = tracework.shutdown(patience);
    let took = started.elapsed().as_millis();
    for (name, row) in &report.destinations {
        let LedgerRow { accepted, recovered, delivered, dead_lettered, pending, retried, .. } = row;
        let dropped: u64 = row.dropped.values().sum();
        let handed: u64 = row.handed_over.values().sum();
        let reasons: Vec<_> =
            row.dropped.iter().map(|(reason, count)| format!("{}:{count}", DropReason::name(*reason))).collect();
        tell(format_args!(
            "r {name} accepted={accepted} recovered={recovered} delivered={delivered} dropped={dropped} dead={dead_lettered} \
             handed={handed} pending={pending} retried={retried} spooled={} took={took} rss={} reasons={}",
            report.total.spooled,
            memory("VmHWM:"),
            reasons.join(",")
        ));
    }
}

/// Waits until nothing is left, in memory or in a spool, at most so long.
fn drain(control: &Control, spools: bool, patience: Duration) {
    let end = Instant::now() + patience;
    while Instant::now() < end {
        // What an earlier run left is known once the spool is open.
        if spools && control.health().destinations.values().any(|destination| destination.spool.is_none()) {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        }
        let report = control.flush(Duration::from_millis(500));
        if report.pending == 0 && report.spooled == 0 {
            return;
        }
    }
}

/// How much memory it has, as the system tells it under this name, in bytes.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
