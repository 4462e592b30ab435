//! rsyslogd, which writes what it gets to a file, beside the same frames written to its socket.
//!
//! Syslog has no acknowledgements, so a run ends when the file has every line.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tracework::core::{Attachment, Destination as _};
use tracework::syslog::Syslog;

use crate::contest::Server;
use crate::lots::{self, Lot};
use crate::programs::{Own, find, free, printed};

/// How long the file may take to grow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of one write to the socket, as many as the destination's.
const PIECE: usize = 64 << 10;

/// A server of our own.
struct Rsyslog {
    /// Where it listens.
    at: SocketAddr,
    /// What it writes to.
    out: PathBuf,
    /// How far that was read, and the lines so far.
    read: Option<(File, u64)>,
    /// Of which version it is.
    version: String,
    /// The frames that the destination makes.
    frames: Vec<u8>,
    /// Ends it.
    _own: Own,
    /// Its files.
    _folder: TempDir,
}

/// A server of our own.
pub fn start() -> Result<Box<dyn Server>> {
    let (at, folder, program) = (free()?, tempfile::tempdir()?, find("rsyslogd")?);
    let out = folder.path().join("out.txt");
    let config = format!(
        "global(workDirectory=\"{0}\" maxMessageSize=\"64k\")
module(load=\"imtcp\")
main_queue(queue.size=\"100000\" queue.timeoutEnqueue=\"60000\")
input(type=\"imtcp\" address=\"127.0.0.1\" port=\"{1}\" ruleset=\"all\")
template(name=\"line\" type=\"string\" string=\"%msg%\\n\")
ruleset(name=\"all\") {{ action(type=\"omfile\" file=\"{2}\" template=\"line\") }}
",
        folder.path().display(),
        at.port(),
        out.display()
    );
    let path = folder.path().join("rsyslog.conf");
    fs::write(&path, config)?;
    let mut command = Command::new(&program);
    command.arg("-n").arg("-f").arg(&path).arg("-i").arg(folder.path().join("rsyslog.pid"));
    let own = Own::start(&mut command, at)?;
    let version = printed(&program.display().to_string(), &["-v"]).unwrap_or_default();
    let version = version.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let server = Rsyslog { at, out, read: None, version, frames: Vec::new(), _own: own, _folder: folder };
    Ok(Box::new(server))
}

impl Rsyslog {
    /// Lines that the file has.
    fn lines(&mut self) -> Result<u64> {
        if self.read.is_none() {
            self.read = File::open(&self.out).ok().map(|file| (file, 0));
        }
        let Some((file, lines)) = &mut self.read else { return Ok(0) };
        let mut piece = vec![0; 1 << 18];
        loop {
            let read = file.read(&mut piece)?;
            if read == 0 {
                return Ok(*lines);
            }
            *lines += piece[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
        }
    }
}

impl Server for Rsyslog {
    fn about(&self) -> String {
        format!("rsyslogd {}, over TCP, into a file; RFC 5424", self.version)
    }

    fn begin(&mut self) -> Result<()> {
        // It goes on writing to the end of the same file.
        let lines = self.lines()?;
        ensure!(self.lines()? == lines, "the file still grows");
        if let Some((_, lines)) = &mut self.read {
            *lines = 0;
        }
        Ok(())
    }

    fn destination(&self) -> Result<Attachment> {
        Ok(Syslog::to(&format!("tcp://{}", self.at))?.into())
    }

    fn prepare(&mut self, lots: &[Lot]) -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let mut syslog = Syslog::to(&format!("tcp://{}", listener.local_addr()?))?;
        let taken = std::thread::spawn(move || {
            let mut frames = Vec::new();
            listener.accept()?.0.read_to_end(&mut frames)?;
            Ok::<_, std::io::Error>(frames)
        });
        lots::with_batches(lots, |batches| batches.iter().try_for_each(|batch| syslog.deliver(batch)))?;
        syslog.close()?;
        drop(syslog);
        self.frames = taken.join().ok().context("the listener panicked")??;
        Ok(())
    }

    fn rivals(&self) -> &'static [&'static str] {
        &["a socket, the same frames ready made, 64 KiB each"]
    }

    fn rival(&mut self, _: usize, lots: &[Lot]) -> Result<Duration> {
        let mut socket = TcpStream::connect(self.at)?;
        let begun = Instant::now();
        self.frames.chunks(PIECE).try_for_each(|piece| socket.write_all(piece))?;
        self.arrive(lots.iter().map(|lot| lot.len() as u64).sum())?;
        Ok(begun.elapsed())
    }

    fn arrive(&mut self, records: u64) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while self.lines()? < records {
            ensure!(Instant::now() < end, "{} lines of {records} came", self.lines()?);
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    fn count(&mut self) -> Result<Option<u64>> {
        self.lines().map(Some)
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}
