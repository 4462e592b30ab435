//! Ending well when the system asks to.

use crate::Control;
use std::io;
use std::time::Duration;

impl Control {
    /// Has the pipeline shut down, within `timeout`, when the process is asked to end (SIGTERM, SIGINT); then the
    /// process ends as it would have without. A second signal ends it at once. What was not delivered in time is told
    /// on standard error.
    ///
    /// # Errors
    ///
    /// If the signals cannot be watched, or no thread can be started.
    #[cfg(unix)]
    pub fn shutdown_on_signals(&self, timeout: Duration) -> io::Result<()> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGINT])?;
        let control = self.clone();
        std::thread::Builder::new().name("tracework-signals".into()).spawn(move || {
            let mut ending = false;
            for signal in &mut signals {
                if !ending {
                    ending = true;
                    let control = control.clone();
                    let ends = move || end(&control, timeout, signal);
                    if std::thread::Builder::new().name("tracework-end".into()).spawn(ends).is_ok() {
                        continue;
                    }
                }
                // It fails for signals that do not exist.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        })?;
        Ok(())
    }

    /// Where there are no such signals, there is nothing to watch.
    ///
    /// # Errors
    ///
    /// Always: [`io::ErrorKind::Unsupported`].
    #[cfg(not(unix))]
    pub fn shutdown_on_signals(&self, timeout: Duration) -> io::Result<()> {
        let _ = timeout;
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no SIGTERM and SIGINT"))
    }
}

/// SIGHUP is watched as long as this is kept; after that the signal does nothing.
#[derive(Debug)]
#[must_use = "when it is dropped, the signal is no longer watched"]
pub struct Hangup {
    #[cfg(unix)]
    handle: signal_hook::iterator::Handle,
}

impl Hangup {
    /// Runs `act` whenever the process gets SIGHUP, on a thread of its own; signals that come meanwhile are one.
    ///
    /// # Errors
    ///
    /// If the signal cannot be watched, or no thread can be started.
    #[cfg(unix)]
    pub fn watch(mut act: impl FnMut() + Send + 'static) -> io::Result<Self> {
        let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGHUP])?;
        let handle = signals.handle();
        std::thread::Builder::new().name("tracework-hangup".into()).spawn(move || {
            for _ in &mut signals {
                act();
            }
        })?;
        Ok(Self { handle })
    }

    /// Where there is no such signal, there is nothing to watch.
    ///
    /// # Errors
    ///
    /// Always: [`io::ErrorKind::Unsupported`].
    #[cfg(not(unix))]
    pub fn watch(act: impl FnMut() + Send + 'static) -> io::Result<Self> {
        let _ = act;
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no SIGHUP"))
    }
}

#[cfg(unix)]
impl Drop for Hangup {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// Shuts down, tells what was lost, and ends the process as the signal would have.
#[cfg(unix)]
fn end(control: &Control, timeout: Duration, signal: i32) {
    if let Err(unclean) = control.shutdown(timeout).into_result() {
        // A closed standard error is nobody's concern by now.
        let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("tracework: {unclean}\n"));
    }
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}
