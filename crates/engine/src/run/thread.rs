//! The loop of the engine's thread.

use super::dispatch::Dispatcher;
use crate::DropReason;
use crate::delivery;
use crate::hub::Hub;
use crate::own::mark_own_thread;
use crate::selflog;
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
        selflog::install(Arc::clone(&hub.beside.selflog));
        hub.buffer.pool().set_engine(thread::current());
        run(&hub);
        hub.requests.end();
    })
}

fn run(hub: &Arc<Hub>) {
    let mut dispatcher = Dispatcher::new(Arc::clone(hub));
    let mut tick = SHORTEST;
    let mut chores = Instant::now();
    let mut said = Said::default();
    let mut rebuilds = Rebuilds::default();
    loop {
        let (pass, rebuild, stop) = hub.requests.read();
        // Until the config comes, everything waits where it is.
        let holding = hub.plan().is_holding();
        let taken = if holding { Vec::new() } else { hub.buffer.take() };
        let busy = !taken.is_empty();
        let all = pass.is_some() || stop;
        if busy || dispatcher.has_work(all) {
            dispatcher.pass(taken, all);
        }
        rebuilds.run(hub, rebuild.is_some());
        hub.requests.answer(pass, rebuild);
        if stop {
            say_losses(hub, &mut said);
            return;
        }
        if chores.elapsed() >= CHORES {
            chores = Instant::now();
            do_chores(hub, &mut said);
        }
        tick = if busy { SHORTEST } else { (tick * 2).min(LONGEST) };
        // A program that fills the buffer faster than we empty it gets us without a pause.
        if holding || hub.buffer.pool().used() < hub.buffer.pool().limit() / 16 {
            thread::park_timeout(tick);
        }
    }
}

/// When callsites are asked anew.
#[derive(Default)]
struct Rebuilds {
    answers: u64,
    /// When they are asked once more, since answers were given that may have been stored after they were asked.
    again: Option<Instant>,
}

impl Rebuilds {
    fn run(&mut self, hub: &Hub, wanted: bool) {
        let again = self.again.is_some_and(|at| at <= Instant::now());
        if !wanted && !again {
            return;
        }
        let answers = hub.answers();
        if answers != self.answers {
            self.answers = answers;
            self.again = Some(Instant::now() + LONGEST);
        } else if again {
            self.again = None;
        }
        hub.run_hooks();
    }
}

/// What was said of records that the shared buffer lost, by reason.
type Said = [u64; DropReason::ALL.len()];

fn do_chores(hub: &Hub, said: &mut Said) {
    hub.clock().adjust();
    say_losses(hub, said);
    let now = hub.clock().now();
    let over = |until: Timestamp| until <= now;
    let plan = hub.plan();
    let switched = plan.spec().switches.iter().any(|switch| switch.until.is_some_and(over));
    if switched || plan.spec().temporary_levels().any(|level| over(level.until)) {
        let ended = hub.change(|spec| {
            spec.temporary.retain(|temporary| !over(temporary.until));
            spec.raises.retain(|raise| !over(raise.until));
            spec.switches.retain(|switch| !switch.until.is_some_and(over));
            Ok::<_, crate::PlanError>(())
        });
        debug_assert!(ended.is_ok() || hub.is_stopped(), "a plan with less in it compiles");
    }
}

/// Says in the stream what the shared buffer lost since it was last said.
fn say_losses(hub: &Hub, said: &mut Said) {
    let dropped = hub.buffer.row().dropped;
    let plan = hub.plan();
    for reason in DropReason::ALL {
        let new = dropped[reason as usize] - said[reason as usize];
        if new > 0 {
            let notice =
                delivery::notice("buffer", (reason, new), hub.clock().now(), Some(Arc::clone(plan.metadata())));
            let told = plan.destinations().iter().filter(|destination| destination.outlet.announce(notice.clone()));
            // Where nobody is there to hear it, it stays to be said.
            if told.count() > 0 {
                said[reason as usize] = dropped[reason as usize];
            }
        }
    }
}
