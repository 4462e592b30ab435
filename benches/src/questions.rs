//! What is asked of every system, by the numbers of the design's table of goals.

use crate::{
    figures::Figures,
    measure::{Measure, Measure::*},
    workload::{Workload, Workload::*},
};

/// One row group of the report: a measure, a workload, and who takes part.
pub struct Question {
    /// P1 to P11, and H1 for requests.
    pub id: &'static str,
    /// What is measured, in words.
    pub title: &'static str,
    /// What tracework is to reach.
    pub goal: &'static str,
    /// What is logged.
    pub workload: Workload,
    /// Said of the workload in a row, where rows would otherwise be the same.
    pub suffix: &'static str,
    /// How it is measured.
    pub measure: Measure,
    /// Another measure whose figures stand in the same rows.
    pub also: Option<Measure>,
    /// The systems that take part, where they are wired.
    pub systems: &'static [&'static str],
    /// Against whom tracework's ratio is taken.
    pub rival: Rival,
    /// Which figure the ratio compares.
    pub figure: Figure,
}

/// The other side of a ratio.
#[derive(Clone, Copy)]
pub enum Rival {
    /// A system in the same question.
    System(&'static str),
    /// The fastest of these in the same question.
    Fastest(&'static [&'static str]),
    /// The same system, asked another way.
    Itself(Measure),
    /// Another system, asked another way.
    Other(&'static str, Measure),
    /// Nobody: the goal is a number.
    Nobody,
}

/// The figure a ratio compares.
#[derive(Clone, Copy)]
pub enum Figure {
    /// Wall time per event.
    Wall,
    /// Processor time per event.
    Cpu,
    /// The caller's median.
    P50,
    /// The caller's 99th of a hundred.
    P99,
    /// Instructions per event.
    Instructions,
}

impl Figure {
    /// This figure of a run.
    pub fn of(self, figures: &Figures) -> Option<f64> {
        match self {
            Self::Wall => figures.wall_ns,
            Self::Cpu => figures.cpu_ns,
            Self::P50 => figures.caller_p50_ns,
            Self::P99 => figures.caller_p99_ns,
            Self::Instructions => figures.instructions,
        }
    }
}

/// The peers that write JSON lines to a file.
const JSON_PEERS: &[&str] = &["fmt-json", "slog-async", "log4rs", "spdlog-rs", "emit-file", "logforth"];
/// Who is measured for one file and four fields.
const ONE_FILE: &[&str] =
    &["fmt-json", "fmt-text", "otel", "visitor", "raw-write", "tracework", "tracework-default", "tracework-plain"];
/// Who is measured on the caller's side.
const CALLERS: &[&str] = &["fmt-json", "visitor", "timer", "tracework"];
/// The same with filters that keep everything.
const FILTERED: &[&str] = &[
    "tracework",
    "tracework-rate",
    "tracework-rate-key",
    "tracework-dedup",
    "tracework-burst",
    "tracework-sample",
    "tracework-recorder",
];
/// The same for events that are written, with every filter off as well.
const COUNTED: &[&str] = &[
    "tracework",
    "tracework-off",
    "tracework-rate",
    "tracework-rate-key",
    "tracework-dedup",
    "tracework-burst",
    "tracework-sample",
    "tracework-recorder",
];
/// Who is measured by requests.
const REQUESTS: &[&str] = &["axum", "axum-fmt", "axum-fmt-ours", "tracework-axum", "tracework-axum-trace"];
/// Who is measured with more threads.
const MANY: &[&str] = &["fmt-json", "visitor", "tracework"];

/// Everything asked, in the order of the report.
pub const QUESTIONS: &[Question] = &[
    Question {
        id: "P1",
        title: "one file, until all is written",
        goal: "≥ 10× faster than fmt-json",
        workload: F4,
        suffix: "",
        measure: Wall,
        also: None,
        systems: ONE_FILE,
        rival: Rival::System("fmt-json"),
        figure: Figure::Wall,
    },
    Question {
        id: "P1",
        title: "one file, within two spans, until all is written",
        goal: "≥ 10× faster than fmt-json",
        workload: F4S2,
        suffix: "",
        measure: Wall,
        also: None,
        systems: ONE_FILE,
        rival: Rival::System("fmt-json"),
        figure: Figure::Wall,
    },
    Question {
        id: "P2",
        title: "one JSON file, every Rust peer",
        goal: "≥ 5× faster than the fastest of them",
        workload: F4,
        suffix: "",
        measure: Wall,
        also: None,
        systems: &["fmt-json", "slog-async", "log4rs", "spdlog-rs", "emit-file", "logforth", "tracework"],
        rival: Rival::Fastest(JSON_PEERS),
        figure: Figure::Wall,
    },
    Question {
        id: "P3",
        title: "JSON file, text file and JSON file",
        goal: "≥ 20× faster than fmt-three",
        workload: F4S2,
        suffix: "",
        measure: Wall,
        also: None,
        systems: &["fmt-three", "tracework-three"],
        rival: Rival::System("fmt-three"),
        figure: Figure::Wall,
    },
    Question {
        id: "P4",
        title: "the caller at 100,000 events a second",
        goal: "p50 ≥ 25× lower than fmt-json, p99 ≤ 3× the visitor's, no system calls",
        workload: F4,
        suffix: "",
        measure: Paced,
        also: Some(Calls),
        systems: CALLERS,
        rival: Rival::System("fmt-json"),
        figure: Figure::P50,
    },
    Question {
        id: "P4b",
        title: "the caller in bursts of 10,000",
        goal: "≤ 3× the visitor: ratio ≥ 0.33",
        workload: F4,
        suffix: "",
        measure: Burst,
        also: None,
        systems: CALLERS,
        rival: Rival::System("visitor"),
        figure: Figure::P50,
    },
    Question {
        id: "P5",
        title: "the caller with four further destinations, in bursts",
        goal: "≤ 15 ns for each",
        workload: F4,
        suffix: "",
        measure: Burst,
        also: None,
        systems: &["tracework", "tracework-five"],
        rival: Rival::Nobody,
        figure: Figure::P50,
    },
    Question {
        id: "P1",
        title: "one file, within two spans, with a filter that keeps everything",
        goal: "none: what asking each filter costs the engine",
        workload: F4S2,
        suffix: " filtered",
        measure: Wall,
        also: None,
        systems: FILTERED,
        rival: Rival::Nobody,
        figure: Figure::Wall,
    },
    Question {
        id: "P4b",
        title: "the caller in bursts of 10,000, within two spans, with a filter that keeps everything",
        goal: "as without",
        workload: F4S2,
        suffix: " filtered",
        measure: Burst,
        also: None,
        systems: FILTERED,
        rival: Rival::Nobody,
        figure: Figure::P50,
    },
    Question {
        id: "P6",
        title: "an event below the level, in instructions",
        goal: "no more than under tracing's own LevelFilter",
        workload: F4,
        suffix: "",
        measure: Instructions,
        also: None,
        systems: &["fmt-static-level", "tracework"],
        rival: Rival::System("fmt-static-level"),
        figure: Figure::Instructions,
    },
    Question {
        id: "P6",
        title: "an event below the level, where filters were taken away again, in instructions",
        goal: "as without",
        workload: F4,
        suffix: " filters off",
        measure: Instructions,
        also: None,
        systems: &["tracework", "tracework-off"],
        rival: Rival::Other("tracework", Instructions),
        figure: Figure::Instructions,
    },
    Question {
        id: "P6",
        title: "an event that is written, with a filter that keeps everything, in instructions",
        goal: "none on the caller; none at all with the filters off",
        workload: F4S2,
        suffix: " filtered",
        measure: CallerInstructions,
        also: Some(ProcessInstructions),
        systems: COUNTED,
        rival: Rival::System("tracework"),
        figure: Figure::Instructions,
    },
    threads(1, " x1 thread"),
    threads(2, " x2 threads"),
    threads(4, " x4 threads"),
    threads(8, " x8 threads"),
    Question {
        id: "P8",
        title: "processor time within two spans",
        goal: "≤ 1/8 of fmt-json (≤ 1/12 without redaction)",
        workload: F4S2,
        suffix: "",
        measure: Wall,
        also: None,
        systems: &["fmt-json", "tracework", "tracework-plain"],
        rival: Rival::System("fmt-json"),
        figure: Figure::Cpu,
    },
    Question {
        id: "P9",
        title: "the caller at 100,000 events a second while a destination stands still",
        goal: "p99 as without, memory within bounds",
        workload: F4,
        suffix: "",
        measure: Stalled,
        also: None,
        systems: &["tracework-stalled-drop", "tracework-stalled-spill", "tracework-stalled-beside"],
        rival: Rival::Other("tracework", Paced),
        figure: Figure::P99,
    },
    Question {
        id: "P10",
        title: "allocations of the caller",
        goal: "none",
        workload: F4,
        suffix: "",
        measure: Allocations,
        also: None,
        systems: &["fmt-json", "visitor", "tracework"],
        rival: Rival::Nobody,
        figure: Figure::P50,
    },
    Question {
        id: "P10",
        title: "allocations of the caller within two spans",
        goal: "none",
        workload: F4S2,
        suffix: "",
        measure: Allocations,
        also: None,
        systems: &["fmt-json", "visitor", "tracework"],
        rival: Rival::Nobody,
        figure: Figure::P50,
    },
    Question {
        id: "P11",
        title: "crates of the default features, and a clean release build",
        goal: "≤ 60 crates, ≤ 25 s on two cores",
        workload: F4,
        suffix: "",
        measure: Weight,
        also: None,
        systems: &["tracework"],
        rival: Rival::Nobody,
        figure: Figure::Wall,
    },
    Question {
        id: "H1",
        title: "a request to axum in this process, one line for each, until all is written",
        goal: "none: what the middleware costs; `axum` is the service without",
        workload: Request,
        suffix: "",
        measure: Wall,
        also: None,
        systems: REQUESTS,
        rival: Rival::System("axum-fmt"),
        figure: Figure::Wall,
    },
    Question {
        id: "H1",
        title: "the thread that serves such requests, in bursts of 10,000",
        goal: "none: what the middleware costs; `axum` is the service without",
        workload: Request,
        suffix: " caller",
        measure: Burst,
        also: Some(Allocations),
        systems: REQUESTS,
        rival: Rival::System("axum-fmt"),
        figure: Figure::P50,
    },
    Question {
        id: "H1",
        title: "the thread that serves such requests, in instructions",
        goal: "none: what the middleware costs; `axum` is the service without",
        workload: Request,
        suffix: " counted",
        measure: CallerInstructions,
        also: None,
        systems: REQUESTS,
        rival: Rival::System("axum-fmt"),
        figure: Figure::Instructions,
    },
];

/// The question about so many threads.
const fn threads(count: u16, suffix: &'static str) -> Question {
    Question {
        id: "P7",
        title: "several threads, one file",
        goal: "≥ 0.9 of one thread's throughput",
        workload: F4,
        suffix,
        measure: Threads(count),
        also: None,
        systems: MANY,
        rival: Rival::Itself(Threads(1)),
        figure: Figure::Wall,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems;

    #[test]
    fn every_rival_is_measured_where_it_is_compared() {
        for question in QUESTIONS {
            let rivals = match &question.rival {
                Rival::System(system) => std::slice::from_ref(system),
                Rival::Fastest(systems) => systems,
                Rival::Itself(_) | Rival::Other(..) | Rival::Nobody => &[],
            };
            for rival in rivals {
                assert!(question.systems.contains(rival), "{} compares with {rival}", question.id);
                assert!(systems::named(rival).is_some(), "{rival} is no system");
            }
        }
    }

    #[test]
    fn no_two_rows_share_number_workload_and_system() {
        let mut seen = std::collections::BTreeSet::new();
        for question in QUESTIONS {
            for system in question.systems {
                let row = (question.id, format!("{}{}", question.workload, question.suffix), system);
                assert!(seen.insert(row.clone()), "{row:?} appears twice");
            }
        }
    }
}
