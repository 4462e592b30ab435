//! How a run begins whose records come from elsewhere.

use crate::args::{Stop, needed, source};
use crate::output;
use tracework::config::{Config, ConfigSource};
use tracework::engine::SelfLogOutput;
use tracework::{Control, registry};

/// Reads the config, whatever `RUST_LOG` says, and tells what should be known of it.
pub(crate) fn read(config: Option<String>, profile: Option<&str>) -> Result<(ConfigSource, Config), Stop> {
    let source = source(&needed(config)?, profile).rust_log(false);
    let config = source.read(&registry::standard())?;
    output::warnings(&config);
    Ok((source, config))
}

/// Starts the pipeline. What a destination cannot do is told on standard error at once.
pub(crate) fn start(config: Config) -> Result<Control, Stop> {
    let control = config.into_control().map_err(|error| Stop::Failed(error.to_string()))?;
    control.set_self_log(SelfLogOutput { stderr: true, file: None });
    Ok(control)
}
