//! The swap of a plan and what callsites are told: `Hub::{swap, note_answer, answers}`, `Rebuilds::run` and the
//! companion's `callsite_enabled`. `tracing` stores an answer some time after it was given, and a rebuild skips a
//! callsite that is not in its list yet: an answer by the older plan may so be stored last. The engine asks once more
//! when that may have happened; by then, the model assumes, the answer is stored.

use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;

const NEVER: u32 = 1;
const SOMETIMES: u32 = 2;

struct Hub {
    /// The plan wants the callsite if this is [`SOMETIMES`].
    plan: AtomicU32,
    generation: AtomicU32,
    answers: AtomicU64,
    rebuilds_wanted: Mutex<u32>,
    /// What `tracing` knows of the callsite: its stored interest, and whether it is in the list.
    interest: AtomicU32,
    listed: Mutex<bool>,
}

impl Hub {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            plan: AtomicU32::new(NEVER),
            generation: AtomicU32::new(1),
            answers: AtomicU64::new(0),
            rebuilds_wanted: Mutex::new(0),
            interest: AtomicU32::new(0),
            listed: Mutex::new(false),
        })
    }

    fn swap(&self) {
        self.plan.store(SOMETIMES, Ordering::Release);
        self.generation.store(2, Ordering::Release);
        self.request_rebuild();
    }

    fn request_rebuild(&self) {
        *self.rebuilds_wanted.lock().expect("nobody panics") += 1;
    }

    /// The companion answers, on a thread of the program's.
    fn answer(&self) -> u32 {
        self.answers.fetch_add(1, Ordering::AcqRel);
        let generation = self.generation.load(Ordering::Acquire);
        let verdict = self.plan.load(Ordering::Acquire);
        if self.generation.load(Ordering::Acquire) != generation {
            self.request_rebuild();
        }
        verdict
    }

    /// `tracing` registers the callsite.
    fn register(&self) {
        let answer = self.answer();
        self.interest.store(answer, Ordering::Release);
        *self.listed.lock().expect("nobody panics") = true;
    }

    fn rebuild(&self) {
        if *self.listed.lock().expect("nobody panics") {
            self.interest.store(self.plan.load(Ordering::Acquire), Ordering::Release);
        }
    }
}

/// The engine's side.
#[derive(Default)]
struct Rebuilds {
    done: u32,
    answers: u64,
    again: bool,
}

impl Rebuilds {
    fn run(&mut self, hub: &Hub) {
        let wanted = *hub.rebuilds_wanted.lock().expect("nobody panics");
        if wanted == self.done {
            return;
        }
        self.done = wanted;
        let answers = hub.answers.fetch_add(0, Ordering::AcqRel);
        self.again |= answers != self.answers;
        self.answers = answers;
        hub.rebuild();
    }
}

fn swap_while_a_callsite_registers(asks_again: bool) {
    loom::model(move || {
        let hub = Hub::new();
        let registering = {
            let hub = Arc::clone(&hub);
            thread::spawn(move || hub.register())
        };
        let swapping = {
            let hub = Arc::clone(&hub);
            thread::spawn(move || hub.swap())
        };
        let mut rebuilds = Rebuilds::default();
        rebuilds.run(&hub);
        swapping.join().expect("it ends well");
        rebuilds.run(&hub);
        registering.join().expect("it ends well");
        rebuilds.run(&hub);
        if rebuilds.again && asks_again {
            hub.rebuild();
        }
        assert_eq!(hub.interest.load(Ordering::Acquire), SOMETIMES, "the callsite is awake");
    });
}

#[test]
fn a_callsite_that_registers_while_the_plan_is_swapped_is_awake_in_the_end() {
    swap_while_a_callsite_registers(true);
}

#[test]
#[should_panic(expected = "the callsite is awake")]
fn without_asking_once_more_it_may_sleep_for_ever() {
    swap_while_a_callsite_registers(false);
}
