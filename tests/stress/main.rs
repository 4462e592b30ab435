//! Load: many threads while the plan changes, and a destination that stalls. Short by default; `scripts/stress` runs the
//! long versions in a release build. Each prints its figures.
#![expect(clippy::print_stdout, reason = "the figures are the point")]

mod changes;
mod counting;
mod paced;
mod reloads;
mod stall;

/// A number from the environment, for the long versions.
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Bytes of memory that this process has in use, where the system tells.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}

/// Both measure the whole process: one after the other.
static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
