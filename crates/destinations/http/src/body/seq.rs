//! Seq.
//!
//! [CLEF](https://clef-json.org), an object a line: `@t`, `@m`, `@l` and `@x` are the time, message, level and exception;
//! all else of a record stands beside them. `@l` has
//! [Serilog's names](https://github.com/serilog/serilog/wiki/Configuration-Basics#minimum-level).

use super::pack::{Pack, Packet, put_members, put_pair, trimmed, whole};
use crate::Mistake;
use tracework_core::{Batch, Format as _, Record, Severity};
use tracework_format::{Escape, Pattern};

/// What each line begins with.
const HEAD: &str = r#"{{"@t":"{time}","@m":"{message}""#;

/// Makes lines of CLEF.
#[derive(Debug)]
pub(super) struct Clef(Pattern);

impl Clef {
    pub(super) fn new() -> Result<Self, Mistake> {
        let head = Pattern::new(HEAD).map_err(|error| Mistake::new("body", error.to_string()))?;
        Ok(Self(head.escape(Escape::Json)))
    }
}

impl Pack for Clef {
    fn pack(&mut self, batch: &Batch<'_>, json: bool) -> Vec<Packet> {
        whole(batch, |out, record, line| {
            self.0.encode(record, out);
            let head = trimmed(out).len();
            out.truncate(head);
            put_pair(out, "@l", level(record.severity()));
            if let Some(exception) = exception(record) {
                put_pair(out, "@x", &exception);
            }
            put_members(out, line, json);
            out.push(b'\n');
        })
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::TRACE => "Verbose",
        Severity::DEBUG => "Debug",
        Severity::INFO => "Information",
        Severity::WARNING => "Warning",
        Severity::ERROR => "Error",
        Severity::CRITICAL => "Fatal",
    }
}

/// The error with its causes and backtrace.
fn exception(record: &Record<'_>) -> Option<String> {
    let error = record.error()?;
    let mut text = error.message().to_owned();
    for cause in error.causes() {
        text.push_str(&format!("\n ---> {cause}"));
    }
    if let Some(backtrace) = error.backtrace() {
        text.push_str(&format!("\n{backtrace}"));
    }
    Some(text)
}
