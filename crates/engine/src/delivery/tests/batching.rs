//! How records are put together, and that shared bytes are shared.

use super::support::*;
use crate::State;
use crate::round::Encoded;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tracework_core::*;

#[test]
fn what_waits_goes_together_up_to_the_bytes_of_a_batch() {
    let (fake, door) = hanging();
    let (outlet, seen) = fake.start(|settings| settings.batch.bytes = 60);
    outlet.push(numbers(0..1));
    until("the first is being delivered", || seen.opened.load(Ordering::SeqCst) == 1);
    (0..5).for_each(|parcel| outlet.push(numbers(parcel * 5..parcel * 5 + 5)));
    door.open();
    assert!(flush(&outlet));
    let sizes: Vec<usize> = seen.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [1, 10, 10, 5], "a line has six bytes");
    let health = outlet.health();
    assert_eq!((health.batches, health.largest_batch, health.bytes), (4, 10, 26 * 6));
    assert_eq!((health.state, health.pending_bytes), (State::Healthy, 0));
    assert!(health.last_delivery.is_some() && health.last_error.is_none());
}

#[test]
fn a_batch_waits_for_its_number_or_its_time() {
    let batch = BatchSettings { records: 10, bytes: 1 << 20, every: Duration::from_millis(100) };
    let (outlet, seen) = Fake::well().start(|settings| settings.batch = batch);
    let start = std::time::Instant::now();
    outlet.push(numbers(0..25));
    until("two whole batches are delivered at once", || seen.lines().len() == 20);
    until("the rest follows after its time", || seen.lines().len() == 25);
    assert!(start.elapsed() >= Duration::from_millis(100));
    let sizes: Vec<usize> = seen.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 10, 5]);
    let start = std::time::Instant::now();
    outlet.set_batch(BatchSettings { every: Duration::from_secs(60), ..batch });
    outlet.push(numbers(25..30));
    assert!(flush(&outlet), "a flush does not wait for the batch");
    outlet.push(numbers(30..35));
    assert!(outlet.close(within(5_000)), "nor does closing");
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(seen.lines(), lines(0..35));
}

#[test]
fn a_batch_larger_than_the_queue_does_not_wait_for_ever() {
    let (outlet, seen) = Fake::well().start(|settings| {
        settings.batch = BatchSettings { records: 1_000, bytes: 1 << 20, every: Duration::from_secs(60) };
        settings.buffer.memory = 5 * size_of_one();
    });
    (0..20).for_each(|number| outlet.push(numbers(number..number + 1)));
    until("most of it is delivered", || seen.lines().len() > 10);
}

#[test]
fn a_tail_of_a_parcel_joins_the_next() {
    let batch = BatchSettings { records: 4, bytes: 1 << 20, every: Duration::from_secs(60) };
    let (outlet, seen) = Fake::well().start(|settings| settings.batch = batch);
    for parcel in 0..6 {
        let mut parcel = numbers(parcel * 3..parcel * 3 + 3);
        parcel.shared = Some(Arc::default());
        outlet.push(parcel);
    }
    until("whole batches are delivered", || seen.lines().len() == 16);
    assert!(flush(&outlet));
    let sizes: Vec<usize> = seen.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [4, 4, 4, 4, 2]);
    assert_eq!(seen.lines(), lines(0..18));
    until("all is let go", || outlet.health().pending_bytes == 0);
}

#[test]
fn equal_formats_share_their_bytes() {
    let (one, seen_one) = Fake::well().start(|_| ());
    let (two, seen_two) = Fake::well().start(|settings| settings.batch.records = 7);
    let shared: Arc<OnceLock<Encoded>> = Arc::default();
    let mut parcel = numbers(0..20);
    parcel.shared = Some(Arc::clone(&shared));
    one.push(parcel.clone());
    assert!(flush(&one));
    assert!(shared.get().is_some_and(|encoded| encoded.ends.len() == 20), "the first to encode shares");
    two.push(parcel);
    assert!(flush(&two));
    assert_eq!((seen_one.lines(), seen_two.lines()), (lines(0..20), lines(0..20)));
    assert_eq!(seen_two.batches().len(), 3);
}

