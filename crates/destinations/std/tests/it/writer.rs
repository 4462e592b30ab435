//! Whatever can be written to.

use crate::support::{deliver, deliver_from, numbered, write};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tracework_core::Destination;
use tracework_std::Writer;

/// Takes so many bytes, then fails once, then takes all.
#[derive(Clone)]
struct Shared {
    bytes: Arc<Mutex<Vec<u8>>>,
    room: Arc<Mutex<Option<usize>>>,
}

impl Shared {
    fn new(room: Option<usize>) -> Self {
        Self { bytes: Arc::default(), room: Arc::new(Mutex::new(room)) }
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes.lock().expect("whole").clone()).expect("text")
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut room = self.room.lock().expect("whole");
        let count = match *room {
            Some(0) => {
                *room = None;
                return Err(io::Error::other("full"));
            }
            Some(left) => bytes.len().min(left),
            None => bytes.len(),
        };
        *room = room.map(|left| left - count);
        self.bytes.lock().expect("whole").extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn batches_arrive_in_order() {
    let shared = Shared::new(None);
    let mut writer = Writer::new(shared.clone());
    write(&mut writer, &numbered(0..2));
    write(&mut writer, &numbered(2..3));
    writer.close().expect("it closes");
    assert_eq!(shared.text(), "000000\n000001\n000002\n");
}

#[test]
fn after_a_failure_no_line_holds_two_records() {
    let shared = Shared::new(Some(10));
    let mut writer = Writer::new(shared.clone());
    let failure = deliver(&mut writer, &numbered(0..3)).expect_err("it is full");
    assert_eq!(failure.delivered(), 1);
    deliver_from(&mut writer, &numbered(0..3), failure.delivered()).expect("now it takes all");
    assert_eq!(shared.text(), "000000\n000\n000001\n000002\n");
}

#[cfg(feature = "make-writer")]
#[test]
fn each_record_has_a_writer_of_its_own() {
    let shared = Shared::new(None);
    let (made, inner) = (Arc::new(Mutex::new(0)), shared.clone());
    let counter = Arc::clone(&made);
    let mut writer = Writer::make(move || {
        *counter.lock().expect("whole") += 1;
        inner.clone()
    });
    write(&mut writer, &numbered(0..3));
    assert_eq!((*made.lock().expect("whole"), shared.text().lines().count()), (3, 3));
}

#[cfg(feature = "make-writer")]
#[test]
fn the_writers_of_tracing_appender_plug_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut rolling = Writer::make(tracing_appender::rolling::never(folder.path(), "rolling"));
    write(&mut rolling, &numbered(0..100));
    rolling.close().expect("it closes");
    let (non_blocking, guard) =
        tracing_appender::non_blocking(tracing_appender::rolling::never(folder.path(), "non_blocking"));
    let mut writer = Writer::make(non_blocking);
    write(&mut writer, &numbered(0..100));
    writer.close().expect("it closes");
    drop((writer, guard));
    for name in ["rolling", "non_blocking"] {
        let lines = crate::support::text(&folder.path().join(name));
        assert_eq!(lines.lines().collect::<Vec<_>>(), numbered(0..100), "{name}");
    }
}
