//! What `tracework pipe` has acknowledged is never lost.

use super::support::{Place, records};
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Child;
use std::time::Duration;

/// A file that cannot be written as long as `blocked` is a file, with a disk buffer.
const BLOCKED: &str = "destinations:\n  app: { type: file, path: blocked/app.jsonl, delivery: at_least_once, \
                       buffer: { disk: 64MiB }, retry: { first: 10ms, max: 20ms } }\n";

/// A file with a disk buffer.
const KEPT: &str =
    "destinations:\n  app: { type: file, path: app.jsonl, delivery: at_least_once, buffer: { disk: 64MiB } }\n";

fn block(place: &Place) {
    std::fs::write(place.path("blocked"), "a file where a folder must be").expect("it can be written");
}

fn ids(place: &Place, file: &str) -> Vec<String> {
    let records = records(&place.path(file));
    records.iter().map(|record| record["fields"]["id"].as_str().expect("it has one").to_owned()).collect()
}

#[test]
fn it_acknowledges_what_is_on_disk_and_an_empty_run_delivers_it() {
    let place = Place::with(BLOCKED);
    block(&place);
    let mut child = place.command(&["pipe", "--config", "app.yml", "--ack"]).spawn().expect("it was built");
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut acks = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let names: Vec<String> = (0..50).map(|number| format!("r{number}")).collect();
    for name in &names {
        writeln!(stdin, "{{\"id\":\"{name}\",\"msg\":\"a\"}}").expect("it reads");
        assert_eq!(acks.next().expect("one comes").expect("it can be read"), *name);
    }
    child.kill().expect("it runs");
    _ = child.wait();
    std::fs::remove_file(place.path("blocked")).expect("it is there");
    let run = place.run(&["pipe", "--config", "app.yml", "--report"], b"");
    assert_eq!(run.code, Some(0), "{}", run.err);
    let row = &run.report()["destinations"]["app"];
    assert_eq!((row["recovered"].as_u64(), row["delivered"].as_u64()), (Some(50), Some(50)), "{}", run.err);
    assert_eq!(ids(&place, "blocked/app.jsonl"), names, "in order, each once");
    let records = records(&place.path("blocked/app.jsonl"));
    let events: BTreeSet<_> = records.iter().map(|record| record["event_id"].as_str().expect("it has one")).collect();
    assert_eq!(events.len(), names.len(), "each has an id of its own");
}

#[test]
fn what_is_left_on_disk_is_no_loss_and_is_told() {
    let place = Place::with(BLOCKED);
    block(&place);
    let run = place.run(&["pipe", "--config", "app.yml", "--timeout", "300ms"], b"one\ntwo\n");
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("2 records wait on disk for `app`"), "{}", run.err);
    let run = place.run(&["pipe", "--config", "app.yml", "--timeout", "300ms", "--report"], b"three\n");
    let row = &run.report()["destinations"]["app"];
    assert_eq!(
        (run.code, row["spooled"].as_u64(), row["pending"].as_u64()),
        (Some(0), Some(3), Some(3)),
        "{}",
        run.err
    );
    assert_eq!(run.report()["lost"], 0);
}

/// Feeds records as fast as they are read, kills the program in the midst of it, and gives the ids that were
/// acknowledged.
fn fed_and_killed(place: &Place, round: usize, after: Duration) -> Vec<String> {
    let mut child = place.command(&["pipe", "--config", "app.yml", "--ack"]).spawn().expect("it was built");
    let mut stdin = child.stdin.take().expect("it is piped");
    let acks = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        // Nobody may wait for it.
        let told = acks.map_while(Result::ok).inspect(|_| _ = begun.send(()));
        told.collect::<Vec<_>>()
    });
    let feeder = std::thread::spawn(move || {
        for number in 0.. {
            if writeln!(stdin, "{{\"id\":\"{round}-{number}\",\"msg\":\"a\"}}").is_err() {
                return;
            }
        }
    });
    // Some are killed as they start. The others are given the time to, which takes long on a busy machine.
    if !round.is_multiple_of(3) {
        has_begun.recv_timeout(Duration::from_secs(30)).expect("the first one is acknowledged");
    }
    std::thread::sleep(after);
    kill(&mut child);
    feeder.join().expect("feeding does not panic");
    reader.join().expect("reading does not panic")
}

fn kill(child: &mut Child) {
    child.kill().expect("it runs");
    _ = child.wait();
}

#[test]
#[expect(clippy::print_stdout, reason = "it tells how much was put at risk")]
fn what_was_acknowledged_survives_every_kill() {
    // The program would read a variable of the name TRACEWORK_.. as its config.
    let rounds = std::env::var("PIPE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let place = Place::with(KEPT);
    let mut acknowledged = BTreeSet::new();
    for round in 0..rounds {
        let after = Duration::from_millis(40 + round as u64 * 37 % 200);
        acknowledged.extend(fed_and_killed(&place, round, after));
    }
    let run = place.run(&["pipe", "--config", "app.yml"], b"");
    assert_eq!(run.code, Some(0), "{}", run.err);
    // A kill may leave half a line at the end of what a run wrote; it is not delivered, and comes again whole.
    let text = std::fs::read_to_string(place.path("app.jsonl")).expect("it is there");
    let lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let there: BTreeSet<String> =
        lines.map(|record| record["fields"]["id"].as_str().expect("it has one").to_owned()).collect();
    let lost: Vec<_> = acknowledged.difference(&there).collect();
    println!("kills {rounds}, acknowledged {}, lost {}", acknowledged.len(), lost.len());
    assert!(acknowledged.len() > rounds, "something was acknowledged: {}", acknowledged.len());
    assert!(lost.is_empty(), "{} of {} are lost: {lost:?}", lost.len(), acknowledged.len());
}
