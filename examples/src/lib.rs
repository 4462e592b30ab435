//! Small complete programs that use tracework, one for each task that a newcomer has:
//!
//! | program | shows |
//! |---|---|
//! | `payments` | a whole service: several destinations, changed while it runs |
//! | `by_hand` | the layers in a stack of your own, beside other people's |
//! | `per_function` | `log.level`, `tags` and `destinations` on a function's span and on an event |
//! | `custom_format` | a line of your own |
//! | `custom_destination` | a place of your own for records to go to |
//! | `plain_hyper` | a span and a record for each request, in hyper without a framework |
//! | `appender` | tracing-appender's rolling files as a destination |
//!
//! Each runs by `cargo run --bin NAME`. `webhook` is a package of its own, for its HTTP client: `cargo run -p webhook`.

/// The programs of the README, which are compiled and run as its tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
