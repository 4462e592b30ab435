//! Programs that log before their config is read.

use super::Case;
use std::time::Duration;
use tracework::Startup;
use tracework::core::OwnedRecord;
use tracework::destinations::{Memory, MemoryHandle};
use tracework::prelude::*;

pub(super) const CASES: &[Case] = &[
    ("startup", routed),
    ("startup with a second config", second),
    ("startup without a config", without),
    ("startup with a wrong config", wrong),
    ("startup and a panic", panicking),
    ("startup with little memory", little),
];

/// A config with a destination `recent` whose records can be seen.
fn config(yaml: &str) -> (Result<tracework::config::Config, tracework::config::Error>, MemoryHandle) {
    let memory = Memory::new(100_000);
    let handle = memory.handle();
    let slot = std::sync::Mutex::new(Some(memory));
    let registry = tracework::registry::standard().destination("seen", move |_| {
        slot.lock().ok().and_then(|mut slot| slot.take()).ok_or(tracework::config::Reported)
    });
    (tracework::config::Config::from_str("app.yml", yaml, &registry), handle)
}

fn order(records: &[OwnedRecord]) -> String {
    records.iter().map(|record| record.view().message().to_owned()).collect::<Vec<_>>().join(" ")
}

fn routed() {
    let mut startup = tracework::startup().expect("it starts");
    info_span!("boot").in_scope(|| debug!("1"));
    trace!("too fine to be held");
    std::thread::scope(|scope| {
        scope.spawn(|| info!("2"));
    });
    std::thread::sleep(Duration::from_millis(300));
    let held = startup.control().map(|control| control.health().buffer.pending);
    println!("\nheld={}", held == Some(2));
    let (config, seen) = config(
        "service: payments\nlevel: DEBUG\ndestinations: { seen: { type: seen }, errors: { type: memory, level: ERROR } }\nroutes: [{ when: 'message = 3', to: [seen] }]\ndefault: [seen]",
    );
    info!("3");
    let tracework = startup.init_config(config.expect("it is right")).expect("it is applied");
    info!("4");
    trace!("not wanted by the config");
    let again = startup.init_str("level: INFO").expect_err("a config is there already");
    assert_eq!(again.to_string(), "the pipeline was shut down");
    drop(startup);
    let report = tracework.shutdown(Duration::from_secs(5));
    let records = seen.records();
    println!("order={}", order(&records));
    println!("span={}", records[0].view().spans().next().map_or("", |span| span.name()));
    println!("service={}", records[0].view().metadata("service").map_or_else(String::new, |value| value.to_string()));
    let times: Vec<_> = records.iter().map(|record| record.view().time()).collect();
    println!("times={}", times.is_sorted() && times[2].since(times[0]) >= Duration::from_millis(300));
    println!("lost={}", report.total.lost);
}

fn second() {
    let mut startup = tracework::startup().expect("it starts");
    info!("1");
    println!("\nrefused={}", startup.init_str("levle: INFO").is_err());
    info!("2");
    let (config, seen) = config("destinations: { seen: { type: seen } }");
    let tracework = startup.init_config(config.expect("it is right")).expect("it is applied");
    info!("3");
    assert_eq!(tracework.shutdown(Duration::from_secs(5)).total.delivered, 3);
    println!("order={}", order(&seen.records()));
}

fn three() {
    debug!("the first");
    warn!("the second");
    info!(number = 7, "the third");
}

fn without() {
    let startup = tracework::startup().expect("it starts");
    three();
    drop(startup);
}

fn wrong() {
    let work = || -> Result<(), tracework::Error> {
        let mut startup = tracework::startup()?;
        three();
        let _tracework = startup.init("/nowhere/at/all.yml")?;
        Ok(())
    };
    assert!(work().is_err());
}

fn panicking() {
    let _startup = tracework::startup().expect("it starts");
    three();
    panic!("the last straw");
}

fn little() {
    let mut startup = Startup::builder().memory(256 << 10).install().expect("it starts");
    (0..20_000).for_each(|number| info!(number, "held"));
    let (config, seen) = config("destinations: { seen: { type: seen } }\nbuffer: { memory: 1MiB }");
    let tracework = startup.init_config(config.expect("it is right")).expect("it is applied");
    let control = tracework.control();
    let flushed = control.flush(Duration::from_secs(10));
    println!("\nlost={} limit={}", flushed.lost, control.health().buffer_limit);
    println!("limit={}", control.health().buffer_limit);
    assert!(control.health().buffer.balances());
    // The loss is told with the engine's next chores.
    std::thread::sleep(Duration::from_millis(1500));
    let _ = control.flush(Duration::from_secs(10));
    let records = seen.records();
    println!("kept={}", records.iter().filter(|record| !record.view().internal()).count());
    let told = records.iter().find(|record| record.view().internal());
    println!("told={}", told.map_or("", |record| record.view().message()));
}

use tracing::{info_span, trace};
