//! The status: what is happening, in a few lines.

use crate::load::Load;
use crate::screen::Screen;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tracework::{Control, Health};

/// What was counted at one moment.
struct Sample {
    at: Instant,
    answered: u64,
    delivered: BTreeMap<String, u64>,
}

/// Shows the status until it is stopped: in its place on a terminal, else a line every two seconds.
pub(crate) async fn run(
    control: Control,
    load: Arc<Load>,
    screen: Screen,
    mut stopped: watch::Receiver<bool>,
    address: SocketAddr,
) {
    let pause = Duration::from_millis(if screen.is_live() { 500 } else { 2_000 });
    let started = Instant::now();
    let mut before = Sample::take(&control.health(), &load);
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => break,
            () = tokio::time::sleep(pause) => {}
        }
        let health = control.health();
        let now = Sample::take(&health, &load);
        let rates = Rates { now: &now, before: &before };
        if screen.is_live() {
            screen.set_status(table(&health, &rates, started.elapsed(), address));
        } else {
            screen.say(&line(&health, &rates, started.elapsed()));
        }
        before = now;
    }
    screen.set_status(Vec::new());
}

impl Sample {
    fn take(health: &Health, load: &Load) -> Self {
        let delivered = health.destinations.iter().map(|(name, one)| (name.clone(), one.ledger.delivered));
        Self { at: Instant::now(), answered: load.answered.load(Ordering::Relaxed), delivered: delivered.collect() }
    }
}

/// Two samples, one after the other.
struct Rates<'a> {
    now: &'a Sample,
    before: &'a Sample,
}

impl Rates<'_> {
    fn requests(&self) -> u64 {
        self.per_second(self.now.answered, self.before.answered)
    }

    fn delivered(&self, name: &str) -> u64 {
        let count = |sample: &Sample| sample.delivered.get(name).copied().unwrap_or(0);
        self.per_second(count(self.now), count(self.before))
    }

    fn per_second(&self, now: u64, before: u64) -> u64 {
        let millis = self.now.at.duration_since(self.before.at).as_millis().max(1);
        u64::try_from(u128::from(now.saturating_sub(before)) * 1_000 / millis).unwrap_or(u64::MAX)
    }
}

/// The status as a table.
fn table(health: &Health, rates: &Rates<'_>, time: Duration, address: SocketAddr) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!(
            "  {}   {} requests/s   {} records   plan {}   Ctrl-C ends",
            clock(time),
            grouped(rates.requests()),
            grouped(health.records),
            health.generation
        ),
        format!("  curl http://{address}/ lists what can be asked and changed"),
        format!("  {:<10} {:<11} {:>11} {:>8} {:>8} {:>6}", "to", "state", "delivered", "per s", "waiting", "lost"),
    ];
    for (name, one) in &health.destinations {
        let row = &one.ledger;
        lines.push(format!(
            "  {name:<10} {:<11} {:>11} {:>8} {:>8} {:>6}",
            one.state.name(),
            grouped(row.delivered),
            grouped(rates.delivered(name)),
            grouped(row.pending),
            grouped(row.lost())
        ));
    }
    lines
}

/// The status as a line.
fn line(health: &Health, rates: &Rates<'_>, time: Duration) -> String {
    let mut line = format!("{}  {} requests/s", clock(time), grouped(rates.requests()));
    for (name, one) in &health.destinations {
        // Writing into a string does not fail.
        let _ = write!(line, "  {name} {} ({}/s)", grouped(one.ledger.delivered), grouped(rates.delivered(name)));
    }
    let lost = health.buffer.lost() + health.destinations.values().map(|one| one.ledger.lost()).sum::<u64>();
    let _ = write!(line, "  lost {}", grouped(lost));
    line
}

/// `02:05` of a time.
fn clock(time: Duration) -> String {
    format!("{:02}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

/// `1,234,567` of a number.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{clock, grouped};
    use std::time::Duration;

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!([7, 123, 1_234, 1_234_567].map(grouped), ["7", "123", "1,234", "1,234,567"]);
        assert_eq!(clock(Duration::from_secs(605)), "10:05");
    }
}
