//! What went wrong in a database, and whether it helps to try again.

use crate::url::Url;
use tracework_core::Failure;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The database refuses the rows: too long, no number, against a constraint. Of which row it speaks, from the first
    /// of those that were handed over, if it says so; and whether a key was there already.
    Rows { at: Option<usize>, twice: bool, why: String },
    /// The table is not as it was, or not as it must be.
    Table(String),
    /// The connection is gone.
    Lost(String),
    /// Anything else that time, or an operator, may mend.
    Other(String),
}

impl Trouble {
    /// As a failure of a whole batch.
    pub(crate) fn failure(self, url: &Url) -> Failure {
        match self {
            Self::Rows { why, .. } => Failure::permanent(format!("{url}: {why}")),
            Self::Table(why) | Self::Lost(why) | Self::Other(why) => Failure::temporary(format!("{url}: {why}")),
        }
    }
}

/// What an error of `sqlx` is that did not come from the database itself.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(crate) fn outside(error: &sqlx::Error) -> Trouble {
    use sqlx::Error;
    match error {
        Error::Io(error) => Trouble::Lost(format!("the connection broke: {error}")),
        Error::Tls(error) => Trouble::Other(format!("TLS: {error}")),
        Error::Protocol(why) => Trouble::Lost(format!("the server answers in a way that is not understood: {why}")),
        Error::Configuration(error) => Trouble::Other(format!("the URL cannot be used: {error}")),
        other => Trouble::Other(other.to_string()),
    }
}

/// A text in one line, of no more than 400 bytes or so: what a database says may quote whole rows.
pub(crate) fn short(text: &str) -> String {
    const MOST: usize = 400;
    let line: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    match line.char_indices().find(|(at, _)| *at >= MOST) {
        Some((at, _)) => format!("{}..", &line[..at]),
        None => line,
    }
}
