//! Beside other people's layers: they lose nothing, and we lose nothing.

mod filters;
mod opentelemetry;
mod requests;
