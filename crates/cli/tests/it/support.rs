//! Running the program.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder with a config in it.
pub(crate) struct Place(TempDir);

/// What a run of the program left.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A file that gets everything, as JSON.
pub(crate) const APP: &str = "level: TRACE\ndestinations:\n  app: { type: file, path: app.jsonl }\n";

impl Place {
    pub(crate) fn with(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is a folder for temporary files");
        std::fs::write(folder.path().join("app.yml"), config).expect("it can be written");
        Self(folder)
    }

    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().expect("there is a folder for temporary files"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tracework"));
        command.args(arguments).current_dir(self.0.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut child = self.command(arguments).spawn().expect("the program was built");
        let mut stdin = child.stdin.take().expect("it is piped");
        let input = input.to_vec();
        // A program that misuses its arguments does not read.
        let writer = std::thread::spawn(move || _ = stdin.write_all(&input));
        let output = child.wait_with_output().expect("it ends");
        writer.join().expect("writing does not panic");
        Run::of(&output)
    }

    /// Pipes `input` through, and gives the records of `app.jsonl`.
    pub(crate) fn pipe(&self, more: &[&str], input: &[u8]) -> (Run, Vec<serde_json::Value>) {
        let run = self.run(&[&["pipe", "--config", "app.yml"], more].concat(), input);
        let records = records(&self.path("app.jsonl"));
        (run, records)
    }
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// The last line of standard error as JSON.
    pub(crate) fn report(&self) -> serde_json::Value {
        let line = self.err.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {}", self.err))
    }
}

pub(crate) fn records(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}
