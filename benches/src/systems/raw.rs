//! The limit: bytes of the same length, written in pieces of 256 KiB.

use std::{
    fs::File,
    io::{BufWriter, Write},
    sync::Mutex,
};

use anyhow::{Result, anyhow};

use super::{Left, Subject, System};
use crate::{
    figures::Figures,
    measure::{Job, drive},
};

/// The plain writer.
pub const SYSTEMS: &[System] = &[System {
    name: "raw-write",
    about: "the bytes of such a line, written in 256 KiB pieces: the limit",
    scale: 3,
    run,
}];

/// The size of a write.
const PIECE: usize = 256 * 1024;

/// A file, and the line that goes into it.
struct Raw {
    /// Where the lines go.
    file: Mutex<BufWriter<File>>,
    /// The line.
    line: &'static [u8],
    /// What to check at the end.
    left: Left,
}

impl Subject for Raw {
    fn emit(&self, _: u64) {
        if let Ok(mut file) = self.file.lock() {
            // A failed write shows in the count of lines.
            let _ = file.write_all(self.line);
        }
    }

    fn close(self) -> Result<Left> {
        self.file.into_inner().map_err(|_| anyhow!("a writer panicked"))?.flush()?;
        Ok(self.left)
    }
}

/// Writes the sample line over and over.
fn run(job: &Job) -> Result<Figures> {
    let path = job.dir.join("a.jsonl");
    let file = Mutex::new(BufWriter::with_capacity(PIECE, File::create(&path)?));
    drive(job, Raw { file, line: job.workload.sample_line().as_bytes(), left: Left::Files(vec![path]) })
}