#[test]
fn shared_bytes_count_as_memory() {
    let (fake, door) = hanging();
    let (outlet, _) = fake.start(|_| ());
    let mut parcel = numbers(0..20);
    parcel.shared = Some(Arc::default());
    let alone = parcel.bytes;
    outlet.push(parcel.clone());
    assert_eq!(outlet.health().pending_bytes, 2 * alone, "not yet known, they are reckoned");
    until("they are known", || parcel.shared.as_ref().is_some_and(|shared| shared.get().is_some()));
    outlet.push(parcel);
    assert!(outlet.health().pending_bytes > 3 * alone);
    door.open();
    assert!(flush(&outlet));
    until("all is let go", || outlet.health().pending_bytes == 0);
}

#[test]
fn a_destination_of_records_gets_no_bytes() {
    struct Records(Arc<std::sync::Mutex<Vec<String>>>);
    impl Destination for Records {
        fn name(&self) -> &'static str {
            "records"
        }
        fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
            assert!(batch.bytes().is_empty());
            let mut got = self.0.lock().expect("no test panics here");
            got.extend(batch.records().iter().map(|record| record.message().to_owned()));
            Ok(())
        }
        fn wants(&self) -> Wants {
            Wants::Records
        }
    }
    let got = Arc::default();
    let clock = Arc::new(|| Timestamp(0));
    let attachment = Records(Arc::clone(&got)).batch(BatchSettings { records: 3, ..BatchSettings::default() });
    let outlet = super::super::Outlet::spawn("records".to_owned(), attachment, clock, Arc::new(|| ()));
    let outlet = outlet.expect("a thread starts");
    outlet.push(numbers(0..10));
    assert!(flush(&outlet));
    assert_eq!(*got.lock().expect("no test panics here"), lines(0..10));
    assert_eq!(outlet.health().batches, 4);
}

#[test]
fn a_new_format_is_for_what_comes_after() {
    #[derive(Clone)]
    struct Loud;
    impl Format for Loud {
        fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
            out.extend_from_slice(record.message().to_uppercase().as_bytes());
            out.push(b'\n');
        }
        fn duplicate(&self) -> Box<dyn Format> {
            Box::new(self.clone())
        }
    }
    let (fake, door) = hanging();
    let (outlet, seen) = fake.start(|_| ());
    outlet.push(numbers(0..2));
    outlet.push(numbers(2..3));
    outlet.set_format(0, Box::new(Loud));
    outlet.push(numbers(3..4));
    door.open();
    assert!(flush(&outlet));
    assert_eq!(seen.lines(), ["n0000", "n0001", "n0002", "N0003"]);
}

#[test]
fn commands_and_ticks_reach_the_destination() {
    let (outlet, seen) = Fake::well().start(|_| ());
    outlet.push(numbers(0..1));
    assert!(flush(&outlet));
    outlet.command(Command::Rotate);
    until("the command is done", || *seen.commands.lock().expect("no test panics here") == [Command::Rotate]);
    until("it has its tick", || seen.ticked.load(Ordering::SeqCst) >= 1);
    assert!(seen.ticked.load(Ordering::SeqCst) <= 2);
}

#[test]
fn without_a_format_of_its_own_it_gets_json_lines() {
    struct Bytes(Arc<std::sync::Mutex<Vec<u8>>>);
    impl Destination for Bytes {
        fn name(&self) -> &'static str {
            "bytes"
        }
        fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
            self.0.lock().expect("no test panics here").extend_from_slice(batch.bytes());
            Ok(())
        }
    }
    let got: Arc<std::sync::Mutex<Vec<u8>>> = Arc::default();
    let clock = Arc::new(|| Timestamp(0));
    let outlet =
        super::super::Outlet::spawn("bytes".to_owned(), Bytes(Arc::clone(&got)).into(), clock, Arc::new(|| ()));
    let outlet = outlet.expect("a thread starts");
    outlet.push(numbers(0..1));
    assert!(flush(&outlet));
    let line = String::from_utf8(got.lock().expect("no test panics here").clone()).expect("JSON is UTF-8");
    assert!(line.starts_with('{') && line.ends_with("}\n") && line.contains("\"message\":\"n0000\""), "{line}");
}
