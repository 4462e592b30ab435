//! The console.

mod color;
mod stream;

pub use color::Color;

use crate::lines::Lines;
use stream::Stream;
use tracework_core::{Batch, Description, Destination, Failure, Format};
use tracework_format::Text;

/// The program's standard output or standard error.
///
/// A batch is written in one system call where the stream takes it, so its lines do not mix with those that the
/// program prints itself. A stream whose reader is slow makes this destination wait, and nothing else. When the reader
/// has gone (`program | head`) no more can be delivered, ever: the records are counted as dead letters, and the
/// program goes on.
///
/// ```
/// use tracework_core::{Attach, Severity};
/// use tracework_std::{Color, Console};
///
/// let warnings = Console::stderr().color(Color::Auto).level(Severity::WARNING);
/// # let _ = warnings;
/// ```
#[derive(Debug)]
pub struct Console {
    stream: Stream,
    color: Color,
    colored: bool,
    lines: Lines,
}

impl Console {
    /// The standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self::new(Stream::Out)
    }

    /// The standard error, where programs that write results to the standard output put their log.
    #[must_use]
    pub fn stderr() -> Self {
        Self::new(Stream::Err)
    }

    fn new(stream: Stream) -> Self {
        Self { stream, color: Color::Auto, colored: false, lines: Lines::default() }.color(Color::Auto)
    }

    /// Whether its usual format has colours; decided here and now. A format that is set for it says so itself.
    #[must_use]
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self.colored = color.decide(self.stream.is_terminal(), |name| std::env::var_os(name));
        self
    }

    /// Does its usual format have colours?
    #[must_use]
    pub fn is_colored(&self) -> bool {
        self.colored
    }
}

impl Destination for Console {
    fn name(&self) -> &'static str {
        "console"
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.lines.write(&mut self.stream, batch)
    }

    fn as_config(&self) -> Option<Description> {
        let stream = match self.stream {
            Stream::Out => "stdout",
            Stream::Err => "stderr",
        };
        let color = match self.color {
            Color::Auto => "auto",
            Color::Always => "always",
            Color::Never => "never",
        };
        let description = Description::new("console").unless_usual("stream", stream, "stderr");
        Some(description.unless_usual("color", color, "auto"))
    }

    /// Text, in colours if the console gets them.
    fn usual_format(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Text::new().usually_colored(self.colored)))
    }
}
