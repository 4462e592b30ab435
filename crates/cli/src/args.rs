//! Reading the command line.

use lexopt::{Arg, Parser, ValueExt as _};
use std::time::Duration;
use tracework::config::ConfigSource;

/// Why the program ends early.
pub(crate) enum Stop {
    /// It was asked for help or its version.
    Said(String),
    /// The command line makes no sense.
    Misused(String),
    /// The config is wrong.
    Config(tracework::config::Error),
    /// Something failed that should work.
    Failed(String),
}

impl From<lexopt::Error> for Stop {
    fn from(error: lexopt::Error) -> Self {
        Self::Misused(match error {
            lexopt::Error::UnexpectedOption(option) => format!("there is no option `{option}`."),
            lexopt::Error::UnexpectedArgument(word) => {
                format!("`{}` is one word too many.", word.to_string_lossy())
            }
            lexopt::Error::MissingValue { option: Some(option) } => format!("`{option}` needs a value behind it."),
            other => format!("{other}."),
        })
    }
}

impl From<tracework::config::Error> for Stop {
    fn from(error: tracework::config::Error) -> Self {
        Self::Config(error)
    }
}

pub(crate) const HELP: &str = "\
tracework: a programmable log

  tracework check FILE         validate a config, and show what each
                               destination would get
  tracework explain --config FILE [record]
                               where a record would go, and why
  tracework pipe --config FILE
                               standard input, a record a line, through
                               the pipeline of the config
  tracework replay --config FILE DEAD.jsonl
                               dead letters once more, out of their file
  tracework init [--profile NAME]
                               a commented config to start from
  tracework schema             the JSON Schema of a config, for editors
  tracework COMMAND --help     more on one of them
  tracework --version

It exits with 0 if all is well, with 2 if the config or the command line
is wrong, and with 1 if anything else went wrong.";

/// The commands of later versions.
const LATER: [&str; 9] = ["serve", "tail", "query", "export", "stats", "top", "audit", "jobs", "control"];

/// The command that was called.
pub(crate) fn command(parser: &mut Parser) -> Result<String, Stop> {
    match parser.next()? {
        None => {
            Err(Stop::Misused("which command? There are check, explain, init, pipe, replay and schema.".to_owned()))
        }
        Some(Arg::Long("help") | Arg::Short('h')) => Err(Stop::Said(HELP.to_owned())),
        Some(Arg::Long("version") | Arg::Short('V')) => {
            Err(Stop::Said(format!("tracework {}", env!("CARGO_PKG_VERSION"))))
        }
        Some(Arg::Value(word)) if word == "help" => Err(Stop::Said(HELP.to_owned())),
        Some(Arg::Value(word)) => Ok(word.string()?),
        Some(other) => Err(other.unexpected().into()),
    }
}

/// What to say of a command that is not here.
pub(crate) fn unknown_command(word: &str) -> Stop {
    if LATER.contains(&word) {
        return Stop::Misused(format!(
            "`{word}` is not in this version yet. There are check, explain, init, pipe, replay and schema."
        ));
    }
    Stop::Misused(format!("there is no command `{word}`. There are check, explain, init, pipe, replay and schema."))
}

/// Answers `--help`, and refuses what no command knows.
pub(crate) fn other(arg: Arg<'_>, help: &str) -> Stop {
    match arg {
        Arg::Long("help") | Arg::Short('h') => Stop::Said(help.to_owned()),
        // Where a config is read, the word may be meant as one.
        Arg::Value(word) if help.contains("--config FILE") => {
            let word = word.to_string_lossy();
            Stop::Misused(format!("`{word}` is one word too many. Is it the config? Write `--config {word}`."))
        }
        other => other.unexpected().into(),
    }
}

/// The value of the option that was just read.
pub(crate) fn text(parser: &mut Parser) -> Result<String, Stop> {
    Ok(parser.value()?.string()?)
}

/// The time behind the option `name`, which was just read.
pub(crate) fn duration(parser: &mut Parser, name: &str) -> Result<Duration, Stop> {
    let read = tracework::config::units::duration(&text(parser)?);
    read.map_err(|error| Stop::Misused(format!("{name}: {error}")))
}

/// The values of an option that takes several, with commas between.
pub(crate) fn list(parser: &mut Parser) -> Result<Vec<String>, Stop> {
    Ok(text(parser)?.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

/// `--config` must be there.
pub(crate) fn needed(config: Option<String>) -> Result<String, Stop> {
    config.ok_or_else(|| Stop::Misused("which config? Write `--config FILE`.".to_owned()))
}

/// Where a config is read from.
pub(crate) fn source(file: &str, profile: Option<&str>) -> ConfigSource {
    let source = ConfigSource::file(file);
    match profile {
        Some(profile) => source.profile(profile),
        None => source,
    }
}
