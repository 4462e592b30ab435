//! A place of your own for records to go to: write a `Destination` and register it in one line. It is then a `type` in the
//! configs of every program that links it.
//!
//! `cargo run --bin custom_destination`
#![expect(clippy::print_stdout, reason = "a program that shows something")]

use std::io::Write;
use tracework::config::{Reported, Section};
use tracework::core::{Batch, Destination, Failure, Format};
use tracework::format::Json;
use tracework::prelude::*;

/// A message queue that is asleep when it is first called.
struct Queue<W> {
    topic: String,
    wire: W,
    asleep: bool,
}

impl<W: Write + Send + 'static> Destination for Queue<W> {
    fn name(&self) -> &'static str {
        "queue"
    }

    fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), Failure> {
        if std::mem::take(&mut self.asleep) {
            // It is tried again after a while; nothing is lost meanwhile.
            return Err(Failure::temporary("the queue is asleep"));
        }
        for (at, (record, bytes)) in batch.iter().enumerate() {
            if record.message().is_empty() {
                // It becomes a dead letter, and the rest of the batch goes on.
                return Err(Failure::permanent("the queue takes no empty messages").after(at));
            }
            let line = [self.topic.as_bytes(), b" <- ", bytes].concat();
            self.wire.write_all(&line).map_err(|error| Failure::from(error).after(at))?;
        }
        Ok(())
    }

    /// What it writes unless the config says otherwise.
    fn usual_format(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Json::new()))
    }
}

/// Reads `topic` from its section of the config.
fn queue(section: &mut Section<'_>) -> Result<Queue<std::io::Stdout>, Reported> {
    section.about(&[("topic", "What its messages are about.", "shop.orders")]);
    Ok(Queue { topic: section.need_str("topic")?, wire: std::io::stdout(), asleep: true })
}

tracework::plugin!(destination "queue" => queue);

const CONFIG: &str = "
destinations:
  orders: { type: queue, topic: shop.orders, level: INFO, retry: { first: 50ms } }
";

fn main() -> Result<(), tracework::Error> {
    let tracework = tracework::init_str(CONFIG)?;
    for message in ["ordered", "", "paid"] {
        info!(order = 1, "{message}");
    }
    let row = &tracework.shutdown(Duration::from_secs(5)).into_result()?.destinations["orders"];
    println!("{} accepted = {} delivered + {} dead letter", row.accepted, row.delivered, row.dead_lettered);
    Ok(())
}

#[cfg(test)]
tracework_testkit::conformance!({
    let file = tempfile::NamedTempFile::new().expect("a file");
    let wire = file.reopen().expect("it opens");
    let read = move || std::fs::read_to_string(file.path()).expect("a text").lines().map(str::to_owned).collect();
    tracework_testkit::conformance::Subject::new(super::Queue { topic: "test".into(), wire, asleep: true }, read)
});
