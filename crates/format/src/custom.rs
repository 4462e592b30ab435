//! A format of one's own, from a closure.

use crate::escape;
use tracework_core::{Format, Record};

/// A format from a closure that writes a record's line. Dangerous characters in what it writes are escaped as in
/// [`Text`](crate::Text), line ends included, and the line's end is added. A format whose bytes are to stay as they are
/// implements [`Format`] itself.
///
/// ```
/// use std::fmt::Write;
/// use tracework_format::from_fn;
///
/// let short = from_fn(|record, line| {
///     let _ = write!(line, "{} {}", record.severity(), record.message());
/// });
/// ```
pub fn from_fn<F>(write: F) -> FromFn<F>
where
    F: Fn(&Record<'_>, &mut String) + Clone + Send + Sync + 'static,
{
    FromFn { write, line: String::new() }
}

/// A format from a closure; see [`from_fn`].
#[derive(Clone)]
pub struct FromFn<F> {
    write: F,
    line: String,
}

impl<F> std::fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FromFn").finish_non_exhaustive()
    }
}

impl<F> Format for FromFn<F>
where
    F: Fn(&Record<'_>, &mut String) + Clone + Send + Sync + 'static,
{
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        self.line.clear();
        (self.write)(record, &mut self.line);
        escape::put::<escape::Text>(out, &self.line);
        out.push(b'\n');
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }
}
