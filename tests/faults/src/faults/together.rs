//! Many destinations at once under one load, and two of them dead.

use super::Bench;
use crate::far::{FarEnd, far_ends};
use crate::running::{Running, Setting};
use crate::{Account, Level, Line};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tracework_testkit::Way;

/// Destinations at once; what there are too few kinds of is made up by files.
const MANY: usize = 10;

/// A destination of the run.
struct One {
    name: String,
    far: Box<dyn FarEnd>,
    dead: bool,
    _folder: TempDir,
}

/// The time that each living destination needs for the same load, with all ten alive and with two of them dead.
pub(super) fn together(bench: &mut Bench) -> Vec<Line> {
    let most = bench.pick(2_000, 250_000);
    let rate = bench.pick(4_000, 20_000);
    let alive = run(bench, &mut begin(false), (rate, most));
    let mut all = begin(true);
    let (dead, living): (Vec<_>, Vec<_>) =
        all.iter().map(|one| (one.name.clone(), one.dead)).partition(|(_, dead)| *dead);
    let beside = run(bench, &mut all, (rate, most));
    let names = |some: &[(String, bool)]| some.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join("+");
    let line = beside.line.clone().with("dead", names(&dead));
    let mut line = line.with("p99_alive", &alive.p99).with("p99", &beside.p99);
    let mut worst = 0.0_f64;
    for (name, _) in &living {
        let [before, after] = [&alive, &beside].map(|run| run.times.get(name).copied());
        let text =
            |time: Option<Duration>| time.map_or("never".to_owned(), |time| format!("{:.2}s", time.as_secs_f64()));
        line = line.with(name, format_args!("{}→{}", text(before), text(after)));
        let ratio = before.zip(after).map(|(before, after)| after.as_secs_f64() / before.as_secs_f64());
        line = line.expect(ratio.is_some(), &format!("{name} delivers everything"));
        worst = worst.max(ratio.unwrap_or(f64::INFINITY));
    }
    // A machine that others use too is not even with itself; what a dead neighbour holds up stands still for seconds.
    vec![line.with("slowest_ratio", format_args!("{worst:.2}")).expect(worst < 2.0, "the living are not slowed")]
}

/// Ten destinations, each with a far end of its own; two of those with a server may be dead.
fn begin(some_dead: bool) -> Vec<One> {
    let mut all: Vec<One> = Vec::new();
    for (name, start) in far_ends().iter().cycle().take(2 * MANY) {
        let again = all.iter().any(|one| one.name == *name);
        if all.len() >= MANY || again && *name != "file" {
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let Some(far) = start(folder.path()) else { continue };
        let name = if again { format!("file_{}", all.len()) } else { (*name).to_owned() };
        all.push(One { name, far, dead: false, _folder: folder });
    }
    while all.len() < MANY {
        let folder = tempfile::tempdir().expect("a folder");
        let (_, start) = far_ends()[0];
        let far = start(folder.path()).expect("a file needs no server");
        all.push(One { name: format!("file_{}", all.len()), far, dead: false, _folder: folder });
    }
    let servers = all.iter_mut().filter(|one| one.far.way().is_some());
    for one in servers.take(if some_dead { 2 } else { 0 }) {
        one.dead = true;
        one.far.way().expect("it has one").set(Way::Down);
    }
    all
}

/// What a run showed.
struct Run {
    line: Line,
    times: BTreeMap<String, Duration>,
    p99: String,
}

/// Emits so many records of each of four threads, and waits until those that live have them all.
fn run(bench: &Bench, all: &mut [One], (rate, most): (u64, u64)) -> Run {
    let folder = bench.folder.path().to_owned();
    let mut text = format!("service: faults\ndirectory: {}\nlevel: INFO\ndestinations:\n", folder.display());
    for One { name, far, .. } in all.iter() {
        let keys = far.config();
        // Writing to a text does not fail.
        let _ = write!(
            text,
            "  {name}:\n{keys}    buffer: {{ memory: 32MiB, when_full: drop_newest }}\n    retry: {{ max: 500ms }}\n"
        );
    }
    std::fs::write(folder.join("config.yml"), text).expect("the config is written");
    let arguments = ["--progress", "--most", &most.to_string()].map(str::to_owned).to_vec();
    let mut running = Running::start(&Setting { program: bench.program(), folder, threads: 4, rate, arguments }, 0);
    assert!(running.is_up(), "the child does not start: {}", bench.errors());
    let (started, wanted) = (Instant::now(), 4 * most);
    let mut times = BTreeMap::new();
    let limit = Duration::from_secs_f64(wanted as f64 / rate as f64 * 4.0 + 20.0);
    let living: Vec<_> = all.iter().filter(|one| !one.dead).map(|one| one.name.clone()).collect();
    while times.len() < living.len() && started.elapsed() < limit {
        let late = living.iter().filter(|name| !times.contains_key(*name) && running.delivered(name) >= wanted);
        let late: Vec<_> = late.cloned().collect();
        times.extend(late.into_iter().map(|name| (name, started.elapsed())));
        std::thread::sleep(Duration::from_millis(5));
    }
    let p99 = format!("{:.1}µs", running.mark("all").p99 as f64 / 1_000.0);
    let mut account = Account::default();
    let (report, _) = running.stop(Duration::from_secs(3), &mut account);
    // The line counts what arrived at all of the living, together.
    let mut line = Line::of("together", "all", Level::BestEffort, &account);
    line.gone = 0;
    for one in all.iter_mut().filter(|one| !one.dead) {
        let mut account = Account::default();
        one.far.numbers().into_iter().for_each(|number| account.arrived(number));
        (line.delivered, line.duplicates) =
            (line.delivered + account.delivered(), line.duplicates + account.duplicates());
        let lost = wanted - account.delivered().min(wanted);
        let told = report.figure(&one.name, "dropped") + report.figure(&one.name, "pending");
        line.gone += lost;
        line = line.expect(lost <= told || !one.far.confirms(), &format!("{} tells its losses", one.name));
    }
    Run { line, times, p99 }
}
