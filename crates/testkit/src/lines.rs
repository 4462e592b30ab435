//! The plainest format there is.

use std::io::Write;
use tracework_core::{Format, Record};

/// One line a record: severity, target, message and fields, as Rust's `Debug` would write the texts, so that no line
/// end and no control character gets through. For tests that need bytes and do not care which.
///
/// ```
/// use tracework_core::{Format, Value};
/// use tracework_testkit::{Lines, TestRecord};
///
/// let record = TestRecord::new("two\nlines").field("user", Value::Str("ann")).build();
/// let mut line = Vec::new();
/// Lines.encode(&record.view(), &mut line);
/// assert_eq!(line, b"INFO test \"two\\nlines\" user=\"ann\"\n");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Lines;

impl Format for Lines {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        // Writing to a Vec cannot fail.
        _ = write!(out, "{} {} {:?}", record.severity(), record.target().escape_debug(), record.message());
        for field in record.fields() {
            _ = write!(out, " {}={:?}", field.key.escape_debug(), field.value.to_string());
        }
        out.push(b'\n');
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(*self)
    }

    fn identity(&self) -> Option<String> {
        Some("testkit lines".to_owned())
    }
}
