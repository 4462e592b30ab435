//! What was measured, in text.

use std::fs;

use crate::Effort;
use crate::contest::{Results, Way};
use crate::spooled::Spooled;

/// The machine, and how much was measured.
pub fn machine(effort: &Effort) {
    let of = |path: &str, key: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
        line.split_once(':').map_or(line.clone(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{}, {cores} cores, Linux {}", of("/proc/cpuinfo", "model name"), of("/proc/sys/kernel/osrelease", ""));
    println!(
        "{} records a run, medians of {} rounds that take turns, records per second",
        effort.records, effort.rounds
    );
}

/// What was measured at a server: ratios are to the quickest rival, round by round.
pub fn server(name: &str, effort: &Effort, results: &Results) {
    let (records, bytes) = results.batch;
    println!("\n{name}: {}", results.about);
    let line = if bytes == 0 { String::new() } else { format!(" of {bytes} bytes") };
    println!(
        "   batches of {records} records{line}; the pipeline made {}, in the end {} at once",
        results.batches, results.at_once
    );
    let medians: Vec<f64> = results.ways.iter().map(|way| median(&way.rates)).collect();
    let is_ours = |way: &Way| way.name.starts_with("tracework");
    let rivals = results.ways.iter().zip(&medians).filter(|(way, _)| !is_ours(way));
    let best = rivals.max_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(way, _)| way);
    for (way, median) in results.ways.iter().zip(&medians) {
        let (least, most) = bounds(&way.rates);
        let best = best.filter(|_| is_ours(way));
        let ratio = best.map(|best| format!("   {:.2}", ratio(&way.rates, &best.rates))).unwrap_or_default();
        println!("   {:<52}{median:>9.0}   {least:>8.0} to {most:>8.0}{ratio}", way.name);
    }
    if effort.only.is_some() {
        println!("   (not all ways were asked for)");
    }
}

/// What the spool costs.
pub fn spooled(effort: &Effort, rows: &[Spooled]) {
    println!("\nspool: a file, {} records of {} bytes", effort.records, rows.first().map_or(0, |row| row.bytes));
    let usual = rows.first().map_or(0.0, |row| median(&row.rates));
    for row in rows {
        let (rate, (least, most)) = (median(&row.rates), bounds(&row.rates));
        println!("   {:<52}{rate:>9.0}   {least:>8.0} to {most:>8.0}   {:.2}", row.name, rate / usual);
    }
}

/// The middle one of the ratios of each round: what makes the whole machine slower for a while does not count.
fn ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
    median(&ratios)
}

/// The middle one.
fn median(rates: &[f64]) -> f64 {
    let mut rates = rates.to_vec();
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

/// The least and the most.
fn bounds(rates: &[f64]) -> (f64, f64) {
    rates.iter().fold((f64::INFINITY, 0.0), |(least, most), &rate| (rate.min(least), rate.max(most)))
}
