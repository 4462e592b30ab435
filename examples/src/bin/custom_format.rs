//! A line of your own: by a pattern, by a closure, or by the trait `Format`.
//!
//! `cargo run --bin custom_format`
#![expect(clippy::print_stdout, reason = "a program that shows something")]

use std::fmt::Write as _;
use tracework::core::{Format, Record};
use tracework::format::{Pattern, from_fn};
use tracework::prelude::*;

/// Length-prefixed messages: a format whose bytes are all its own.
#[derive(Clone)]
struct Framed;

impl Format for Framed {
    fn encode(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("{}:{}", record.message().len(), record.message()).as_bytes());
    }

    fn duplicate(&self) -> Box<dyn Format> {
        Box::new(self.clone())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let control = Control::new();
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).try_init()?;
    let memory = Memory::new(10);
    let kept = memory.handle();
    control.attach("memory", memory)?;

    info!(amount = 12.5, tags = "PAYMENT", "payment processed");
    warn!(user = "ann\nforged line", "sign-in refused");
    control.shutdown(Duration::from_secs(1)).into_result()?;

    let pattern = Pattern::new("[{time:%H:%M:%S}] [{level:<8}] {message} {fields} {tags}")?;
    let closure = from_fn(|record, line| {
        let fields: Vec<_> = record.fields().map(|field| field.key).collect();
        // Writing into a string does not fail.
        let _ = write!(line, "{} | {} | {}", record.severity(), record.message(), fields.join(" "));
    });
    println!("A pattern; what could forge a line is escaped:");
    kept.lines(pattern).iter().for_each(|line| println!("  {line}"));
    println!("A closure:");
    kept.lines(closure).iter().for_each(|line| println!("  {line}"));
    println!("A type of its own:");
    kept.lines(Framed).iter().for_each(|line| println!("  {line}"));
    Ok(())
}
