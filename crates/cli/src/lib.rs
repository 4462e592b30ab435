//! The program `tracework`: checks a config, explains where a record would go, pipes logs through it, and
//! sends dead letters again.
//!
//! It is a library too, so that a program of yours can be the same with destinations and formats of your own linked in:
//!
//! ```no_run
//! // use my_destination as _;    // the crate that registers them
//! fn main() -> std::process::ExitCode {
//!     tracework_cli::main()
//! }
//! ```

mod args;
mod beginning;
mod check;
mod ending;
mod explain;
mod init;
mod kinds;
mod output;
mod pipe;
mod replay;
mod report;
mod schema;
mod values;

use args::Stop;
use std::process::ExitCode;

/// Runs the program with the arguments of the command line; the code is 0 if all is well, 2 if the config or the command
/// line is wrong, and 1 if anything else went wrong.
pub fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(Stop::Said(text)) => {
            output::out(&text);
            ExitCode::SUCCESS
        }
        Err(Stop::Misused(message)) => {
            output::err(&format!("tracework: {message}\nTry `tracework --help`."));
            ExitCode::from(2)
        }
        Err(Stop::Config(error)) => {
            output::err(&output::config_error(&error));
            ExitCode::from(2)
        }
        Err(Stop::Failed(message)) => {
            output::err(&format!("tracework: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, Stop> {
    let mut parser = lexopt::Parser::from_env();
    match args::command(&mut parser)?.as_str() {
        "check" => check::run(&mut parser),
        "explain" => explain::run(&mut parser),
        "init" => init::run(&mut parser),
        "pipe" => pipe::run(&mut parser),
        "replay" => replay::run(&mut parser),
        "schema" => schema::run(&mut parser),
        other => Err(args::unknown_command(other)),
    }
}
