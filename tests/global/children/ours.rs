//! The same scenarios as the peers', with ours.

use super::{Case, pipeline, report};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tracework::destinations::{Color, Console, File, Memory, Writer};
use tracework::format::Text;
use tracework::prelude::*;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::{Layer, fmt};

pub(super) const CASES: &[Case] = &[
    ("our reload", reload),
    ("our added", added),
    ("our stale", stale),
    ("our stale beside fmt", stale_beside_fmt),
    ("our guard", guard),
    ("our shutdown in no time", shutdown_in_no_time),
    ("our ansi", ansi),
];

fn reload() {
    let control = Control::new();
    let mut memories = Vec::new();
    let mut memory = || {
        let memory = Memory::new(1);
        memories.push(memory.handle());
        memory.level(Severity::TRACE)
    };
    control.attach("memory", memory()).expect("it attaches");
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    let (stop, emitted) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                tracing::trace!("while it is replaced");
                emitted.fetch_add(1, Ordering::SeqCst);
            }
        });
        for _ in 0..50 {
            let _ = control.replace("memory", memory()).expect("it is replaced");
        }
        stop.store(true, Ordering::SeqCst);
    });
    let flushed = control.flush(Duration::from_secs(10));
    let delivered: u64 = memories.iter().map(tracework::destinations::MemoryHandle::sequence).sum();
    println!("\nemitted={} delivered={delivered} lost={}", emitted.load(Ordering::SeqCst), flushed.lost);
}

fn added() {
    let (control, first) = pipeline(Severity::INFO);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    info!("to one");
    let memory = Memory::new(100);
    let second = memory.handle();
    control.attach("second", memory.level(Severity::WARNING)).expect("it attaches");
    warn!("to both");
    info!("to the first alone");
    report(&control, &first);
    println!("second={}", second.len());
}

fn work(number: u32) {
    let _span = tracing::info_span!("work", number).entered();
    info!("in work");
}

fn stale() {
    let (control, memory) = pipeline(Severity::INFO);
    tracing_subscriber::registry().with(MetadataLayer::new(&control)).with(DestinationLayer::new(&control)).init();
    work(0);
    let _ = log::log_enabled!(target: "sqlx::query", log::Level::Debug);
    work(1);
    control.flush(Duration::from_secs(10));
    println!("\nspans={}", memory.records().iter().filter(|record| record.view().spans().count() == 1).count());
}

/// One filtered layer of someone else's: alone it is not stricken, and it must not be beside ours either.
fn stale_beside_fmt() {
    let (control, memory) = pipeline(Severity::INFO);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("fmt.log");
    let file = std::fs::File::create(&path).expect("a file");
    let info = Targets::new().with_default(LevelFilter::INFO);
    let fmt = fmt::layer().with_ansi(false).without_time().with_writer(std::sync::Mutex::new(file)).with_filter(info);
    tracing_subscriber::registry().with(fmt).with(DestinationLayer::new(&control)).init();
    work(0);
    let _ = log::log_enabled!(target: "sqlx::query", log::Level::Debug);
    work(1);
    control.flush(Duration::from_secs(10));
    let text = std::fs::read_to_string(&path).expect("it is there");
    let theirs = text.lines().filter(|line| line.contains("work{")).count();
    let ours = memory.records().iter().filter(|record| record.view().spans().count() == 1).count();
    println!("\ntheirs={theirs} ours={ours}");
}

/// Takes two milliseconds for each call.
struct Slow(Arc<AtomicUsize>);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        std::thread::sleep(Duration::from_millis(2));
        self.0.fetch_add(bytes.iter().filter(|&&byte| byte == b'\n').count(), Ordering::SeqCst);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn slow_pipeline(control: &Control) -> Arc<AtomicUsize> {
    let written = Arc::new(AtomicUsize::new(0));
    let one_by_one = tracework::core::BatchSettings { records: 1, ..Default::default() };
    control.attach("slow", Writer::new(Slow(Arc::clone(&written))).batch(one_by_one)).expect("it attaches");
    tracing_subscriber::registry().with(DestinationLayer::new(control)).init();
    (0..2_000).for_each(|number| info!(number, "x"));
    written
}

fn guard() {
    let control = Control::new();
    let guard = control.guard(Duration::from_secs(30));
    let written = slow_pipeline(&control);
    drop(guard);
    println!("\nwritten={}", written.load(Ordering::SeqCst));
}

fn shutdown_in_no_time() {
    let control = Control::new();
    let written = slow_pipeline(&control);
    let begun = Instant::now();
    let report = control.shutdown(Duration::from_millis(300));
    let late = begun.elapsed() > Duration::from_secs(2);
    println!(
        "\ndelivered={} lost={} pending={} late={late}",
        report.total.delivered, report.total.lost, report.total.pending
    );
    println!("written={}", written.load(Ordering::SeqCst));
    println!("{}", report.into_result().expect_err("records were lost"));
}

fn ansi() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plain.log");
    let control = Control::new();
    control.attach("console", Console::stdout().color(Color::Always)).expect("it attaches");
    control.attach("file", File::append(&path).format(Text::new())).expect("it attaches");
    let coloured = fmt::layer().with_ansi(true).with_writer(std::io::stderr);
    tracing_subscriber::registry().with(coloured).with(DestinationLayer::new(&control)).init();
    {
        let _span = tracing::info_span!("req", user = "bob").entered();
        info!(paint = "\u{1b}[31mred", "hi {}", "\u{1b}[2J");
    }
    let _ = control.shutdown(Duration::from_secs(10));
    let text = std::fs::read_to_string(&path).expect("it is there");
    println!("\nescapes={} lines={}", text.matches('\u{1b}').count(), text.lines().count());
}
