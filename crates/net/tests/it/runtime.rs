//! The runtime of a destination.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracework_core::Failure;
use tracework_net::Runtime;

#[test]
fn what_was_spawned_goes_on_while_it_breathes() {
    let runtime = Runtime::new().expect("a runtime");
    let done = Arc::new(AtomicBool::new(false));
    let mark = Arc::clone(&done);
    let spawned = runtime.within(Duration::from_secs(1), "spawning", async move {
        tokio::spawn(async move {
            tokio::task::yield_now().await;
            mark.store(true, Ordering::SeqCst);
        });
        Ok::<_, Failure>(())
    });
    spawned.expect("it is spawned");
    for _ in 0..10 {
        runtime.breathe();
    }
    assert!(done.load(Ordering::SeqCst));
}

#[test]
fn it_is_dropped_at_once_even_inside_another_and_while_a_thread_is_stuck() {
    let runtime = Runtime::new().expect("a runtime");
    let begun = std::time::Instant::now();
    runtime.wait(async {
        tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_secs(3)));
    });
    let other = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    other.block_on(async move { drop(runtime) });
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}
