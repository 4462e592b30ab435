//! Defaults, profile, file, includes, environment: what is read over what, and what is told of it.

mod bounds;
mod environment;
mod explain;
mod files;
mod include;
mod profiles;
mod secrets;
mod value;
mod variables;

use super::support::registry;
use std::path::Path;
use tempfile::TempDir;
use tracework_config::{Config, ConfigSource, Environment, Error};

/// A folder with files in it.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("there is a folder for temporary files");
        let place = Self(folder);
        for (name, text) in files {
            place.write(name, text);
        }
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }

    /// Where `app.yml` is read from, with these variables and no others.
    pub(crate) fn source(&self, variables: &[(&str, &str)]) -> ConfigSource {
        ConfigSource::file(self.path().join("app.yml")).environment(variables.iter().copied().collect())
    }

    pub(crate) fn read(&self, variables: &[(&str, &str)]) -> Result<Config, Error> {
        self.source(variables).read(&registry())
    }

    pub(crate) fn good(&self, variables: &[(&str, &str)]) -> Config {
        self.read(variables).unwrap_or_else(|error| panic!("{error}"))
    }

    /// What is wrong, without the path of the folder.
    pub(crate) fn refused(&self, variables: &[(&str, &str)]) -> String {
        let error = self.read(variables).expect_err("it is refused");
        error.to_string().replace(&format!("{}/", self.path().display()), "")
    }
}

/// A text with these variables.
pub(crate) fn text(yaml: &str, variables: &[(&str, &str)]) -> Result<Config, Error> {
    let environment: Environment = variables.iter().copied().collect();
    ConfigSource::text("app.yml", yaml).environment(environment).folder("/srv/app").read(&registry())
}

pub(crate) fn good(yaml: &str, variables: &[(&str, &str)]) -> Config {
    text(yaml, variables).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn refused(yaml: &str, variables: &[(&str, &str)]) -> String {
    text(yaml, variables).expect_err("it is refused").to_string()
}

/// The value at `path`, and who set it.
pub(crate) fn value<'a>(config: &'a Config, path: &str) -> Option<(&'a str, &'a str)> {
    let found = config.explain_values().iter().find(|value| value.path() == path)?;
    Some((found.value(), found.set_by()))
}
