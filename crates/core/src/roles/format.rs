//! Turning a record into bytes.

use crate::{Description, Record};

/// Turns a record into bytes. Escaping what is dangerous is part of it: one record of a line format is one line,
/// whatever it contains.
///
/// A worker owns its own copy, made by [`Format::duplicate`], so a format may keep what it made before and use it
/// again.
///
/// ```
/// use tracework_core::{Format, Record};
///
/// #[derive(Clone)]
/// struct Short;
///
/// impl Format for Short {
///     fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
///         out.extend_from_slice(record.severity().name().as_bytes());
///         out.push(b'\n');
///     }
///     fn duplicate(&self) -> Box<dyn Format> {
///         Box::new(self.clone())
///     }
/// }
/// ```
pub trait Format: Send + Sync + 'static {
    /// Appends the bytes of `record` to `out`, its line end included.
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>);

    /// A copy for another worker.
    fn duplicate(&self) -> Box<dyn Format>;

    /// What a new file begins with, such as CSV's line of names.
    fn header(&self) -> Option<Vec<u8>> {
        None
    }

    /// A text that is equal for formats that write equal bytes; destinations with an equal format share them.
    /// `None` shares with nobody.
    fn identity(&self) -> Option<String> {
        None
    }

    /// What a config says to make it once more. `None` if it cannot be said; the running plan is then written down
    /// without it, and that is told.
    fn as_config(&self) -> Option<Description> {
        None
    }

    /// Has the id of each record written, so that one that comes twice is known, unless it was said whether it is. Called
    /// before the first record, for destinations with [`Delivery::AtLeastOnce`](crate::Delivery).
    fn write_event_ids(&mut self) {}

    /// The media type of what it writes.
    fn media_type(&self) -> &'static str {
        "text/plain; charset=utf-8"
    }
}

impl Clone for Box<dyn Format> {
    fn clone(&self) -> Self {
        self.as_ref().duplicate()
    }
}
