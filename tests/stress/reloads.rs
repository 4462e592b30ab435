//! Configs that change under full load, and how soon a saved change holds.

use crate::{resident, setting};
use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tracework::Health;
use tracework::config::{ConfigSource, Environment, Reloader, WatchSettings};
use tracework::prelude::*;
use tracework::registry::standard;
use tracing_subscriber::registry;

const THREADS: u64 = 4;

/// One that stays, one on the same file with other settings each time, one that is there every other time, and one whose
/// level, format and queue change in place.
fn config(folder: &Path, round: u64) -> String {
    let folder = folder.display();
    // More than is ever written: it is never rotated.
    let size = 1 << 40 | round;
    let queue = "buffer: { memory: 2MiB, when_full: block }, format: { type: pattern, pattern: \"{message}\" }";
    let level = if round.is_multiple_of(2) { "INFO" } else { "DEBUG" };
    let mut text = format!(
        "destinations:
  kept: {{ type: file, path: {folder}/kept.log, {queue} }}
  turns: {{ type: file, path: {folder}/turns.log, rotate: {{ size: {size} }}, sharing: exclusive, {queue} }}
  place: {{ type: file, path: {folder}/place.log, level: {level}, {} }}
",
        queue.replace("2MiB", &format!("{}KiB", 1024 + round % 7)).replace("{message}", "{message} "),
    );
    if round.is_multiple_of(2) {
        text += &format!("  comes: {{ type: file, path: {folder}/comes.log, {queue} }}\n");
    }
    text
}

/// Descriptors, threads and bytes of memory of this process, where the system tells.
fn resources() -> (usize, usize, u64) {
    let count = |folder: &str| std::fs::read_dir(folder).map_or(0, Iterator::count);
    (count("/proc/self/fd"), count("/proc/self/task"), resident())
}

/// The lines of a file. Each thread's numbers must be there once and, if `whole`, all; how many are not in order is told.
fn lines(path: &Path, whole: bool) -> (u64, u64) {
    let text = std::fs::read_to_string(path).expect("it was written");
    assert!(text.is_empty() || text.ends_with('\n'), "a torn line");
    let mut seen = vec![Vec::<u64>::new(); usize::try_from(THREADS).expect("a small number")];
    for line in text.lines() {
        let parts =
            line.trim_end().split_once(' ').and_then(|(thread, n)| Some((thread.parse().ok()?, n.parse().ok()?)));
        let (thread, number): (usize, u64) = parts.unwrap_or_else(|| panic!("a torn line: {line:?}"));
        seen[thread].push(number);
    }
    let mut out_of_order = 0;
    for numbers in &mut seen {
        out_of_order += numbers.windows(2).filter(|pair| pair[0] >= pair[1]).count() as u64;
        numbers.sort_unstable();
        let once = numbers.windows(2).all(|pair| pair[0] < pair[1]);
        let all = !whole || numbers.last().is_none_or(|last| last + 1 == numbers.len() as u64);
        assert!(once && all, "{}: once={once} all={all}", path.display());
    }
    (text.lines().count() as u64, out_of_order)
}

/// Emits until it is told to stop; gives how many events.
fn emit(thread: u64, dispatch: &tracing::Dispatch, stop: &AtomicBool) -> u64 {
    let one = |n: &u64| {
        info!("{thread} {n}");
        if cfg!(debug_assertions) {
            // What is not optimised would be busy with nothing but this.
            std::thread::sleep(Duration::from_micros(100));
        }
    };
    let numbers = || (0..).take_while(|_| !stop.load(Ordering::Relaxed));
    tracing::dispatcher::with_default(dispatch, || numbers().inspect(one).count() as u64)
}

/// Every event is in the ledger of every destination, and in its files.
fn check(health: &Health, folder: &Path, emitted: u64) {
    assert_eq!((health.buffer.accepted, health.buffer.delivered), (emitted, emitted));
    for name in ["kept", "turns", "place", "comes"] {
        let rows = health.destinations.get(name).map(|now| &now.ledger).into_iter().chain(health.closed.get(name));
        let (balance, delivered) =
            rows.fold((true, 0), |(good, sum), row| (good && row.balances(), sum + row.delivered));
        let (written, out_of_order) = lines(&folder.join(format!("{name}.log")), name != "comes");
        println!("reloads: {name}: lines={written} out_of_order={out_of_order}");
        assert!(balance && written == delivered, "{name}: {written} lines, {delivered} in the ledger");
        assert_eq!(out_of_order, 0, "{name}: each thread's order is kept");
        assert!(name == "comes" || written == emitted, "{name}: {written} of {emitted}");
    }
}

