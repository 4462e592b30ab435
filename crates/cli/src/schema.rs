//! `tracework schema`.

use crate::args::{Stop, other};
use crate::output;
use lexopt::{Arg, Parser};
use std::process::ExitCode;
use tracework::config::Schema;
use tracework::registry;

const HELP: &str = "\
tracework schema [--markdown]

Prints the JSON Schema (draft 2020-12) of a config, for editors: put
  # yaml-language-server: $schema=tracework.schema.json
in the first line of a config, and the file beside it. With --markdown, the
same as a page to read.";

pub(crate) fn run(parser: &mut Parser) -> Result<ExitCode, Stop> {
    let mut markdown = false;
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("markdown") => markdown = true,
            arg => return Err(other(arg, HELP)),
        }
    }
    let schema = Schema::of(&registry::standard());
    let text = if markdown { schema.to_markdown() } else { schema.to_json() };
    output::out(text.trim_end());
    Ok(ExitCode::SUCCESS)
}
