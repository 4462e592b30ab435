//! The pages of the documentation do as they say: YAML blocks load, console blocks print what stands below the command.
//! Rust blocks are documentation tests of `tests/docs`.
//!
//! | a block | is |
//! |---|---|
//! | `rust`, `rust,no_run` | run, compiled |
//! | `yaml` | a whole config: it loads |
//! | `yaml,fragment` | some keys of a config; the destinations `console`, `app`, `alerts` and `audit` are there |
//! | `yaml,fragment,destination` | some keys of a destination of type `file` |
//! | `yaml,wrong` | a config that is refused |
//! | `json` | JSON, as a whole or line by line |
//! | `text`, `toml`, `xml`, `csv` | for the eye |
//! | `console` | each `$ command` is run by a shell in the page's folder; the lines below are what it prints on both streams. `...` stands for anything in a line, and a line of `...` for any lines |
//!
//! A line before a block says more: `<!-- file: app.yml -->` has the block there under this name for the rest of the page;
//! `<!-- with: NAME=value .. -->` sets variables of the environment for it. What cannot run says
//! why: `<!-- not run: needs a broker -->`.

mod blocks;
// They are run by `sh`.
#[cfg(unix)]
mod commands;
#[cfg(unix)]
mod compare;
mod configs;
mod known;
