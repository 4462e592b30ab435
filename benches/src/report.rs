//! The rows, as a table for people and as JSON lines for programs.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write},
    process::Command,
    thread,
};

use anyhow::Result;
use serde::Serialize;

use crate::{
    figures::Figures,
    questions::{QUESTIONS, Question, Rival},
    run::{Cell, Effort, Results},
    systems,
};

/// The machine the figures are from.
#[derive(Serialize)]
pub struct Machine {
    /// The processor's own name.
    cpu: String,
    /// Cores this process may use.
    cores: usize,
    /// System and release.
    kernel: String,
    /// The compiler.
    rustc: String,
    /// The folder the files were in.
    files: String,
}

impl Machine {
    /// What the system says about itself.
    fn here(effort: &Effort) -> Self {
        Self {
            cpu: fs::read_to_string("/proc/cpuinfo")
                .ok()
                .and_then(|text| {
                    let line = text.lines().find(|line| line.starts_with("model name"))?;
                    line.split_once(':').map(|(_, name)| name.trim().to_owned())
                })
                .unwrap_or_else(|| said("sysctl", &["-n", "machdep.cpu.brand_string"])),
            cores: thread::available_parallelism().map_or(1, usize::from),
            kernel: said("uname", &["-sr"]),
            rustc: said("rustc", &["--version"]),
            files: effort.dir.display().to_string(),
        }
    }
}

/// The first line a program prints.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").to_owned()
}

/// One row of the report.
#[derive(Serialize)]
pub struct Row {
    /// P1 to P11, and H1 for requests.
    id: &'static str,
    /// What was logged, and how.
    workload: String,
    /// Who.
    system: String,
    /// What was measured.
    #[serde(flatten)]
    figures: Figures,
    /// The rival's figure divided by ours; above one, we are better.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
}

/// The rows of a question whose systems were measured.
fn rows(question: &Question, results: &Results) -> Vec<Row> {
    let mut rows: Vec<Row> = question
        .systems
        .iter()
        .filter_map(|&system| {
            let cell = Cell { measure: question.measure, workload: question.workload, system };
            let mut figures = results.figures.get(&cell)?.clone();
            if let Some(also) = question.also.and_then(|measure| results.figures.get(&Cell { measure, ..cell })) {
                figures.fill(also);
            }
            let ours = systems::named(system).is_some_and(systems::System::is_ours);
            let ratio = if ours { ratio(question, cell, &figures, results) } else { None };
            let workload = format!("{}{}", question.workload, question.suffix);
            Some(Row { id: question.id, workload, system: system.to_owned(), figures, ratio })
        })
        .collect();
    if question.id == "P5" {
        rows.extend(each_further(&rows));
    }
    rows
}

/// What the goal's rival took, divided by what we took.
fn ratio(question: &Question, cell: Cell, ours: &Figures, results: &Results) -> Option<f64> {
    let figure = |cell: Cell| question.figure.of(results.figures.get(&cell)?);
    let rival = match question.rival {
        Rival::System(system) => figure(Cell { system, ..cell }),
        Rival::Fastest(systems) => {
            systems.iter().filter_map(|system| figure(Cell { system, ..cell })).min_by(f64::total_cmp)
        }
        Rival::Itself(measure) => figure(Cell { measure, ..cell }),
        Rival::Other(system, measure) => figure(Cell { system, measure, ..cell }),
        Rival::Nobody => None,
    };
    Some(rival? / question.figure.of(ours)?)
}

/// The cost of each of the four further destinations.
fn each_further(rows: &[Row]) -> Option<Row> {
    let [one, five] = rows else { return None };
    let each = (five.figures.caller_p50_ns? - one.figures.caller_p50_ns?) / 4.0;
    let figures = Figures { caller_p50_ns: Some(each), ..Figures::default() };
    let (workload, system) = (one.workload.clone(), "tracework, each further".to_owned());
    Some(Row { id: one.id, workload, system, figures, ratio: None })
}

/// Prints one JSON object for the machine, and one a row.
pub fn json(results: &Results, effort: &Effort, out: &mut impl Write) -> Result<()> {
    writeln!(out, "{}", serde_json::json!({ "machine": Machine::here(effort) }))?;
    for question in QUESTIONS.iter().filter(|question| effort.wants(question.id)) {
        for row in rows(question, results) {
            writeln!(out, "{}", serde_json::to_string(&row)?)?;
        }
    }
    Ok(())
}

/// Prints the table.
pub fn text(results: &Results, effort: &Effort, out: &mut impl Write) -> Result<()> {
    let Machine { cpu, cores, kernel, rustc, files } = Machine::here(effort);
    writeln!(out, "{cpu}, {cores} cores, {kernel}, {rustc}, files in {files}")?;
    writeln!(out, "times in ns per event, medians; ratio: the rival the goal names ÷ tracework, higher is better")?;
    for question in QUESTIONS.iter().filter(|question| effort.wants(question.id)) {
        let rows = rows(question, results);
        if rows.is_empty() {
            writeln!(out, "\n{} {}: nobody to measure yet", question.id, question.title)?;
        } else {
            section(question, &rows, out)?;
        }
    }
    legend(out)?;
    for failure in &results.failures {
        writeln!(out, "failed: {failure}")?;
    }
    Ok(())
}

/// One question's part of the table.
fn section(question: &Question, rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{} {}{}: {}", question.id, question.workload, question.suffix, question.title)?;
    writeln!(out, "   goal: {}", question.goal)?;
    let names = ["system", "wall", "cpu", "p50", "p99", "ratio"];
    let [system, wall, cpu, p50, p99, ratio] = names;
    writeln!(out, "   {system:<24}{wall:>10}{cpu:>10}{p50:>10}{p99:>10}{ratio:>8}")?;
    for row in rows {
        let figures = &row.figures;
        let times = [figures.wall_ns, figures.cpu_ns, figures.caller_p50_ns, figures.caller_p99_ns];
        let times = times.iter().fold(String::new(), |mut line, time| {
            // Writing to a string cannot fail.
            let _ = write!(line, "{:>10}", number(*time));
            line
        });
        let ratio = row.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        writeln!(out, "   {:<24}{times}{ratio:>8}  {}", row.system, counts(figures))?;
    }
    Ok(())
}

/// A time, as exact as it deserves.
fn number(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(value) if value.abs() < 100.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.0}"),
    }
}

/// The figures that are no times, in words.
fn counts(figures: &Figures) -> String {
    let words = [
        (figures.instructions, "instructions"),
        (figures.process_instructions, "of all threads"),
        (figures.caller_syscalls, "system calls"),
        (figures.caller_allocations, "allocations"),
        (figures.bytes, "bytes"),
        (figures.crates, "crates"),
        (figures.build_s, "s to build"),
    ];
    let words = words.into_iter().filter_map(|(value, unit)| Some(format!("{} {unit}", trimmed(value?))));
    words.collect::<Vec<_>>().join(", ")
}

/// A count without needless digits.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Who is who.
fn legend(out: &mut impl Write) -> io::Result<()> {
    writeln!(out)?;
    for system in systems::all() {
        writeln!(out, "   {:<24}{}", system.name, system.about)?;
    }
    Ok(())
}
