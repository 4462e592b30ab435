//! Ways in which a program ends.

use super::{Case, pipeline};
use std::time::Duration;
use tracework::destinations::{File, Writer};
use tracework::prelude::*;

pub(super) const CASES: &[Case] = &[
    ("guard is dropped", guard_is_dropped),
    ("guard is dropped by a panic", guard_is_dropped_by_a_panic),
    ("guard cannot finish", guard_cannot_finish),
    ("everything is dropped", everything_is_dropped),
    ("exit after flush", exit_after_flush),
    ("panic is logged", panic_is_logged),
    #[cfg(unix)]
    ("ended by a signal", ended_by_a_signal),
    ("destructor at the thread's end", destructor_at_the_threads_end),
];

fn path() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("tracework-end-{}.log", std::process::id()))
}

/// A pipeline into a file, whose path is printed for the parent.
fn into_a_file() -> Control {
    let control = Control::new();
    println!("\npath={}", path().display());
    control.attach("file", File::append(path())).expect("it attaches");
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    control
}

fn emit() {
    (0..1_000).for_each(|number| info!(number, "before the end"));
}

fn guard_is_dropped() {
    let control = into_a_file();
    let _guard = control.guard(Duration::from_secs(10));
    emit();
}

fn guard_is_dropped_by_a_panic() {
    let control = into_a_file();
    let _guard = control.guard(Duration::from_secs(10));
    emit();
    panic!("the program fails");
}

fn guard_cannot_finish() {
    struct Stuck;
    impl std::io::Write for Stuck {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            std::thread::sleep(Duration::from_secs(3_600));
            Ok(0)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let control = Control::new();
    control.attach("stuck", Writer::new(Stuck)).expect("it attaches");
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    let guard = control.guard(Duration::from_millis(300));
    emit();
    drop(guard);
    println!("\nended");
}

/// Without a guard and without a global subscriber, the last handle still has everything delivered.
fn everything_is_dropped() {
    let (control, memory) = pipeline(Severity::TRACE);
    let stack = tracing_subscriber::registry().with(DestinationLayer::new(&control));
    tracing::subscriber::with_default(stack, emit);
    drop(control);
    let arrived = memory.wait_for(1_000, Duration::from_secs(5));
    println!("\narrived={arrived}");
}

fn exit_after_flush() {
    let control = into_a_file();
    emit();
    let report = control.flush(Duration::from_secs(10));
    println!("\npending={}", report.pending);
    std::process::exit(0);
}

/// A destructor of a thread that is nearly gone.
fn destructor_at_the_threads_end() {
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            // No span: `tracing`'s own registry ends the process when one is opened here.
            info!("from a destructor");
        }
    }
    thread_local! {
        static LAST: std::cell::RefCell<Option<Last>> = const { std::cell::RefCell::new(None) };
    }
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    for early in [true, false] {
        let ending = std::thread::spawn(move || {
            // What was set first is destroyed last on some systems, and first on others: both are tried.
            if early {
                LAST.set(Some(Last));
            }
            info!("alive");
            LAST.set(Some(Last));
        });
        ending.join().expect("it ends well");
    }
    super::report(&control, &memory);
}

/// The panic of a thread is a record, inside the spans that were open, and is on disk when the thread is gone.
fn panic_is_logged() {
    let control = into_a_file();
    tracework::log_panics(&control, Duration::from_secs(10));
    let fails = || {
        let _span = tracing::info_span!("work", user_id = "ann").entered();
        panic!("no such account: {}", 7);
    };
    let thread = std::thread::Builder::new().name("cashier".into()).spawn(fails).expect("a thread");
    assert!(thread.join().is_err(), "it panics");
    // Nothing else is flushed.
    std::process::exit(0);
}

/// Asked to end by SIGTERM, the program has everything written first.
#[cfg(unix)]
fn ended_by_a_signal() {
    let control = into_a_file();
    control.shutdown_on_signals(Duration::from_secs(10)).expect("signals can be watched");
    emit();
    let pid = std::process::id().to_string();
    let sent = std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("there is a kill");
    assert!(sent.success());
    std::thread::sleep(Duration::from_secs(30));
    println!("\nstill here");
}
