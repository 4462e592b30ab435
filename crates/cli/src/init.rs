//! `tracework init`.

use crate::args::{Stop, other, text};
use crate::output;
use lexopt::{Arg, Parser};
use std::process::ExitCode;
use tracework::config::{profiles, starter};
use tracework::core::nearest;

const HELP: &str = "\
tracework init [--profile NAME] > logging.yml

Prints a commented config to start from: what one of the built-in profiles
says, written out.

  --profile development   coloured on the console, from DEBUG up; this one
                          without the option
  --profile testing       quiet: the last records in memory
  --profile production    JSON in a rotated file, warnings on the console
  --profile debug         everything, with places in the source";

pub(crate) fn run(parser: &mut Parser) -> Result<ExitCode, Stop> {
    let mut profile = "development".to_owned();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("profile") => profile = text(parser)?,
            Arg::Value(word) if profiles().any(|name| word == name) => {
                let word = word.to_string_lossy();
                return Err(Stop::Misused(format!("`{word}` is one word too many: write `--profile {word}`.")));
            }
            arg => return Err(other(arg, HELP)),
        }
    }
    let Some(yaml) = starter(&profile) else {
        let help = match nearest(&profile, profiles()) {
            Some(name) => format!("Did you mean `{name}`?"),
            None => format!("There are {}.", profiles().collect::<Vec<_>>().join(", ")),
        };
        return Err(Stop::Misused(format!("no profile `{profile}` is built in. {help}")));
    };
    output::out(yaml.trim_end());
    Ok(ExitCode::SUCCESS)
}
