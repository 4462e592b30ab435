//! The program `tracework`, with nothing linked in but what comes with it.

use std::process::ExitCode;

fn main() -> ExitCode {
    tracework_cli::main()
}
