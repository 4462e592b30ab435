//! Who is asked, and what is evaluated.

use super::{Case, pipeline, report};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracework::prelude::*;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, Layer, fmt};

pub(super) const CASES: &[Case] = &[
    ("alone", alone),
    ("beside fmt", beside_fmt),
    ("before fmt", before_fmt),
    ("beside filtered fmt", beside_filtered_fmt),
    ("under an env filter", under_an_env_filter),
    ("level changes", level_changes),
    ("log.level wakes", log_level_wakes),
    ("temporary level", temporary_level),
    ("destinations wake", destinations_wake),
    ("shutdown disables", shutdown_disables),
    ("scoped swaps", scoped_swaps),
];

static EVALUATED: AtomicUsize = AtomicUsize::new(0);

fn argument() -> usize {
    EVALUATED.fetch_add(1, Ordering::SeqCst)
}

fn emit() {
    for _ in 0..3 {
        let _ = log::log_enabled!(log::Level::Debug);
        let _span = tracing::info_span!("work").entered();
        info!(value = argument(), "info");
        debug!(value = argument(), "debug");
        error!("error");
    }
}

fn evaluated() {
    println!("\nevaluated={}", EVALUATED.load(Ordering::SeqCst));
}

fn alone() {
    let (control, memory) = pipeline(Severity::WARNING);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    emit();
    evaluated();
    report(&control, &memory);
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn print(&self) {
        let text = String::from_utf8_lossy(&self.0.lock().expect("nobody panicked")).into_owned();
        let count = |word: &str| text.lines().filter(|line| line.contains(word)).count();
        println!("\nfmt_debug={} fmt_lines={} fmt_spans={}", count("DEBUG"), text.lines().count(), count("work"));
    }
}

fn fmt_layer<S>(lines: &Lines) -> impl Layer<S> + use<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    let lines = lines.clone();
    fmt::layer().with_ansi(false).without_time().with_writer(move || lines.clone())
}

fn beside_fmt() {
    let (control, memory) = pipeline(Severity::WARNING);
    let lines = Lines::default();
    tracing_subscriber::registry().with(fmt_layer(&lines)).with(DestinationLayer::new(&control)).init();
    emit();
    lines.print();
    report(&control, &memory);
}

fn before_fmt() {
    let (control, memory) = pipeline(Severity::WARNING);
    let lines = Lines::default();
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).with(fmt_layer(&lines)).init();
    emit();
    lines.print();
    report(&control, &memory);
}

fn beside_filtered_fmt() {
    let (control, memory) = pipeline(Severity::TRACE);
    let lines = Lines::default();
    let fmt = fmt_layer(&lines).with_filter(LevelFilter::ERROR);
    tracing_subscriber::registry().with(fmt).with(DestinationLayer::new(&control)).init();
    emit();
    lines.print();
    report(&control, &memory);
}

/// A filter for the whole stack is heard by us too: that is what it is for.
fn under_an_env_filter() {
    let (control, memory) = pipeline(Severity::TRACE);
    let filter = EnvFilter::new("info,[work]=error");
    tracing_subscriber::registry().with(filter).with(DestinationLayer::new(&control)).init();
    debug!(value = argument(), "debug");
    info!("info");
    tracing::info_span!("work").in_scope(|| error!("error"));
    evaluated();
    report(&control, &memory);
}

fn detail() {
    debug!(value = argument(), "detail");
}

fn level_changes() {
    let (control, memory) = pipeline(Severity::INFO);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    detail();
    control.set_level("memory", Severity::DEBUG).expect("it is attached");
    detail();
    control.set_level("memory", Severity::INFO).expect("it is attached");
    detail();
    evaluated();
    report(&control, &memory);
}

fn log_level_wakes() {
    let (control, memory) = pipeline(Severity::INFO);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    detail();
    let span = tracing::info_span!("probe", log.level = "debug");
    // The engine tells `tracing` a moment later.
    std::thread::sleep(Duration::from_millis(300));
    span.in_scope(detail);
    detail();
    report(&control, &memory);
}

fn temporary_level() {
    let (control, memory) = pipeline(Severity::INFO);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    detail();
    control.set_level_for("global", Severity::DEBUG, Duration::from_millis(100)).expect("a target");
    detail();
    std::thread::sleep(Duration::from_millis(2_500));
    detail();
    evaluated();
    report(&control, &memory);
}

fn destinations_wake() {
    let (control, memory) = pipeline(Severity::ERROR);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    tracing::trace!(destinations = "memory", value = argument(), "named");
    evaluated();
    report(&control, &memory);
}

fn shutdown_disables() {
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    detail();
    let first = control.shutdown(Duration::from_secs(5));
    detail();
    let second = control.shutdown(Duration::from_secs(5));
    evaluated();
    println!("\nfirst={} second={} records={}", first.total.delivered, second.total.delivered, memory.len());
}

/// Only one subscriber lives, and it is nobody's global one: the engine's thread must still ask it.
fn scoped_swaps() {
    let (control, memory) = pipeline(Severity::INFO);
    tracing::subscriber::with_default(tracing_subscriber::registry().with(DestinationLayer::new(&control)), || {
        detail();
        for _ in 0..20 {
            control.set_level("memory", Severity::DEBUG).expect("it is attached");
            detail();
            control.set_level("memory", Severity::INFO).expect("it is attached");
            detail();
        }
    });
    evaluated();
    report(&control, &memory);
}
