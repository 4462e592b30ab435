//! The variables of the environment.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The variables of the environment that a config may use: those of the process, or given ones.
///
/// ```
/// use tracework_config::Environment;
///
/// let environment = Environment::from_iter([("TRACEWORK_LEVEL", "DEBUG")]);
/// assert_eq!(environment.get("TRACEWORK_LEVEL").as_deref(), Some("DEBUG"));
/// assert_eq!(environment.get("PATH"), None);
/// ```
#[derive(Clone)]
pub struct Environment(Option<Arc<BTreeMap<String, String>>>);

impl Environment {
    /// The variables of the process, as they are whenever a config is read.
    #[must_use]
    pub fn process() -> Self {
        Self(None)
    }

    /// None at all.
    #[must_use]
    pub fn none() -> Self {
        Self(Some(Arc::default()))
    }

    /// The variable `name`. One of the process that is not UTF-8 counts as not set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        match &self.0 {
            Some(variables) => variables.get(name).cloned(),
            None => std::env::var(name).ok(),
        }
    }

    /// The variables whose names begin with `prefix`, by name; `None` for a value that is not UTF-8.
    pub(super) fn with_prefix(&self, prefix: &str) -> Vec<(String, Option<String>)> {
        let mut found: Vec<_> = match &self.0 {
            Some(variables) => {
                let all = variables.iter().filter(|(name, _)| name.starts_with(prefix));
                all.map(|(name, value)| (name.clone(), Some(value.clone()))).collect()
            }
            None => {
                let all = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
                let ours = all.filter(|(name, _)| name.starts_with(prefix));
                ours.map(|(name, value)| (name, value.into_string().ok())).collect()
            }
        };
        found.sort();
        found
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let pairs = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(Some(Arc::new(pairs.collect())))
    }
}

impl fmt::Debug for Environment {
    /// The names alone: a value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(variables) => f.debug_set().entries(variables.keys()).finish(),
            None => f.write_str("process"),
        }
    }
}
