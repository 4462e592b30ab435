//! tracing-appender's rolling files as a destination: whatever is a `MakeWriter` plugs in.
//!
//! `cargo run --bin appender`
#![expect(clippy::print_stdout, reason = "a program that shows something")]

use tracework::destinations::Writer;
use tracework::prelude::*;
use tracing_appender::rolling;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let control = Control::new();
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).try_init()?;

    // A new file every hour, named by it. tracework's worker writes to it, so its `non_blocking` is not needed.
    let hourly = rolling::Builder::new()
        .rotation(rolling::Rotation::HOURLY)
        .filename_prefix("appender")
        .filename_suffix("jsonl")
        .max_log_files(3)
        .build("logs")?;
    control.attach("hourly", Writer::make(hourly).level(Severity::INFO).format(JsonLines::default()))?;
    control.attach("screen", Writer::make(std::io::stdout).level(Severity::WARNING).format(Text::new()))?;

    for number in 1..=5 {
        info!(number, "written by tracing-appender");
    }
    warn!("this goes to both");

    let report = control.shutdown(Duration::from_secs(5)).into_result()?;
    for (name, row) in &report.destinations {
        println!("{name}: {} delivered", row.delivered);
    }
    println!("The files are logs/appender.*.jsonl.");
    Ok(())
}
