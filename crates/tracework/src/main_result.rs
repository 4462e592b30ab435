//! A `main` whose error is logged.

use crate::{Error, Tracework};
use std::fmt::Debug;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;
use tracework_engine::Control;
use tracework_layer::{AnyError, log_error};

/// How long the end of the program waits for what is queued.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs a program: what `work` returns as an error is logged, as `.log_err()` does, and told on standard error, as Rust
/// does; then everything queued is delivered, within five seconds, and the program ends with a code that says how it
/// went. `init` is what one of the `init` functions gave: if that failed, its error is told and `work` does not run.
///
/// ```no_run
/// use std::process::ExitCode;
/// use tracework::prelude::*;
///
/// fn main() -> ExitCode {
///     tracework::main_result(tracework::init("config/logging_framework.yml"), |_control| {
///         let port: u16 = std::env::var("PORT")?.parse()?;
///         info!(port, "listening");
///         Ok::<(), Box<dyn std::error::Error>>(())
///     })
/// }
/// ```
#[track_caller]
pub fn main_result<T, E: AnyError<How> + Debug, How>(
    init: Result<Tracework, Error>,
    work: impl FnOnce(&Control) -> Result<T, E>,
) -> ExitCode {
    let tracework = match init {
        Ok(tracework) => tracework,
        Err(error) => return fail(&error),
    };
    let control = tracework.control();
    let code = match work(&control) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            log_error(&error, |caught| caught);
            fail(&error)
        }
    };
    match tracework.shutdown(PATIENCE).into_result() {
        Ok(_) => code,
        Err(unclean) => fail(&Error::from(unclean)),
    }
}

fn fail(error: &dyn Debug) -> ExitCode {
    // A standard error that is closed is nobody's concern.
    _ = writeln!(std::io::stderr(), "Error: {error:?}");
    ExitCode::FAILURE
}
