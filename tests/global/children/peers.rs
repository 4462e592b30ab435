//! The peers' failures, as their users meet them. When one of these ends well, upstream was mended.
#![expect(clippy::disallowed_methods, reason = "what the peers do is reproduced here")]

use super::Case;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt, reload};

pub(super) const CASES: &[Case] = &[
    ("peer reload", reload),
    ("peer added", added),
    ("peer stale", stale),
    ("peer guard", guard),
    ("peer ansi", ansi),
    ("peer reentrancy", reentrancy),
];

fn reload() {
    let make = || fmt::Layer::new().with_filter(LevelFilter::TRACE);
    let (layer, handle) = reload::Layer::new(make());
    tracing_subscriber::registry().with(layer).init();
    tracing::info!("before");
    handle.reload(make()).expect("it reloads");
    tracing::info!("after");
}

fn added() {
    let layers: Vec<Box<dyn Layer<Registry> + Send + Sync>> =
        vec![fmt::layer().with_ansi(false).with_filter(LevelFilter::INFO).boxed()];
    let (layer, handle) = reload::Layer::new(layers);
    tracing_subscriber::registry().with(layer).init();
    tracing::info!("to one");
    let added = fmt::layer().with_ansi(false).with_filter(LevelFilter::WARN).boxed();
    handle.modify(|layers| layers.push(added)).expect("it is changed");
    tracing::warn!("to both");
    tracing::info!("to the first alone");
}

/// A text that is written by a layer.
#[derive(Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Text {
    fn get(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panicked")).into_owned()
    }
}

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Text {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn work(number: u32) {
    let _span = tracing::info_span!("work", number).entered();
    tracing::info!("in work");
}

fn stale() {
    let info = || Targets::new().with_default(LevelFilter::INFO);
    let text = Text::default();
    let first = fmt::layer().with_ansi(false).without_time().with_writer(text.clone()).with_filter(info());
    let second = fmt::layer().with_writer(std::io::sink).with_filter(info().with_target("other", LevelFilter::TRACE));
    tracing_subscriber::registry().with(first).with(second).init();
    work(0);
    let _ = log::log_enabled!(target: "sqlx::query", log::Level::Debug);
    work(1);
    let spans = text.get().lines().filter(|line| line.contains("work{")).count();
    println!("\nspans={spans}");
}

struct Slow(Arc<AtomicUsize>);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        std::thread::sleep(Duration::from_millis(2));
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn guard() {
    let written = Arc::new(AtomicUsize::new(0));
    let (writer, guard) = tracing_appender::non_blocking(Slow(Arc::clone(&written)));
    let dropped = writer.error_counter();
    fmt().with_writer(writer).init();
    (0..2_000).for_each(|number| tracing::info!(number, "x"));
    let begun = Instant::now();
    drop(guard);
    println!(
        "\nwritten={} told={} seconds={}",
        written.load(Ordering::SeqCst),
        dropped.dropped_lines(),
        begun.elapsed().as_secs()
    );
}

fn ansi() {
    let (console, file) = (Text::default(), Text::default());
    tracing_subscriber::registry()
        .with(fmt::layer().with_ansi(true).with_writer(console))
        .with(fmt::layer().with_ansi(false).with_writer(file.clone()))
        .init();
    let _span = tracing::info_span!("req", user = "bob").entered();
    tracing::info!("hi");
    println!("\nescapes={}", file.get().matches('\u{1b}').count());
}

static CALLS: AtomicUsize = AtomicUsize::new(0);

struct Logs;

impl<S: tracing::Subscriber> Layer<S> for Logs {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        if CALLS.fetch_add(1, Ordering::SeqCst) < 50 {
            tracing::error!("destination failed");
        }
    }
}

fn reentrancy() {
    tracing_subscriber::registry().with(Logs).init();
    tracing::info!("one");
    println!("\ncalls={}", CALLS.load(Ordering::SeqCst));
}
