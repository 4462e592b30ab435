//! The disk buffer: its folder goes away, may not be written, or is another's already.

use super::Bench;
use crate::Line;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The folder is deleted while it is written.
pub(super) fn deleted(bench: &mut Bench) -> Vec<Line> {
    let (running, emitted) = bench.begin(2_000);
    std::fs::remove_dir_all(bench.folder.path().join("spool/far")).expect("it is there");
    sleep(bench.pick(Duration::from_millis(500), Duration::from_secs(10)));
    vec![after(bench, running, "spool_deleted").expect(emitted, "it emits")]
}

/// A folder that is mounted over itself, to be read only.
struct ReadOnly<'a>(&'a Path);

impl<'a> ReadOnly<'a> {
    #[expect(clippy::print_stderr, reason = "what was left out says so")]
    fn mount(at: &'a Path) -> Option<Self> {
        let mount = |arguments: &[&str]| {
            let out = Command::new("mount").args(arguments).arg(at).stderr(Stdio::null()).status();
            out.is_ok_and(|status| status.success())
        };
        let text = at.display().to_string();
        if !mount(&["--bind", &text]) {
            eprintln!("LEFT OUT: a file system cannot be mounted here");
            return None;
        }
        let mounted = Self(at);
        mount(&["-o", "remount,bind,ro"]).then_some(mounted)
    }
}

impl Drop for ReadOnly<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

/// Nothing can be made or opened to be written in the folder, for a while.
pub(super) fn read_only(bench: &mut Bench) -> Vec<Line> {
    // Small, so that a new segment is due soon.
    bench.buffer = Some("{ memory: 4MiB, disk: 256KiB }");
    let (running, emitted) = bench.begin(2_000);
    let folder = bench.folder.path().join("spool/far");
    let Some(mounted) = ReadOnly::mount(&folder) else {
        bench.stop(running);
        return Vec::new();
    };
    sleep(bench.pick(Duration::from_millis(1_500), Duration::from_secs(30)));
    let stood = running.acked_after(Instant::now(), Duration::from_millis(300)).is_none();
    drop(mounted);
    let line = after(bench, running, "spool_read_only");
    vec![line.expect(emitted, "it emits").expect(stood, "nothing is acknowledged while it cannot be written")]
}

/// Waits for the first acknowledgement from now on, and compares.
fn after(bench: &mut Bench, running: crate::Running, name: &str) -> Line {
    let mended = Instant::now();
    let recovery = running.acked_after(mended, Duration::from_secs(30));
    bench.account.recovered(recovery.unwrap_or(Duration::from_secs(30)));
    let report = bench.stop(running);
    bench.drain();
    let line = bench.line_with(name, &report);
    let well = bench.account.gone() == 0;
    line.expect(recovery.is_some(), "it goes on").expect(well, "all is delivered")
}

/// A second process with the same config is refused, and the first goes on.
pub(super) fn two_processes(bench: &mut Bench) -> Vec<Line> {
    let (running, emitted) = bench.begin(2_000);
    let mut second = Command::new(bench.program());
    second.arg("child").arg(bench.folder.path().join("config.yml")).args(["--most", "0"]).stdin(Stdio::null());
    let output = second.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let refused = !output.status.success() && said.contains("spool/far");
    let line = after(bench, running, "two_processes");
    vec![line.expect(emitted, "it emits").expect(refused, &format!("the second is refused, and told why: {said}"))]
}
