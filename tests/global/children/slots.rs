//! Changing a stack while the program runs: with `reload`, as its users meet it, and with a slot.
#![expect(clippy::disallowed_methods, reason = "what `reload` does is reproduced here")]

use super::Case;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tracework::prelude::*;
use tracework::{LayerSlot, SlotHandle};
use tracing::span::{Attributes, Id};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Identity};
use tracing_subscriber::{Layer, Registry, fmt, reload};

pub(super) const CASES: &[Case] = &[
    ("slot reload", replaced),
    ("slot added", added),
    ("slot stale", stale),
    ("slot reentrancy", reentrancy),
    ("slot mutual", mutual),
    ("peer late json", peer_late_json),
    ("slot late json", late_json),
    ("peer colours", peer_colours),
    ("slot colours", colours),
    ("peer callback", peer_callback),
    ("slot callback", callback),
];

/// The stack of every case: a slot, a layer of ours, and nothing else.
fn slot() -> (Control, SlotHandle<Registry>) {
    let control = Control::new();
    let slot = LayerSlot::new(&control);
    let handle = slot.handle();
    tracing_subscriber::registry().with(slot).with(DestinationLayer::new(&control)).init();
    (control, handle)
}

/// A text that is written by a layer.
#[derive(Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Text {
    fn get(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
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

fn replaced() {
    let (_control, slot) = slot();
    let text = Text::default();
    let make = || fmt::layer().with_ansi(false).with_writer(text.clone()).with_filter(LevelFilter::TRACE);
    slot.put_filtered("text", make()).expect("there is room");
    tracing::trace!("before");
    slot.replace_filtered("text", make()).expect("there is room");
    tracing::trace!("after");
    println!("\nlines={}", text.get().lines().count());
}

fn added() {
    let (_control, slot) = slot();
    let [first, second] = [Text::default(), Text::default()];
    let layer = |text: &Text| fmt::layer().with_ansi(false).with_writer(text.clone());
    slot.put_filtered("first", layer(&first).with_filter(LevelFilter::INFO)).expect("there is room");
    tracing::info!("to one");
    slot.put_filtered("second", layer(&second).with_filter(LevelFilter::WARN)).expect("there is room");
    tracing::warn!("to both");
    tracing::info!("to the first alone");
    println!("\nfirst={} second={}", first.get().lines().count(), second.get().lines().count());
}

fn stale() {
    let (_control, slot) = slot();
    let text = Text::default();
    let layer = fmt::layer().with_ansi(false).with_writer(text.clone());
    slot.put_filtered("first", layer.with_filter(LevelFilter::INFO)).expect("there is room");
    let quiet = fmt::layer().with_writer(std::io::sink);
    slot.put_filtered("second", quiet.with_filter(LevelFilter::TRACE)).expect("there is room");
    for number in 0..2 {
        tracing::info_span!("work", number).in_scope(|| tracing::info!("in work"));
        let _ = log::log_enabled!(target: "sqlx::query", log::Level::Debug);
    }
    println!("\nspans={}", text.get().lines().filter(|line| line.contains("work{")).count());
}

static CALLS: AtomicUsize = AtomicUsize::new(0);

struct Logs;

impl<S: tracing::Subscriber> Layer<S> for Logs {
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        if CALLS.fetch_add(1, Ordering::SeqCst) < 50 {
            tracing::info_span!("inner").in_scope(|| ());
        }
    }

    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        if CALLS.fetch_add(1, Ordering::SeqCst) < 50 {
            tracing::error!("destination failed");
        }
    }
}

fn reentrancy() {
    let (control, slot) = slot();
    let memory = Memory::new(100);
    let delivered = memory.handle();
    control.attach("memory", memory).expect("it attaches");
    slot.put("logs", Logs).expect("there is room");
    tracing::info!("one");
    tracing::info_span!("outer").in_scope(|| ());
    control.flush(Duration::from_secs(10));
    println!("\ncalls={} delivered={} free={}", CALLS.load(Ordering::SeqCst), delivered.len(), slot.free_seats());
}

