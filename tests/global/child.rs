//! Starting a child process, and what became of it.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The variable that names the case a child is to run.
const CASE: &str = "TEST_CHILD_CASE";

/// The test that every child runs: nothing, unless it is told a case.
#[test]
fn child() {
    if let Ok(case) = std::env::var(CASE) {
        crate::children::run(&case);
    }
}

/// What became of a child.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) success: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// Asserts that it ended well and printed `line`.
    pub(crate) fn printed(&self, line: &str) {
        assert!(self.success, "it should end well: {self:#?}");
        assert!(self.out.lines().any(|printed| printed.trim() == line), "`{line}` is missing: {self:#?}");
    }

    /// The number after `name=` in what it printed.
    pub(crate) fn number(&self, name: &str) -> u64 {
        let value = self.out.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("`{name}=` is missing: {self:#?}"))
    }
}

/// Runs `case` in a child and waits for it, for a minute at the most.
pub(crate) fn run(case: &str) -> Ended {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(["--exact", "child::child", "--nocapture"]);
    command.env(CASE, case).env("RUST_BACKTRACE", "0").env_remove("RUST_LOG");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a child");
    let end = Instant::now() + Duration::from_secs(60);
    while child.try_wait().expect("it can be waited for").is_none() {
        if Instant::now() > end {
            child.kill().expect("it can be ended");
            let output = child.wait_with_output().expect("it ended");
            panic!("`{case}` hangs: {}", String::from_utf8_lossy(&output.stdout));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ended");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ended { success: status.success(), out: text(stdout), err: text(stderr) }
}
