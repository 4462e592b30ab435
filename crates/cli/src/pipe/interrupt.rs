//! SIGTERM and Ctrl-C end the input: what was read is delivered and told. A second one ends the program at once.

#[cfg(unix)]
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

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