fn mutual() {
    let (_control, slot) = slot();
    slot.put("one", Logs).expect("there is room");
    slot.put("other", Logs).expect("there is room");
    tracing::info!("one");
    println!("\ncalls={}", CALLS.load(Ordering::SeqCst));
}

/// What is logged inside a span that is older than the layer, and then inside both.
fn in_and_out(put: impl FnOnce()) {
    let _old = tracing::info_span!("old", user = "ann").entered();
    put();
    tracing::info!("in the old one");
    tracing::info_span!("new", user = "bob").in_scope(|| tracing::info!("in both"));
}

type Boxed = Box<dyn Layer<Registry> + Send + Sync>;

fn peer_late_json() {
    let (layer, handle) = reload::Layer::new(Identity::new().boxed());
    tracing_subscriber::registry().with(layer).init();
    let text = Text::default();
    let json = fmt::layer().json().with_writer(text.clone()).boxed();
    in_and_out(|| handle.reload(json).expect("it reloads"));
    println!("\nlines={}", text.get().lines().count());
}

fn late_json() {
    let (_control, slot) = slot();
    let text = Text::default();
    let json = fmt::layer().json().with_writer(text.clone()).boxed();
    in_and_out(|| slot.put("json", json).expect("there is room"));
    println!("\nlines={}", text.get().lines().count());
}

fn coloured() -> Boxed {
    fmt::layer().with_ansi(true).with_writer(std::io::sink).boxed()
}

fn plain(text: &Text) -> Boxed {
    fmt::layer().with_ansi(false).with_writer(text.clone()).boxed()
}

fn peer_colours() {
    let text = Text::default();
    let (layer, handle) = reload::Layer::new(coloured());
    tracing_subscriber::registry().with(layer).init();
    in_and_out(|| handle.reload(plain(&text)).expect("it reloads"));
    println!("\nescapes={} lines={}", text.get().matches('\u{1b}').count(), text.get().lines().count());
}

fn colours() {
    let text = Text::default();
    let (_control, slot) = slot();
    slot.put("text", coloured()).expect("there is room");
    in_and_out(|| slot.replace("text", plain(&text)).expect("there is room"));
    println!("\nescapes={} lines={}", text.get().matches('\u{1b}').count(), text.get().lines().count());
}

/// Runs `work` on another thread, and tells whether it came to an end within three seconds.
fn tell_whether_it_ends(work: impl FnOnce() + Send + 'static) {
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        work();
        _ = done.send(());
    });
    println!("\nhangs={}", u8::from(ended.recv_timeout(Duration::from_secs(3)).is_err()));
    _ = std::io::stdout().flush();
    // The thread may hang for ever.
    std::process::exit(0);
}

/// Runs what it was told to at the first event.
struct AtOnce(Arc<OnceLock<Box<dyn Fn() + Send + Sync>>>, AtomicUsize);

impl<S: tracing::Subscriber> Layer<S> for AtOnce {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        if let (Some(work), 0) = (self.0.get(), self.1.fetch_add(1, Ordering::SeqCst)) {
            work();
        }
    }
}

fn peer_callback() {
    let work = Arc::new(OnceLock::new());
    let boxed: Boxed = AtOnce(Arc::clone(&work), AtomicUsize::new(0)).boxed();
    let (layer, handle) = reload::Layer::new(boxed);
    tracing_subscriber::registry().with(layer).init();
    _ = work.set(Box::new(move || handle.reload(coloured()).expect("it reloads")));
    tell_whether_it_ends(|| tracing::info!("go"));
}

fn callback() {
    let (_control, slot) = slot();
    let work = Arc::new(OnceLock::new());
    slot.put("text", AtOnce(Arc::clone(&work), AtomicUsize::new(0))).expect("there is room");
    _ = work.set(Box::new(move || slot.replace("text", coloured()).expect("there is room")));
    tell_whether_it_ends(|| tracing::info!("go"));
}
