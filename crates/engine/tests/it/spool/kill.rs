//! kill -9 at any moment, on the disk of this machine.
//!
//! A child appends numbered records, delivers some, and writes down outside the spool what it was told; it is killed, and
//! the next one goes on with the same spool. `TRACEWORK_SPOOL_KILLS` says how many are killed (20).

use super::support::{Chance, number_of, payload, times};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tracework_core::Timestamp;
use tracework_engine::spool::{self, SpoolEntry, SpoolSettings, SyncPolicy};

const FOLDER: &str = "TRACEWORK_TEST_SPOOL_FOLDER";
const RUN: &str = "TRACEWORK_TEST_SPOOL_RUN";

fn settings(folder: &Path) -> SpoolSettings {
    let every = SyncPolicy::Every(Duration::from_millis(2));
    SpoolSettings::new(folder.join("spool"), "web").max_bytes(8 << 20).segment_bytes(16 << 10).sync(every)
}

/// Writes nine bytes at once: a kill leaves all of them or none.
fn note(log: &mut File, what: u8, number: u64) {
    let mut line = [what; 9];
    line[1..].copy_from_slice(&number.to_le_bytes());
    log.write_all(&line).expect("the log is written");
}

/// What the child does until it is killed.
#[test]
fn child() {
    let (Ok(folder), Ok(run)) = (std::env::var(FOLDER), std::env::var(RUN)) else { return };
    let (folder, run) = (Path::new(&folder), run.parse::<u64>().expect("a number"));
    let mut log = OpenOptions::new().append(true).create(true).open(folder.join("log")).expect("it opens");
    let (mut writer, mut reader) = spool::open(settings(folder), Timestamp(1)).expect("it opens");
    let delivering = std::thread::spawn({
        let mut log = log.try_clone().expect("it opens again");
        move || loop {
            let chunk = reader.read(50, 1 << 20).expect("it can be read");
            assert!(chunk.lost().is_empty(), "{:?}", chunk.lost());
            for record in chunk.iter() {
                note(&mut log, b'd', number_of(record.payload).expect("one that was offered"));
            }
            if let Some(last) = chunk.last() {
                reader.acknowledge(last).expect("the disk is well");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let mut number = run << 32;
    while !delivering.is_finished() {
        let payloads: Vec<_> = (0..20).map(|at| payload(number + at, 100)).collect();
        let entries: Vec<_> = payloads.iter().map(|payload| SpoolEntry { time: Timestamp(1), payload }).collect();
        match writer.append(&entries) {
            Ok(range) => {
                for at in 0..range.end - range.start {
                    note(&mut log, b'a', number + at);
                }
            }
            Err(error) => assert!(error.is_full(), "{error}"),
        }
        number += 20;
        writer.sync_if_due().expect("the disk is well");
    }
}

fn kill_one(folder: &Path, run: u64, after: Duration) {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "spool::kill::child", "--nocapture"]).env(FOLDER, folder).env(RUN, run.to_string());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a child");
    std::thread::sleep(after);
    assert!(child.try_wait().expect("it runs").is_none(), "the child ended by itself in run {run}");
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
}

#[test]
fn nothing_accepted_is_lost_however_often_it_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut chance = Chance(u64::from(std::process::id()));
    let kills = times("TRACEWORK_SPOOL_KILLS", 20);
    for run in 0..kills {
        kill_one(folder.path(), run, Duration::from_millis(30 + chance.below(120)));
    }
    let begun = Instant::now();
    let (writer, mut reader) = spool::open(settings(folder.path()), Timestamp(1)).expect("it opens");
    let opened = begun.elapsed();
    let (mut accepted, mut delivered) = (BTreeSet::new(), BTreeMap::<u64, u64>::new());
    let log = std::fs::read(folder.path().join("log")).expect("the log");
    for line in log.as_chunks::<9>().0 {
        let number = u64::from_le_bytes(line[1..].try_into().expect("eight bytes"));
        if line[0] == b'a' {
            accepted.insert(number);
        } else {
            *delivered.entry(number).or_default() += 1;
        }
    }
    let mut left = 0;
    loop {
        let chunk = reader.read(1000, 1 << 20).expect("it can be read");
        if chunk.is_empty() {
            break;
        }
        left += chunk.len();
        for record in chunk.iter() {
            *delivered.entry(number_of(record.payload).expect("one that was offered")).or_default() += 1;
        }
    }
    let lost: Vec<_> = accepted.iter().filter(|number| !delivered.contains_key(number)).collect();
    let twice: u64 = delivered.values().map(|count| count - 1).sum();
    let health = writer.watch().health();
    let (torn, bad) = (health.torn_bytes, health.quarantined_records);
    let (accepted, delivered) = (accepted.len(), delivered.len());
    let figures = format!(
        "kill9 spool n={kills} accepted={accepted} delivered={delivered} left={left} lost={} dup={twice} torn={torn} \
         last_open={opened:?}",
        lost.len(),
    );
    std::io::stderr().write_all(format!("{figures}\n").as_bytes()).expect("it is told");
    assert!(lost.is_empty() && bad == 0, "{figures}");
    assert!(accepted > 100, "{figures}");
    // One chunk a kill at the most.
    assert!(twice <= 50 * kills, "{figures}");
}
