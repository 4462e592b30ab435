//! Lines through the program, and what it reports.

use serde_json::Value;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

/// What the program reported.
pub(super) struct Piped {
    report: Value,
    /// The most memory that it held at once, in bytes.
    pub(super) memory: u64,
    /// What it said behind the report.
    pub(super) told: String,
}

/// A destination's row of the report.
pub(super) struct Reported {
    pub(super) accepted: u64,
    pub(super) delivered: u64,
    /// From the start of the program until nothing waited for it.
    pub(super) seconds: f64,
}

impl Piped {
    pub(super) fn row(&self, name: &str) -> Reported {
        let row = &self.report["destinations"][name];
        let figure = |name: &str| row[name].as_u64().unwrap_or(0);
        Reported {
            accepted: figure("accepted"),
            delivered: figure("delivered"),
            seconds: row["seconds"].as_f64().unwrap_or(f64::NAN),
        }
    }
}

/// Pipes so many lines through the program.
pub(super) fn run(program: &Path, config: &Path, lines: u64) -> Result<Piped, String> {
    let mut command = Command::new(program);
    command.args(["pipe", "--report", "--config"]).arg(config);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let (stdin, mut stderr) = (child.stdin.take().expect("it is piped"), child.stderr.take().expect("it is piped"));
    let feeder = std::thread::spawn(move || feed(stdin, lines));
    let mut said = String::new();
    stderr.read_to_string(&mut said).map_err(|error| format!("what it says cannot be read: {error}"))?;
    child.wait().map_err(|error| format!("it does not end: {error}"))?;
    // It may have refused the config without reading a line; then it says so.
    let fed = feeder.join().expect("feeding does not panic");
    let (mut reports, told): (Vec<_>, Vec<_>) = said.lines().partition(|line| line.starts_with("{\"accepted\""));
    let report = reports.pop().ok_or_else(|| format!("it reports nothing: {said}"))?;
    fed.map_err(|error| format!("it does not take the lines: {error}: {said}"))?;
    let report: Value = serde_json::from_str(report).map_err(|error| format!("{error}: {report}"))?;
    let memory = report["peak_rss_bytes"].as_u64().unwrap_or(0);
    Ok(Piped { report, memory, told: told.join("\n") })
}

/// Writes the lines: an order of a shop each, and its number as the far ends look for it.
fn feed(stdin: ChildStdin, lines: u64) -> std::io::Result<()> {
    let mut out = BufWriter::new(stdin);
    for number in 0..lines {
        writeln!(
            out,
            "{{\"level\":\"info\",\"target\":\"shop::orders\",\"message\":\"order #{number}; paid\",\"user_id\":\"user-{}\",\
             \"amount\":{}.5,\"items\":{}}}",
            number % 1_000,
            number % 977,
            number % 7
        )?;
    }
    out.flush()
}
