//! The cases.

use super::Subject;
use super::subject::{ATTEMPTS, PAUSE};
use crate::hostile_strings;
use tracework_core::{Command, FailureClass};

/// It has a name of one word.
///
/// # Panics
///
/// Panics if it has not.
#[expect(clippy::needless_pass_by_value, reason = "every case has the same signature")]
pub fn has_a_name(subject: Subject) {
    let name = subject.destination.name();
    let word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-');
    assert!(word, "`{name}` should be one word in small letters");
}

/// It can be opened and closed without a record.
///
/// # Panics
///
/// Panics if it cannot.
pub fn opens_and_closes(mut subject: Subject) {
    subject.open();
    subject.close();
}

/// It can be opened when it is open, as a worker does after a failure, and loses nothing.
///
/// # Panics
///
/// Panics if it does.
pub fn opens_again(mut subject: Subject) {
    subject.open();
    subject.deliver_some(2);
    subject.open();
    subject.deliver_some(2);
    subject.open();
    subject.arrived();
    subject.close();
}

/// Every record arrives, once and in order, over batches of many sizes.
///
/// # Panics
///
/// Panics if one does not.
pub fn delivers_every_record_in_order(mut subject: Subject) {
    subject.open();
    for size in [1, 1, 2, 3, 7, 50, 1] {
        subject.deliver_some(size);
    }
    subject.arrived();
    subject.deliver_some(5);
    subject.close();
}

/// An empty batch is delivered, and is nothing.
///
/// # Panics
///
/// Panics if it is not.
pub fn accepts_an_empty_batch(mut subject: Subject) {
    subject.open();
    subject.deliver_some(0);
    subject.arrived();
    subject.deliver_some(1);
    subject.deliver_some(0);
    subject.arrived();
    subject.close();
}

/// A delivery without an open succeeds, or fails for a time until it is opened.
///
/// # Panics
///
/// Panics if it does neither.
pub fn delivers_before_it_was_opened(mut subject: Subject) {
    subject.deliver_some(3);
    subject.arrived();
    subject.close();
}

/// A batch of thousands of records, and one of several MiB, arrive whole.
///
/// # Panics
///
/// Panics if they do not.
pub fn delivers_a_large_batch(mut subject: Subject) {
    subject.open();
    subject.deliver_some(5_000);
    let long = "long ".repeat(3_000);
    let records = subject.next_records(std::iter::repeat_n(&long, 100));
    subject.deliver(&records);
    subject.arrived();
    subject.close();
}

/// Texts that attack a log are ordinary content: each record stays one record. See
/// [`hostile_strings`](crate::hostile_strings).
///
/// # Panics
///
/// Panics if one does not.
pub fn accepts_any_text(mut subject: Subject) {
    subject.open();
    let records = subject.next_records(hostile_strings().iter().map(|hostile| hostile.text.clone()));
    for record in &records {
        subject.deliver(std::slice::from_ref(record));
    }
    let again = subject.next_records(hostile_strings().iter().map(|hostile| hostile.text.clone()));
    subject.deliver(&again);
    subject.arrived();
    subject.close();
}

/// Flushes and ticks are fine at any time, more than once.
///
/// # Panics
///
/// Panics if one fails.
pub fn can_be_flushed_and_ticked_at_any_time(mut subject: Subject) {
    subject.open();
    for records in [0, 2, 1] {
        subject.deliver_some(records);
        for _ in 0..2 {
            subject.destination.flush().expect("it flushes");
            subject.destination.tick().expect("it ticks");
        }
    }
    subject.arrived();
    subject.close();
}

/// Every command is obeyed or ignored, and no record is lost by it.
///
/// # Panics
///
/// Panics if one fails or loses a record.
pub fn obeys_or_ignores_commands(mut subject: Subject) {
    subject.open();
    for command in [Command::Reopen, Command::Rotate, Command::Reopen, Command::Rotate] {
        subject.destination.command(command).expect("a command is obeyed or ignored");
        subject.deliver_some(3);
    }
    subject.arrived();
    subject.close();
}

/// While what it needs is broken, it fails for a time or holds on to the records; once it is mended, everything
/// arrives once. Without [`Subject::fault`] there is nothing to break, and the case passes.
///
/// # Panics
///
/// Panics if it does not recover.
pub fn recovers_from_a_failure(mut subject: Subject) {
    subject.open();
    subject.deliver_some(2);
    subject.arrived();
    if !subject.break_it() {
        return subject.close();
    }
    let records = subject.next_records(["while it is broken", "and one more"]);
    let bundle = subject.bundle(&records);
    let delivered = match bundle.with(|batch| subject.destination.deliver(batch)) {
        Ok(()) => records.len(),
        Err(failure) => {
            assert_eq!(failure.class(), FailureClass::Temporary, "what can be mended is temporary: {failure}");
            failure.delivered()
        }
    };
    // Neither may panic or hang; both may fail.
    _ = subject.destination.flush();
    _ = subject.destination.tick();
    subject.mend_it();
    _ = subject.destination.open();
    subject.deliver(&records[delivered..]);
    subject.deliver_some(2);
    subject.arrived();
    subject.close();
}

/// It may be made on one thread and used on another, as it always is.
///
/// # Panics
///
/// Panics if it then fails.
pub fn works_on_another_thread(mut subject: Subject) {
    let records = subject.next_records(["one", "two"]);
    let bundle = subject.bundle(&records);
    let mut destination = subject.destination;
    let used = std::thread::spawn(move || {
        destination.open().expect("it opens");
        for _ in 0..ATTEMPTS {
            match bundle.with(|batch| destination.deliver(batch)) {
                Ok(()) => return destination,
                Err(failure) if failure.class() == FailureClass::Temporary && failure.delivered() == 0 => {
                    std::thread::sleep(PAUSE);
                    _ = destination.open();
                }
                Err(failure) => panic!("it does not deliver: {failure}"),
            }
        }
        panic!("it does not deliver, though it was tried {ATTEMPTS} times")
    });
    subject.destination = used.join().expect("it does not panic");
    subject.arrived();
    subject.close();
}

/// Dropped without being closed, before or after it was opened, it neither panics nor hangs.
///
/// # Panics
///
/// Panics if it does.
pub fn can_be_dropped_at_any_time(mut subject: Subject) {
    subject.open();
    subject.deliver_some(1);
    drop(subject);
}
