//! What a config is read from, and in what order: defaults, profile, file and its includes, environment.

mod config_source;
mod environment;
mod include;
mod paths;
mod profiles;
mod rust_log;
mod stack;
mod value;
#[cfg(feature = "serde")]
mod value_serde;
mod variables;

pub use config_source::ConfigSource;
pub use environment::Environment;
pub use profiles::{profiles, starter};
pub(crate) use stack::defaults;
use stack::stack;
pub use value::Value;
