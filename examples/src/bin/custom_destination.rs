//! A place of your own for records to go to: write a `Destination`, attach it, or offer it to config files as a type.
//!
//! `cargo run --bin custom_destination`
#![expect(clippy::print_stdout, reason = "a program that shows something")]

use tracework::config::Config;
use tracework::core::{Batch, Destination, Failure};
use tracework::format::Json;
use tracework::prelude::*;

/// A message queue that is asleep when it is first called.
struct Queue {
    topic: String,
    asleep: bool,
}

impl Destination for Queue {
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
            print!("  {} <- {}", self.topic, String::from_utf8_lossy(bytes));
        }
        Ok(())
    }

    /// What it writes unless the config says otherwise.
    fn usual_format(&self) -> Option<Box<dyn tracework::core::Format>> {
        Some(Box::new(Json::new()))
    }
}

fn main() -> Result<(), tracework::Error> {
    let registry = tracework::registry::standard().destination("queue", |section| {
        let topic = section.take_str("topic").unwrap_or_else(|| "logs".to_owned());
        Ok(Queue { topic, asleep: true })
    });
    let yaml = "
        destinations:
          orders: { type: queue, topic: shop.orders, level: INFO, retry: { first: 50ms } }
    ";
    let tracework = tracework::init_config(Config::from_str("orders.yml", yaml, &registry)?)?;
    let control = tracework.control();

    println!("What the queue takes:");
    info!(order = 1, "ordered");
    info!(order = 2, "");
    info!(order = 3, "ordered");
    control.flush(Duration::from_secs(2));

    for letter in control.dead_letters("orders")? {
        println!("What it does not take: {:?}, because {}", letter.record, letter.reason);
    }
    let row = &tracework.shutdown(Duration::from_secs(1)).into_result()?.destinations["orders"];
    println!("{} accepted = {} delivered + {} dead letter", row.accepted, row.delivered, row.dead_lettered);
    Ok(())
}