/// A pipeline of the config in `folder`, and what reads that again.
fn follow(folder: &Path) -> Reloader {
    let file = folder.join("app.yml");
    std::fs::write(&file, config(folder, 0)).expect("written");
    let source = ConfigSource::file(&file).environment(Environment::none());
    let control = Control::new();
    source.read(&standard()).expect("it is right").apply(&control).expect("it starts");
    Reloader::new(&control, source, standard())
}

#[test]
fn a_thousand_reloads_under_full_load_lose_nothing_and_leak_nothing() {
    let _alone = crate::ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let rounds = setting("TRACEWORK_STRESS_RELOADS", 100);
    let folder = tempfile::tempdir().expect("a folder");
    let reloader = follow(folder.path());
    let control = reloader.control();
    let dispatch = tracing::Dispatch::new(registry().with(DestinationLayer::new(control)));
    let (stop, begun) = (AtomicBool::new(false), Instant::now());
    let (mut before, mut slowest) = (resources(), Duration::ZERO);
    let emitted: u64 = std::thread::scope(|scope| {
        let (dispatch, stop) = (&dispatch, &stop);
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || emit(thread, dispatch, stop))).collect();
        for round in 1..=rounds {
            std::fs::write(folder.path().join("app.yml"), config(folder.path(), round)).expect("written");
            let report = reloader.reload().unwrap_or_else(|error| panic!("round {round}: {error}"));
            assert_eq!((report.kept.len(), report.replaced.len(), report.changed.len()), (1, 1, 1), "{report:?}");
            slowest = slowest.max(report.took);
            if round == rounds / 2 {
                // By now everything that is kept for use again has been used once.
                before = resources();
            }
        }
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().map(|thread| thread.join().expect("it emits")).sum()
    });
    let took = begun.elapsed();
    let report = control.flush(Duration::from_secs(120));
    while !control.health().closing.is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let after = resources();
    println!(
        "reloads: rounds={rounds} events={emitted} in {took:?} slowest_swap={slowest:?}\n\
         reloads: descriptors, threads ({THREADS} of them emit), resident bytes: {before:?} then {after:?}"
    );
    assert_eq!((report.pending, report.lost), (0, 0));
    check(&control.health(), folder.path(), emitted);
    // Those that emitted are gone, and the file `comes` may be open now or then.
    assert!(after.0 <= before.0 + 2 && after.1 <= before.1, "{before:?} then {after:?}");
    assert!(after.2 < before.2 + (24 << 20), "{before:?} then {after:?}");
}

#[test]
fn a_saved_change_holds_within_a_second() {
    let _alone = crate::ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let saves = usize::try_from(setting("TRACEWORK_STRESS_SAVES", 20)).expect("a small number");
    let folder = tempfile::tempdir().expect("a folder");
    let (file, new) = (folder.path().join("app.yml"), folder.path().join("app.yml.new"));
    let reloader = follow(folder.path());
    let control = reloader.control();
    for (told, events) in [("told by the system", true), ("looked at", false)] {
        let _watch = reloader.watch(WatchSettings::default().events(events)).expect("a thread");
        let mut times: Vec<_> = (0..saves)
            .map(|save| {
                let levels = [Severity::ERROR, Severity::WARNING];
                let level = levels[save % 2];
                std::fs::write(&new, format!("level: {level}\n{}", config(folder.path(), 0))).expect("written");
                let saved = Instant::now();
                std::fs::rename(&new, &file).expect("saved");
                while control.plan().spec().level.least() != Some(level) {
                    assert!(saved.elapsed() < Duration::from_secs(30), "it has no effect");
                    std::thread::sleep(Duration::from_millis(1));
                }
                let took = saved.elapsed();
                // Saves do not come in step with looking.
                std::thread::sleep(Duration::from_millis(7 + 13 * (save as u64 % 11)));
                took
            })
            .collect();
        times.sort_unstable();
        let [half, most] = [saves / 2, saves * 99 / 100].map(|place| times[place.min(saves - 1)]);
        println!("saves: {told}: saves={saves} p50={half:?} p99={most:?}");
        assert!(half < Duration::from_secs(1), "{half:?}");
    }
}
