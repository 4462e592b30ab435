//! Beside other people's layers: they lose nothing, and we lose nothing.
//!
//! console-subscriber is not here: it ends the program unless the whole build has `--cfg tokio_unstable`. Tried by hand
//! with it, all tasks' records arrive, inside the spans that tokio then opens.

mod filters;
mod opentelemetry;
mod requests;
