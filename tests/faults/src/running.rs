//! A child as its parent sees it.

use crate::child::Ending;
use crate::{Account, Level};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How a child is started.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// The program of this package.
    pub(crate) program: PathBuf,
    /// The child's folder; its config is written there.
    pub(crate) folder: PathBuf,
    /// Threads that emit.
    pub(crate) threads: u64,
    /// Records a second.
    pub(crate) rate: u64,
    /// What else it is told.
    pub(crate) arguments: Vec<String>,
}

/// The config of one destination, `far`.
pub(crate) fn config(folder: &Path, level: Level, far: &str, buffer: Option<&str>) -> String {
    let usual = match level {
        Level::BestEffort => "{ memory: 4MiB, when_full: block }",
        Level::AtLeastOnce => "{ memory: 4MiB, disk: 1GiB }",
    };
    let buffer = buffer.unwrap_or(usual);
    format!(
        "service: faults\ndirectory: {}\nlevel: INFO\ndestinations:\n  far:\n{far}    delivery: {level}\n    buffer: {buffer}\n    \
         retry: {{ first: 50ms, max: 500ms }}\n",
        folder.display()
    )
}

/// What the ledger said when a child ended in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    rows: BTreeMap<String, BTreeMap<String, String>>,
}

impl Report {
    /// A figure of a destination's row.
    pub(crate) fn figure(&self, destination: &str, name: &str) -> u64 {
        self.rows.get(destination).and_then(|row| row.get(name)?.parse().ok()).unwrap_or(0)
    }

    /// A figure of the row of `far`.
    pub(crate) fn far(&self, name: &str) -> u64 {
        self.figure("far", name)
    }

    /// Why records of `far` were dropped, with how many.
    pub(crate) fn reasons(&self) -> String {
        self.rows.get("far").and_then(|row| row.get("reasons").cloned()).unwrap_or_default()
    }

    /// Did the child report?
    pub(crate) fn is_there(&self) -> bool {
        !self.rows.is_empty()
    }

    /// Does each row add up?
    pub(crate) fn adds_up(&self) -> bool {
        let adds_up = |name: &String| {
            let sum = |names: &[&str]| names.iter().map(|figure| self.figure(name, figure)).sum::<u64>();
            sum(&["accepted", "recovered"]) == sum(&["delivered", "dropped", "dead", "handed", "pending"])
        };
        self.is_there() && self.rows.keys().all(adds_up)
    }
}

/// The times of callers between two marks, in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    pub(crate) count: u64,
    pub(crate) p99: u64,
    pub(crate) longest: u64,
}

#[derive(Debug, Default)]
struct Told {
    up: Option<Instant>,
    paused: bool,
    emitted: Vec<u64>,
    acked: Vec<(u64, u64, u64)>,
    alarms: Vec<Instant>,
    first_ack: Option<Instant>,
    last_ack: Option<Instant>,
    marks: BTreeMap<String, Times>,
    delivered: BTreeMap<String, u64>,
    report: Report,
    unbalanced: Vec<String>,
}

/// A child that runs.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    commands: ChildStdin,
    told: Arc<Mutex<Told>>,
    reader: JoinHandle<()>,
    threads: u64,
    first: u64,
    /// When it was started.
    pub(crate) started: Instant,
}

