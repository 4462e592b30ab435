//! What one child measured, and the median of several.

use serde::{Deserialize, Serialize};

/// The figures of one run, or their medians over several; absent where the measure does not give them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// Wall time per event, until every line is in the file and the system is shut down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wall_ns: Option<f64>,
    /// The caller's time per event: the median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_p50_ns: Option<f64>,
    /// The caller's time per event: the 99th of a hundred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_p99_ns: Option<f64>,
    /// User and system time of the whole process per event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_ns: Option<f64>,
    /// System calls of the calling thread per event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_syscalls: Option<f64>,
    /// Allocations of the calling thread per event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_allocations: Option<f64>,
    /// Instructions per event on the calling thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<f64>,
    /// Instructions per event of all threads together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process_instructions: Option<f64>,
    /// Bytes written per event, all files together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<f64>,
    /// The largest resident size of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_rss_bytes: Option<f64>,
    /// Crates in the dependency tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crates: Option<f64>,
    /// Seconds of a clean release build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_s: Option<f64>,
}

impl Figures {
    /// The median of each figure by itself.
    pub fn medians(runs: &[Self]) -> Self {
        let median = |figure: fn(&Self) -> Option<f64>| {
            let mut values: Vec<f64> = runs.iter().filter_map(figure).collect();
            median(&mut values)
        };
        Self {
            wall_ns: median(|f| f.wall_ns),
            caller_p50_ns: median(|f| f.caller_p50_ns),
            caller_p99_ns: median(|f| f.caller_p99_ns),
            cpu_ns: median(|f| f.cpu_ns),
            caller_syscalls: median(|f| f.caller_syscalls),
            caller_allocations: median(|f| f.caller_allocations),
            instructions: median(|f| f.instructions),
            process_instructions: median(|f| f.process_instructions),
            bytes: median(|f| f.bytes),
            peak_rss_bytes: median(|f| f.peak_rss_bytes),
            crates: median(|f| f.crates),
            build_s: median(|f| f.build_s),
        }
    }

    /// Takes from `other` the counts that these have not.
    pub fn fill(&mut self, other: &Self) {
        self.caller_syscalls = self.caller_syscalls.or(other.caller_syscalls);
        self.caller_allocations = self.caller_allocations.or(other.caller_allocations);
        self.instructions = self.instructions.or(other.instructions);
        self.process_instructions = self.process_instructions.or(other.process_instructions);
    }
}

/// The middle value, or the mean of the two in the middle; nothing of nothing.
pub fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let (below, above) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some(f64::midpoint(*values.get(below)?, *values.get(above)?))
}

/// The value that `share` of the sorted values do not exceed.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index below the length")]
    let index = ((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1).min(last);
    sorted.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&mut [9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&mut []), None);
    }

    #[test]
    fn the_99th_of_a_hundred_leaves_one_above() {
        let sorted: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(quantile(&sorted, 0.99), Some(99.0));
        assert_eq!(quantile(&sorted, 0.5), Some(50.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn an_absent_figure_stays_absent() {
        let runs = [Figures { wall_ns: Some(2.0), ..Figures::default() }, Figures::default()];
        let all = Figures::medians(&runs);
        assert_eq!((all.wall_ns, all.cpu_ns), (Some(2.0), None));
    }
}
