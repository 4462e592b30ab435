//! Panics of every kind.

use super::{Case, pipeline, report};
use std::time::Duration;
use tracework::destinations::File;
use tracework::engine::{BacktraceWhen, ErrorSettings};
use tracework::prelude::*;

pub(super) const CASES: &[Case] = &[
    ("payloads of every kind", payloads_of_every_kind),
    ("a panic has a backtrace", a_panic_has_a_backtrace),
    ("a panic inside a panic", a_panic_inside_a_panic),
    ("a panic that cannot unwind", a_panic_that_cannot_unwind),
    ("a panic of a display in the hook", a_panic_of_a_display_in_the_hook),
    ("a panic on our own thread", a_panic_on_our_own_thread),
    ("many threads panic at once", many_threads_panic_at_once),
    ("a panic while a plan is changed", a_panic_while_a_plan_is_changed),
    ("hooks are set twice", hooks_are_set_twice),
    ("panics are not logged", panics_are_not_logged),
    ("main returns an error", main_returns_an_error),
    ("main cannot begin", main_cannot_begin),
];

fn logged() -> (Control, tracework::destinations::MemoryHandle) {
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    tracework::log_panics(&control, Duration::from_secs(10));
    (control, memory)
}

/// A file that outlives the process; its path is printed for the parent.
fn into_a_file() -> Control {
    let path = std::env::temp_dir().join(format!("tracework-panic-{}.log", std::process::id()));
    println!("\npath={}", path.display());
    let control = Control::new();
    control.attach("file", File::append(path)).expect("it attaches");
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    tracework::log_panics(&control, Duration::from_secs(10));
    control
}

fn payloads_of_every_kind() {
    let (_control, memory) = logged();
    let panics: [fn(); 6] = [
        || panic!("a text"),
        || panic!("a number: {}", 7),
        || std::panic::panic_any(std::io::Error::other("an error")),
        || {
            let error: Box<dyn std::error::Error + Send + Sync> = "a boxed error".into();
            std::panic::panic_any(error)
        },
        || std::panic::panic_any(std::borrow::Cow::Borrowed("a cow")),
        || std::panic::panic_any(42_u8),
    ];
    for panics in panics {
        let thread = std::thread::Builder::new().name("worker".into()).spawn(move || {
            let _span = tracing::info_span!("request", user_id = "ann").entered();
            panics();
        });
        assert!(thread.expect("a thread").join().is_err());
    }
    println!();
    for record in memory.records() {
        let record = record.view();
        let error = record.error().expect("an error");
        let spans = record.spans().map(|span| span.name()).collect::<Vec<_>>().join(":");
        let place = record.source();
        println!(
            "panic {}|{}|{}|{}|{spans}|{}|{}",
            error.message(),
            error.type_name().unwrap_or("unknown"),
            record.severity(),
            record.field("thread").map(|thread| thread.to_string()).unwrap_or_default(),
            place.file.is_some_and(|file| file.ends_with("children/panics.rs")),
            place.line.is_some_and(|line| line > 30),
        );
    }
}

fn a_panic_has_a_backtrace() {
    let (control, memory) = logged();
    let mut settings = ErrorSettings::default();
    settings.backtrace = BacktraceWhen::Always;
    settings.tags = vec!["CRASH".into()];
    control.set_errors(settings).expect("it is set");
    assert!(std::panic::catch_unwind(|| panic!("traced")).is_err());
    let record = memory.records().remove(0);
    let record = record.view();
    let error = record.error().expect("an error");
    let backtrace = error.backtrace().unwrap_or_default();
    println!("\nnames={}", backtrace.contains("a_panic_has_a_backtrace"));
    println!("begins={}", !backtrace.lines().next().unwrap_or_default().contains("panicking"));
    println!("tag={} fingerprint={}", record.has_tag("CRASH"), error.fingerprint().is_some());
    println!("groups={}", control.errors().groups.len());
}

fn a_panic_inside_a_panic() {
    struct Second;
    impl Drop for Second {
        fn drop(&mut self) {
            panic!("the second panic");
        }
    }
    let _control = into_a_file();
    let _second = Second;
    panic!("the first panic");
}

fn a_panic_that_cannot_unwind() {
    extern "C" fn fails() {
        panic!("through a wall");
    }
    let _control = into_a_file();
    fails();
}

/// Rust ends a process whose panic hook panics. What was logged before is on disk.
fn a_panic_of_a_display_in_the_hook() {
    #[derive(Debug)]
    struct Hostile;
    impl std::fmt::Display for Hostile {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("no text")
        }
    }
    impl std::error::Error for Hostile {}
    let control = into_a_file();
    info!("before");
    control.flush(Duration::from_secs(10));
    let error: Box<dyn std::error::Error + Send + Sync> = Box::new(Hostile);
    std::panic::panic_any(error);
}

fn a_panic_on_our_own_thread() {
    let (control, memory) = logged();
    let fails = |_: &tracework::core::Record<'_>| panic!("a fault in the filter");
    control.add_filter("fails", fails).expect("it is added");
    info!("kept all the same");
    report(&control, &memory);
    let log = control.self_log();
    println!("noted={}", log.iter().any(|entry| entry.message.contains("a fault in the filter")));
}

fn many_threads_panic_at_once() {
    let (control, memory) = logged();
    let threads: Vec<_> = (0..16).map(|number| std::thread::spawn(move || panic!("thread {number} fails"))).collect();
    threads.into_iter().for_each(|thread| assert!(thread.join().is_err()));
    report(&control, &memory);
    println!("groups={}", control.errors().groups.len());
}

fn a_panic_while_a_plan_is_changed() {
    let (control, memory) = logged();
    let changing = control.clone();
    let change = move || drop(changing.change::<()>(|_| panic!("a fault in the change")));
    assert!(std::thread::spawn(change).join().is_err());
    control.set_program_level(Severity::DEBUG).expect("it still changes");
    report(&control, &memory);
}

fn hooks_are_set_twice() {
    let (control, memory) = logged();
    tracework::log_panics(&control, Duration::from_secs(10));
    assert!(std::panic::catch_unwind(|| panic!("once")).is_err());
    report(&control, &memory);
}

fn panics_are_not_logged() {
    let (control, memory) = logged();
    let mut settings = ErrorSettings::default();
    settings.panics = false;
    control.set_errors(settings).expect("it is set");
    assert!(std::panic::catch_unwind(|| panic!("quiet")).is_err());
    report(&control, &memory);
}

fn config() -> String {
    let path = std::env::temp_dir().join(format!("tracework-main-{}.log", std::process::id()));
    println!("\npath={}", path.display());
    format!("destinations: {{ app: {{ type: file, path: \"{}\" }} }}", path.display().to_string().replace('\\', "/"))
}

fn main_returns_an_error() {
    let code = tracework::main_result(tracework::init_str(&config()), |_| {
        "none".parse::<u16>()?;
        Ok::<(), Box<dyn std::error::Error>>(())
    });
    println!("\nfailed={}", code == std::process::ExitCode::FAILURE);
}

fn main_cannot_begin() {
    let code = tracework::main_result(tracework::init_str("destination: {}"), |_| {
        println!("\nit runs");
        Ok::<(), std::fmt::Error>(())
    });
    println!("\nfailed={}", code == std::process::ExitCode::FAILURE);
}
