//! Writing whole lines to what cannot be cut back.

use std::io::{self, ErrorKind, Write};
use tracework_core::{Batch, Failure};

/// Writes batches to a stream, and knows whether the last line was left half written.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    torn: bool,
}

impl Lines {
    /// Writes the whole batch, in one call if the stream takes it. A line that an earlier failure left half written
    /// is ended first, so that no line holds two records; the half record comes again in full.
    pub(crate) fn write(&mut self, out: &mut (impl Write + ?Sized), batch: &Batch<'_>) -> Result<(), Failure> {
        if self.torn {
            write_all(out, b"\n").map_err(|(_, error)| failure(error, 0))?;
            self.torn = false;
        }
        let bytes = batch.bytes();
        write_all(out, bytes).map_err(|(written, error)| {
            let whole = batch.records_within(written);
            self.torn = batch.slice(0..whole).bytes().len() < written;
            failure(error, whole)
        })
    }
}

/// Writes all, or says how far it came.
pub(crate) fn write_all(out: &mut (impl Write + ?Sized), bytes: &[u8]) -> Result<(), (usize, io::Error)> {
    let mut written = 0;
    while written < bytes.len() {
        match out.write(&bytes[written..]) {
            Ok(0) => return Err((written, ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err((written, error)),
        }
    }
    Ok(())
}

/// Nobody will ever read from a pipe whose reader has gone; everything else may heal.
pub(crate) fn failure(error: io::Error, delivered: usize) -> Failure {
    let failure = if error.kind() == ErrorKind::BrokenPipe { Failure::permanent(error) } else { error.into() };
    failure.after(delivered)
}
