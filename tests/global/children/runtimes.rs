//! Async runtimes: in one, beside one, after one.

use super::{Case, pipeline, report};
use std::time::Duration;
use tracework::prelude::*;

pub(super) const CASES: &[Case] =
    &[("current thread", current_thread), ("after the runtime", after_the_runtime), ("flush async", flush_async)];

fn current_thread() {
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        (0..100).for_each(|number| info!(number, "in the runtime"));
        control.set_level("memory", Severity::INFO).expect("control works inside too");
        debug!("off by now");
        let flushed = control.flush(Duration::from_secs(10));
        println!("\ninside={}", flushed.delivered);
    });
    report(&control, &memory);
}

fn after_the_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let (control, memory) = runtime.block_on(async {
        let (control, memory) = pipeline(Severity::TRACE);
        tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
        let tasks: Vec<_> = (0..10).map(|number| tokio::spawn(async move { info!(number, "in a task") })).collect();
        for task in tasks {
            task.await.expect("it ends well");
        }
        (control, memory)
    });
    drop(runtime);
    info!("after the runtime");
    report(&control, &memory);
}

fn flush_async() {
    let (control, memory) = pipeline(Severity::TRACE);
    tracing_subscriber::registry().with(DestinationLayer::new(&control)).init();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        info!("before the flush");
        let flushed = control.flush_async(Duration::from_secs(10)).await;
        println!("\nflushed={}", flushed.delivered);
    });
    report(&control, &memory);
}
