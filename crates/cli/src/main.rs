//! The program `tracework`: checks a config, explains where a record would go, and pipes logs through it.

mod args;
mod check;
mod explain;
mod kinds;
mod output;
mod pipe;

use args::Stop;
use std::process::ExitCode;

fn main() -> ExitCode {
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
        "pipe" => pipe::run(&mut parser),
        other => Err(args::unknown_command(other)),
    }
}
