//! The loop of the engine's thread.

use super::dispatch::Dispatcher;
use crate::hub::Hub;
use crate::own::mark_own_thread;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tracework_core::Timestamp;

/// The tick under load. A record waits so long at the most; a thread that logs all the time meets the engine so rarely that
/// it does not show among its slowest hundredth.
const SHORTEST: Duration = Duration::from_millis(5);
/// The tick when nothing happens: ten wake-ups a second.
const LONGEST: Duration = Duration::from_millis(100);
/// How often the clock is set again, and other small work is done.
const CHORES: Duration = Duration::from_secs(1);

/// Starts the engine's thread. It ends after [`Requests::stop`](crate::hub::Requests::stop).
pub(crate) fn start(hub: Arc<Hub>) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name("tracework".into()).spawn(move || {
        mark_own_thread();
        hub.buffer.pool().set_engine(thread::current());
        run(&hub);
        hub.requests.end();
    })
}

fn run(hub: &Arc<Hub>) {
    let mut dispatcher = Dispatcher::new(Arc::clone(hub));
    let mut tick = SHORTEST;
    let mut chores = Instant::now();
    loop {
        let (pass, rebuild, stop) = hub.requests.read();
        let taken = hub.buffer.take(pass.is_some() || stop);
        let busy = !taken.is_empty();
        if busy {
            dispatcher.pass(taken);
        }
        if rebuild.is_some() {
            hub.run_hooks();
        }
        hub.requests.answer(pass, rebuild);
        if stop {
            return;
        }
        if chores.elapsed() >= CHORES {
            chores = Instant::now();
            do_chores(hub);
        }
        tick = if busy { SHORTEST } else { (tick * 2).min(LONGEST) };
        // A program that fills the buffer faster than we empty it gets us without a pause.
        if hub.buffer.pool().used() < hub.buffer.pool().limit() / 16 {
            thread::park_timeout(tick);
        }
    }
}

fn do_chores(hub: &Hub) {
    hub.clock().adjust();
    let now = hub.clock().now();
    let over = |until: Timestamp| until <= now;
    if hub.plan().spec().temporary.iter().any(|temporary| over(temporary.until)) {
        let ended = hub.change(|spec| {
            spec.temporary.retain(|temporary| !over(temporary.until));
            Ok::<_, crate::PlanError>(())
        });
        debug_assert!(ended.is_ok() || hub.is_stopped(), "a plan with less in it compiles");
    }
}
