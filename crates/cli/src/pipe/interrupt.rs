//! SIGTERM and Ctrl-C end the input: what was read is delivered and told. A second one ends the program at once.

use crate::{ending, output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tracework::Control;

/// How often is looked for a signal.
const LOOK: Duration = Duration::from_millis(50);

/// Did a signal ask for the end?
#[derive(Clone)]
pub(super) struct Interrupt {
    #[cfg(unix)]
    came: Arc<AtomicBool>,
}

#[cfg(unix)]
impl Interrupt {
    /// From now on signals end the input.
    pub(super) fn watch() -> std::io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        use signal_hook::flag::{register, register_conditional_shutdown};
        let came = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT] {
            // First, so that it sees only what an earlier signal set.
            register_conditional_shutdown(signal, 128 + signal, Arc::clone(&came))?;
            register(signal, Arc::clone(&came))?;
        }
        Ok(Self { came })
    }

    pub(super) fn came(&self) -> bool {
        self.came.load(Ordering::Relaxed)
    }
}

#[cfg(not(unix))]
impl Interrupt {
    /// Here they end the program.
    pub(super) fn watch() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[expect(clippy::unused_self, reason = "it is called alike everywhere")]
    pub(super) fn came(&self) -> bool {
        false
    }
}

/// How a run ends that a signal ends.
pub(super) struct End {
    pub(super) interrupt: Interrupt,
    /// Does somebody end it already?
    begun: Arc<AtomicBool>,
}

impl End {
    /// Watches for signals. One that comes while nothing more can be fed, since a destination has no room and stands still,
    /// ends the run all the same.
    pub(super) fn watch(
        control: &Control,
        started: Instant,
        (timeout, as_json): (Duration, bool),
    ) -> std::io::Result<Self> {
        let this = Self { interrupt: Interrupt::watch()?, begun: Arc::default() };
        let (interrupt, begun, control) = (this.interrupt.clone(), Arc::clone(&this.begun), control.clone());
        std::thread::Builder::new().name("tracework-interrupt".into()).spawn(move || {
            while !interrupt.came() {
                std::thread::sleep(LOOK);
            }
            let what = if begun.load(Ordering::Acquire) {
                "what was read is delivered still"
            } else {
                "a signal ends the input"
            };
            output::err(&format!("tracework: {what}; a second signal ends it at once"));
            let fed = ending::while_moving(&control, timeout, |_| begun.load(Ordering::Acquire));
            if !fed && !begun.swap(true, Ordering::AcqRel) {
                let report = ending::end_now(&control, started);
                ending::tell(&report, as_json);
                let _ = ending::verdict(&report);
                std::process::exit(1);
            }
        })?;
        Ok(this)
    }

    /// All that is to be read is fed.
    pub(super) fn begin(&self) {
        while self.begun.swap(true, Ordering::AcqRel) {
            // It is being ended, and so is this thread.
            std::thread::park();
        }
    }
}
