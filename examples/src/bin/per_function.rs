//! What a single function, or a single event, can say for itself: `log.level`, `destinations` and `tags`.
//!
//! `cargo run --bin per_function`
#![expect(clippy::print_stdout, reason = "a program that shows something")]

use tracework::destinations::MemoryHandle;
use tracework::prelude::*;

/// An ordinary function: the destinations' own levels hold, so its DEBUG event goes nowhere.
#[instrument]
fn ordinary() {
    debug!("details that nobody asked for");
    info!("news");
}

/// This function, and all that it calls, at DEBUG.
#[instrument(fields(log.level = "debug"))]
fn watched() {
    debug!("details, because the span says so");
    ordinary();
}

/// Everything inside goes to `billing` rather than to `app`, with a tag.
#[instrument(fields(destinations = "billing", tags = "BILLING"))]
fn charge(cents: u64) {
    info!(cents, "charged");
    info!(destinations = "+app", "this one goes to app as well");
    trace!(destinations = "audit", "this one goes to audit alone, whatever the levels are");
}

fn main() -> Result<(), tracework::Error> {
    let control = Control::new();
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).try_init()?;
    let attach = |name: &str, by_default| -> Result<MemoryHandle, tracework::Error> {
        let memory = Memory::new(100);
        let handle = memory.handle();
        let memory = memory.level(Severity::INFO);
        if by_default {
            control.attach(name, memory)?;
        } else {
            control.create(name, memory)?;
        }
        Ok(handle)
    };
    let destinations =
        [("app", attach("app", true)?), ("billing", attach("billing", false)?), ("audit", attach("audit", false)?)];

    let tries: [(&str, fn()); 3] =
        [("ordinary()", ordinary), ("watched()", watched), ("charge(1250)", || charge(1250))];
    for (call, run) in tries {
        println!("{call}");
        run();
        control.flush(Duration::from_secs(1));
        for (name, memory) in &destinations {
            memory.lines(Text::new()).iter().for_each(|line| println!("  {name:7} {line}"));
            memory.clear();
        }
    }
    control.shutdown(Duration::from_secs(1)).into_result()?;
    Ok(())
}
