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

/// Shuts down, tells what was lost, and ends the process as the signal would have.
#[cfg(unix)]
fn end(control: &Control, timeout: Duration, signal: i32) {
    if let Err(unclean) = control.shutdown(timeout).into_result() {
        // A closed standard error is nobody's concern by now.
        let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("tracework: {unclean}\n"));
    }
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}
