//! Colours of a terminal ([ECMA-48](https://ecma-international.org/publications-and-standards/standards/ecma-48/), SGR).

use tracework_core::Severity;

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colors {
    pub(super) on: bool,
}

/// Faint.
pub(super) const DIM: &str = "\x1b[2m";
/// Bold.
pub(super) const BOLD: &str = "\x1b[1m";

impl Colors {
    /// The colour of a severity.
    pub(super) fn of(severity: Severity) -> &'static str {
        match severity {
            Severity::TRACE => "\x1b[35m",
            Severity::DEBUG => "\x1b[34m",
            Severity::INFO => "\x1b[32m",
            Severity::WARNING => "\x1b[33m",
            Severity::ERROR => "\x1b[31m",
            Severity::CRITICAL => "\x1b[1;31m",
        }
    }

    /// Appends what `write` writes, in `color` if there are colours.
    #[inline]
    pub(super) fn paint(self, out: &mut Vec<u8>, color: &str, write: impl FnOnce(&mut Vec<u8>)) {
        if self.on {
            out.extend_from_slice(color.as_bytes());
            write(out);
            out.extend_from_slice(b"\x1b[0m");
        } else {
            write(out);
        }
    }
}