impl Running {
    /// Starts a child whose first record has this number.
    pub(crate) fn start(setting: &Setting, first: u64) -> Self {
        let mut command = Command::new(&setting.program);
        command.arg("child").arg(setting.folder.join("config.yml"));
        command.args(["--threads", &setting.threads.to_string(), "--rate", &setting.rate.to_string()]);
        command.args(["--first", &first.to_string()]).args(&setting.arguments);
        command.env_remove("RUST_LOG").current_dir(&setting.folder);
        let log = std::fs::OpenOptions::new().create(true).append(true).open(setting.folder.join("stderr.txt"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log.expect("a file for its errors"));
        let started = Instant::now();
        let mut child = command.spawn().expect("the child starts");
        let (commands, out) = (child.stdin.take(), child.stdout.take());
        let told = Arc::new(Mutex::new(Told {
            emitted: vec![0; usize::try_from(setting.threads).unwrap_or(1)],
            ..Told::default()
        }));
        let (for_reader, out) = (Arc::clone(&told), out.expect("a pipe"));
        let reader = std::thread::spawn(move || read(out, &for_reader));
        let commands = commands.expect("a pipe");
        Self { child, commands, told, reader, threads: setting.threads, first, started }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `holds`, at most so long; does it?
    fn wait(&self, most: Duration, mut holds: impl FnMut(&Told) -> bool) -> bool {
        let end = Instant::now() + most;
        while Instant::now() < end {
            if holds(&self.told()) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        false
    }

    /// Waits until it runs.
    pub(crate) fn is_up(&self) -> bool {
        self.wait(Duration::from_secs(30), |told| told.up.is_some())
    }

    /// Waits for an acknowledgement after `moment`; how long after it came.
    pub(crate) fn acked_after(&self, moment: Instant, most: Duration) -> Option<Duration> {
        let came = |told: &Told| told.last_ack.is_some_and(|last| last > moment);
        let came = self.wait(most, came);
        came.then(|| moment.elapsed())
    }

    /// How long after `moment` a destination was first seen to fail. Waits for that, as long as it may take on a machine that
    /// has much to do.
    pub(crate) fn alarm_after(&self, moment: Instant) -> Option<Duration> {
        self.wait(Duration::from_secs(20), |told| told.alarms.iter().any(|&alarm| alarm > moment));
        self.told().alarms.iter().find(|&&alarm| alarm > moment).map(|&alarm| alarm - moment)
    }

    /// Has it ended by itself within this time?
    pub(crate) fn has_ended(&mut self, most: Duration) -> bool {
        let end = Instant::now() + most;
        while Instant::now() < end {
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// Has it emitted so many?
    pub(crate) fn has_emitted(&self, count: u64, most: Duration) -> bool {
        self.wait(most, |told| told.emitted.iter().sum::<u64>() >= count)
    }

    /// How many it has emitted.
    pub(crate) fn emitted(&self) -> u64 {
        self.told().emitted.iter().sum()
    }

    /// How many records a destination has delivered, of a child that tells its progress.
    pub(crate) fn delivered(&self, name: &str) -> u64 {
        self.told().delivered.get(name).copied().unwrap_or(0)
    }

    /// Has the child do something.
    pub(crate) fn command(&mut self, command: &str) {
        // A child that is gone shows by what it does not tell.
        let _ = writeln!(self.commands, "{command}").and_then(|()| self.commands.flush());
    }

    /// Has it emit no more; has it stopped?
    pub(crate) fn pause(&mut self) -> bool {
        self.command("pause");
        self.wait(Duration::from_secs(30), |told| told.paused)
    }

    /// The times of callers since the last mark.
    pub(crate) fn mark(&mut self, name: &str) -> Times {
        self.command(&format!("mark {name}"));
        self.wait(Duration::from_secs(10), |told| told.marks.contains_key(name));
        self.told().marks.get(name).copied().unwrap_or_default()
    }

    /// Its memory now, in bytes, as the system tells it.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or(0) * 1024
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is there");
    }

    /// Kills it, and adds what it told to `account`. Returns the number that the next child may begin with.
    pub(crate) fn kill(mut self, account: &mut Account) -> u64 {
        // One that is gone already has ended.
        let _ = self.child.kill();
        self.ended(Duration::from_secs(10), account).1
    }

    /// Has it shut down within this time; what its ledger says, and the number that the next child may begin with.
    pub(crate) fn stop(self, patience: Duration, account: &mut Account) -> (Report, u64) {
        self.end(Ending::Stop(patience), 3 * patience + Duration::from_secs(30), account)
    }

    /// Has it end in this way; it is killed if that takes longer than `most`.
    pub(crate) fn end(mut self, ending: Ending, most: Duration, account: &mut Account) -> (Report, u64) {
        self.command(&ending.command());
        self.ended(most, account)
    }

    /// Waits until it has ended, at most so long, and adds what it told to `account`.
    pub(crate) fn ended(mut self, most: Duration, account: &mut Account) -> (Report, u64) {
        let end = Instant::now() + most;
        while self.child.try_wait().is_ok_and(|status| status.is_none()) {
            if Instant::now() > end {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.reader.join().expect("its lines are read");
        let told = std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner));
        let number = |thread: u64, sequence: u64| self.first + sequence * self.threads + thread;
        for (thread, &upto) in told.emitted.iter().enumerate() {
            (0..upto).for_each(|sequence| account.emitted(number(thread as u64, sequence)));
        }
        for (thread, from, upto) in told.acked {
            (from..upto).for_each(|sequence| account.acked(number(thread, sequence)));
        }
        account.unbalanced.extend(told.unbalanced);
        if told.report.is_there() && !told.report.adds_up() {
            account.unbalanced.push(format!("{:?}", told.report.rows));
        }
        if let Some(first) = told.first_ack {
            account.recovered(first - self.started);
        }
        // What it emitted and had no time to tell of.
        let most = told.emitted.iter().max().copied().unwrap_or(0) + 2 * 64;
        (told.report, number(0, most))
    }
}

/// Reads what the child tells; of a killed one the last line may be a part.
fn read(out: ChildStdout, told: &Mutex<Told>) {
    let mut lines = BufReader::new(out);
    let mut line = String::new();
    while lines.read_line(&mut line).is_ok_and(|read| read > 0) {
        if line.ends_with('\n') {
            take(line.trim_end(), &mut told.lock().unwrap_or_else(PoisonError::into_inner));
        }
        line.clear();
    }
}

fn take(line: &str, told: &mut Told) {
    let words: Vec<_> = line.split(' ').collect();
    let number = |place: usize| words.get(place).and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
    match words[0] {
        "up" => told.up = Some(Instant::now()),
        "paused" => told.paused = true,
        "e" => told.emitted[usize::try_from(number(1)).unwrap_or(0)] = number(2),
        "a" => {
            told.acked.push((number(1), number(2), number(3)));
            told.last_ack = Some(Instant::now());
            told.first_ack = told.first_ack.or(told.last_ack);
        }
        "d" => {
            told.delivered.insert(words.get(1).map(|name| (*name).to_owned()).unwrap_or_default(), number(2));
        }
        "m" => {
            let times = Times { count: number(2), p99: number(4), longest: number(5) };
            told.marks.insert(words.get(1).map(|name| (*name).to_owned()).unwrap_or_default(), times);
        }
        "r" => {
            let pairs = words[2..].iter().filter_map(|pair| pair.split_once('='));
            let row = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            told.report.rows.insert(words[1].to_owned(), row);
        }
        "alarm" => told.alarms.push(Instant::now()),
        "unbalanced" => told.unbalanced.push(line.to_owned()),
        _ => {}
    }
}
