//! The terminal: lines that scroll, and a status below them that is drawn again and again.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The terminal, or whatever stands in its place. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Screen {
    shared: Arc<Mutex<Shown>>,
    live: bool,
}

/// What stands at the bottom.
#[derive(Default)]
struct Shown {
    lines: Vec<String>,
}

/// Writes lines above the status.
pub(crate) struct Lines(Screen);

impl Screen {
    /// Live, if both outputs are a terminal that can move its cursor; else lines come one after the other.
    pub(crate) fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let live = io::stdout().is_terminal() && io::stderr().is_terminal() && !dumb;
        Self { shared: Arc::default(), live }
    }

    /// Is the status drawn again in its place?
    pub(crate) fn is_live(&self) -> bool {
        self.live
    }

    /// Prints `text` above the status.
    pub(crate) fn say(&self, text: &str) {
        self.above(format!("{text}\n").as_bytes());
    }

    /// Has `lines` stand at the bottom in place of those before; none takes them away.
    pub(crate) fn set_status(&self, lines: Vec<String>) {
        let mut shown = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = erased(&shown);
        shown.lines = lines;
        draw(&shown, &mut out);
        put(&out);
    }

    /// A writer for lines above the status.
    pub(crate) fn lines(&self) -> Lines {
        Lines(self.clone())
    }

    fn above(&self, bytes: &[u8]) {
        let shown = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = erased(&shown);
        out.extend_from_slice(bytes);
        draw(&shown, &mut out);
        put(&out);
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.above(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// What takes the status off the terminal.
fn erased(shown: &Shown) -> Vec<u8> {
    if shown.lines.is_empty() { Vec::new() } else { format!("\x1b[{}A\r\x1b[J", shown.lines.len()).into_bytes() }
}

/// What draws it. Long lines are cut at the edge rather than wrapped, so that it stays as high as it is.
fn draw(shown: &Shown, out: &mut Vec<u8>) {
    if !shown.lines.is_empty() {
        out.extend_from_slice(b"\x1b[?7l");
        shown.lines.iter().for_each(|line| out.extend_from_slice(format!("{line}\n").as_bytes()));
        out.extend_from_slice(b"\x1b[?7h");
    }
}

fn put(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    // The service goes on when nobody looks any more.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}
