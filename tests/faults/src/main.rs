//! The program of the fault suite: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    tracework_faults::main()
}
