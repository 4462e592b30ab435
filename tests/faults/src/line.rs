//! What came of a fault, as one line.

use crate::{Account, Level};
use std::fmt;

/// What came of one fault at one destination.
///
/// ```
/// use tracework_faults::Line;
///
/// let text = "kill9 file best_effort accepted=10 acked=8 delivered=9 lost=0 gone=1 duplicates=0 worst_recovery=12ms runs=3";
/// let line: Line = text.parse()?;
/// assert_eq!((line.accepted, line.gone, line.recovery_ms), (10, 1, 12));
/// assert_eq!(line.to_string(), text);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The name of the fault.
    pub fault: String,
    /// The destination.
    pub destination: String,
    /// What was promised.
    pub level: Level,
    /// Records emitted.
    pub accepted: u64,
    /// Of these, those acknowledged.
    pub acked: u64,
    /// Of these, those that arrived.
    pub delivered: u64,
    /// Records acknowledged that did not arrive.
    pub lost: u64,
    /// Records emitted that were neither acknowledged nor arrived.
    pub gone: u64,
    /// Arrivals after a record's first.
    pub duplicates: u64,
    /// The longest time from the end of a fault, or a start, to the first acknowledgement after it, in milliseconds.
    pub recovery_ms: u128,
    /// What else was measured.
    pub more: Vec<(String, String)>,
    /// What should have been otherwise.
    pub broken: Vec<String>,
}

impl Line {
    /// The line of an account.
    pub(crate) fn of(fault: &str, destination: &str, level: Level, account: &Account) -> Self {
        Self {
            fault: fault.to_owned(),
            destination: destination.to_owned(),
            level,
            accepted: account.accepted(),
            acked: account.acknowledged(),
            delivered: account.delivered(),
            lost: account.lost(),
            gone: account.gone(),
            duplicates: account.duplicates(),
            recovery_ms: account.recovery.as_millis(),
            more: Vec::new(),
            broken: Vec::new(),
        }
    }

    /// Tells something else that was measured.
    pub(crate) fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.more.push((name.to_owned(), value.to_string()));
        self
    }

    /// Says what should have been otherwise, unless it `holds`.
    pub(crate) fn expect(mut self, holds: bool, what: &str) -> Self {
        if !holds {
            self.broken.push(what.to_owned());
        }
        self
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, destination, level, accepted, acked, delivered, lost, gone, duplicates, .. } = self;
        write!(
            f,
            "{fault} {destination} {level} accepted={accepted} acked={acked} delivered={delivered} lost={lost} gone={gone} \
             duplicates={duplicates} worst_recovery={}ms",
            self.recovery_ms
        )?;
        self.more.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))?;
        self.broken.iter().try_for_each(|what| write!(f, " BROKEN: {what};"))
    }
}

impl std::str::FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (text, broken) = text.split_once(" BROKEN: ").map_or((text, ""), |(text, broken)| (text, broken));
        let mut words = text.split(' ');
        let mut word = || words.next().map(str::to_owned).ok_or_else(|| format!("not a line of the suite: {text}"));
        let (fault, destination, level) = (word()?, word()?, word()?.parse()?);
        let mut line = Self::of(&fault, &destination, level, &Account::default());
        line.broken = broken.split(';').map(|what| what.trim().to_owned()).filter(|what| !what.is_empty()).collect();
        for pair in words {
            let (name, value) = pair.split_once('=').ok_or_else(|| format!("`{pair}` has no value: {text}"))?;
            let number = || value.parse::<u64>().map_err(|error| format!("{pair}: {error}"));
            match name {
                "accepted" => line.accepted = number()?,
                "acked" => line.acked = number()?,
                "delivered" => line.delivered = number()?,
                "lost" => line.lost = number()?,
                "gone" => line.gone = number()?,
                "duplicates" => line.duplicates = number()?,
                "worst_recovery" => {
                    let time = value.trim_end_matches("ms").parse();
                    line.recovery_ms = time.map_err(|error| format!("{pair}: {error}"))?;
                }
                _ => line.more.push((name.to_owned(), value.to_owned())),
            }
        }
        Ok(line)
    }
}
