//! Whatever can be written to.

use crate::lines::{Lines, failure};
use std::fmt;
use std::io::Write;
use tracework_core::{Batch, Destination, Failure, Format};
use tracework_format::Text;

/// Writes to any [`std::io::Write`], or by [`Writer::make`] to any `MakeWriter`.
///
/// ```
/// use tracework_std::Writer;
///
/// let into_a_vec = Writer::new(Vec::new());
/// # let _ = into_a_vec;
/// ```
#[derive(Debug)]
pub struct Writer {
    sink: Box<dyn Sink>,
}

impl Writer {
    /// Writes batches to `writer`, each in one call if it takes all. It is flushed with the destination.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self { sink: Box::new(Whole { writer, lines: Lines::default() }) }
    }

    /// Writes each record by a writer of its own that `make` makes, as `tracing_subscriber`'s own layer does. So
    /// tracing-appender's rolling files and non-blocking writer plug in, and test writers that count calls.
    ///
    /// What such a writer drops by itself it does not tell: a lossy `non_blocking` counts as delivered. This
    /// destination has a worker and a queue of its own, and needs none behind it.
    ///
    /// ```
    /// use tracework_core::{Attach, Severity};
    /// use tracework_std::Writer;
    /// # let folder = std::env::temp_dir().join("tracework-example");
    ///
    /// let hourly = tracing_appender::rolling::hourly(&folder, "app.log");
    /// let rolling = Writer::make(hourly).level(Severity::INFO);
    ///
    /// let (non_blocking, _guard) = tracing_appender::non_blocking(std::io::sink());
    /// let through_a_thread = Writer::make(non_blocking);
    /// # drop((rolling, through_a_thread));
    /// # std::fs::remove_dir_all(folder).ok();
    /// ```
    #[cfg(feature = "make-writer")]
    pub fn make<M>(make: M) -> Self
    where
        M: for<'a> tracing_subscriber::fmt::MakeWriter<'a> + Send + 'static,
    {
        Self { sink: Box::new(Made { make, lines: Lines::default() }) }
    }
}

impl Destination for Writer {
    fn name(&self) -> &'static str {
        "writer"
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.sink.write(batch)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.sink.flush()
    }

    /// Text without colours.
    fn usual_format(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Text::new().colored(false)))
    }
}

/// What takes batches.
trait Sink: Send {
    fn write(&mut self, batch: &Batch<'_>) -> Result<(), Failure>;

    fn flush(&mut self) -> Result<(), Failure>;
}

impl fmt::Debug for dyn Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}

/// One writer for ever.
struct Whole<W> {
    writer: W,
    lines: Lines,
}

impl<W: Write + Send> Sink for Whole<W> {
    fn write(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.lines.write(&mut self.writer, batch)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.writer.flush().map_err(|error| failure(error, 0))
    }
}

/// A writer for each record.
#[cfg(feature = "make-writer")]
struct Made<M> {
    make: M,
    lines: Lines,
}

#[cfg(feature = "make-writer")]
impl<M: for<'a> tracing_subscriber::fmt::MakeWriter<'a> + Send> Sink for Made<M> {
    fn write(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        for at in 0..batch.len() {
            let mut writer = self.make.make_writer();
            self.lines.write(&mut writer, &batch.slice(at..at + 1)).map_err(|failure| failure.after(at))?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.make.make_writer().flush().map_err(|error| failure(error, 0))
    }
}
