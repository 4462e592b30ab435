//! Files: no room, none that may be opened, and a folder that goes away.

use super::Bench;
use crate::Line;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A file system of its own with so much room.
struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    #[expect(clippy::print_stderr, reason = "what was left out says so")]
    fn mount(at: &'a Path, bytes: u64) -> Option<Self> {
        let size = format!("size={bytes}");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tracework-faults"]).arg(at).output();
        let mounted = mount.is_ok_and(|out| out.status.success());
        if !mounted {
            eprintln!("LEFT OUT: a file system cannot be mounted here");
        }
        mounted.then_some(Self(at))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        // Lazily, since a child that hangs should not hold it.
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

/// No space is left, and then there is some again.
pub(super) fn full(bench: &mut Bench) -> Vec<Line> {
    let room = bench.pick(2 << 20, 16 << 20);
    let at = bench.folder.path().to_owned();
    let Some(_small) = Small::mount(&at, room) else { return Vec::new() };
    let ballast = at.join("ballast");
    std::fs::write(&ballast, vec![0; usize::try_from(room / 4 * 3).unwrap_or(0)]).expect("there is room for it");
    let rate = bench.pick(2_000, 20_000);
    let running = bench.start(rate, &["--most", &(room / 4_096).to_string()]);
    sleep(bench.pick(Duration::from_millis(1_500), Duration::from_secs(20)));
    let stood = running.acked_after(Instant::now(), Duration::from_millis(300)).is_none();
    std::fs::remove_file(&ballast).expect("it is there");
    let mended = Instant::now();
    let recovery = running.acked_after(mended, Duration::from_secs(30));
    bench.account.recovered(recovery.unwrap_or(Duration::from_secs(30)));
    let report = bench.stop(running);
    bench.drain();
    let line = bench.line_with("full_disk", &report).with("room", format_args!("{}MiB", room >> 20));
    vec![
        line.expect(stood, "nothing is acknowledged while there is no space")
            .expect(recovery.is_some(), "it goes on when there is space")
            .expect(bench.account.gone() == 0, "all is delivered"),
    ]
}

/// No further file may be opened, for a while.
pub(super) fn descriptors(bench: &mut Bench) -> Vec<Line> {
    let time = bench.pick(Duration::from_millis(700), Duration::from_secs(30));
    let (mut running, emitted) = bench.begin(2_000);
    running.command("files 3");
    sleep(Duration::from_millis(50));
    if let Some(way) = bench.far.way() {
        // What is open stays so: a connection has to be made anew.
        way.set(tracework_testkit::Way::ResetAfter(0));
    }
    sleep(time);
    running.command("files 1024");
    let mended = Instant::now();
    let recovery = running.acked_after(mended, Duration::from_secs(30));
    bench.account.recovered(recovery.unwrap_or(Duration::from_secs(30)));
    let report = bench.stop(running);
    bench.drain();
    let line = bench.line_with("no_descriptors", &report);
    vec![line.expect(emitted, "it emits").expect(recovery.is_some(), "it goes on when files may be opened again")]
}

/// The log is renamed, and then deleted, while it is written.
pub(super) fn deleted(bench: &mut Bench) -> Vec<Line> {
    let (running, emitted) = bench.begin(2_000);
    let path = bench.folder.path().join("far.jsonl");
    std::fs::rename(&path, path.with_extension("jsonl.1")).expect("it is there");
    sleep(Duration::from_millis(300));
    let renamed = path.exists();
    std::fs::remove_file(&path).expect("it was made again");
    let deleted = Instant::now();
    let again = (0..3_000).any(|_| {
        sleep(Duration::from_millis(1));
        path.exists()
    });
    bench.account.recovered(deleted.elapsed());
    sleep(Duration::from_millis(300));
    let report = bench.stop(running);
    let line = bench.line("deleted").with("in_the_deleted_file", bench.account.lost() + bench.account.gone());
    // What stood in the deleted file is gone with it, and nobody can tell the program so: the line tells how much.
    let mut line = line.expect(emitted && renamed && again, "the file is made again");
    line.broken.retain(|what| what != "what was acknowledged is there");
    vec![line.expect(report.adds_up(), "the ledger adds up")]
}
