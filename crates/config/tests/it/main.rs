//! Configs, as their writers meet them.

mod actions;
mod apply;
mod bad;
mod bounds;
mod errors;
mod filters;
mod flat;
mod good;
mod named;
mod order;
mod plugins;
mod schema;
mod support;
mod watch;
