//! What the command line asks for.

use lexopt::prelude::*;
use std::io::Write as _;
use std::str::FromStr;

const HELP: &str = "\
A small payment service that logs through tracework, under a load of its own making.

Usage: payments [--port PORT] [--rate N] [--seconds N] [--no-tour]

  --port PORT     listen on this port of 127.0.0.1 (default: any free one)
  --rate N        requests a second that it makes to itself, 0 to 100000 (default: 200)
  --seconds N     end after so many seconds (default: run until Ctrl-C)
  --no-tour       do not change the plan by itself
  --help          this text

It writes logs/app.jsonl and logs/payments.jsonl in the working directory. RUST_LOG sets the level of destinations
that name none. It ends with 0 if no record was lost.";

/// What the command line asks for.
#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    /// 0 is any free one.
    pub(crate) port: u16,
    pub(crate) rate: u32,
    pub(crate) seconds: Option<u64>,
    pub(crate) tour: bool,
}

/// Reads the command line; `None` if all it wanted was the help text.
pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Option<Options>, String> {
    let mut options = Options { port: 0, rate: 200, seconds: None, tour: true };
    while let Some(argument) = parser.next().map_err(misuse)? {
        match argument {
            Long("port") => options.port = number(&mut parser, "--port", 0, u16::MAX)?,
            Long("rate") => options.rate = number(&mut parser, "--rate", 0, 100_000)?,
            Long("seconds") => options.seconds = Some(number(&mut parser, "--seconds", 1, 31_536_000)?),
            Long("no-tour") => options.tour = false,
            Short('h') | Long("help") => {
                // Nobody reads it if the standard output is closed.
                let _ = writeln!(std::io::stdout(), "{HELP}");
                return Ok(None);
            }
            other => return Err(misuse(other.unexpected())),
        }
    }
    Ok(Some(options))
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
fn misuse(error: lexopt::Error) -> String {
    format!("{error}; `payments --help` tells what there is")
}

/// The number behind an option, from `least` to `most`.
fn number<N>(parser: &mut lexopt::Parser, option: &str, least: N, most: N) -> Result<N, String>
where
    N: Copy + FromStr + PartialOrd + std::fmt::Display,
{
    let text = parser.value().map_err(misuse)?;
    let text = text.to_string_lossy();
    match text.parse::<N>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(format!("{option} takes a whole number from {least} to {most}, not `{text}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Options, parse};

    fn read(line: &str) -> Result<Option<Options>, String> {
        parse(lexopt::Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn without_arguments_it_runs_until_it_is_stopped() {
        assert_eq!(read(""), Ok(Some(Options { port: 0, rate: 200, seconds: None, tour: true })));
    }

    #[test]
    fn every_option_is_read() {
        let options = Options { port: 8080, rate: 5, seconds: Some(3), tour: false };
        assert_eq!(read("--port 8080 --rate=5 --seconds 3 --no-tour"), Ok(Some(options)));
    }

    #[test]
    fn a_bad_number_is_told_with_its_bounds() {
        let told = read("--rate fast").unwrap_err();
        assert_eq!(told, "--rate takes a whole number from 0 to 100000, not `fast`");
        assert!(read("--port 70000").is_err() && read("--seconds 0").is_err() && read("--speed 1").is_err());
    }
}
