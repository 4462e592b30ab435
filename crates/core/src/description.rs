//! How a part of the plan says of itself what a config would say of it.

use std::time::Duration;

/// What a config says to make a part of the plan once more: its type, and what is set for it. The running plan is
/// written down from these.
///
/// ```
/// use tracework_core::{Description, Setting};
///
/// let description = Description::new("memory").with("records", 100_u64).unless_usual("bytes", Setting::Size(1 << 20), Setting::Size(64 << 20));
/// assert_eq!(description.kind(), "memory");
/// assert_eq!(description.get("records"), Some(&Setting::Number(100)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    kind: String,
    settings: Vec<Said>,
    left_out: Vec<String>,
}

/// One thing that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its name, as the config spells it.
    pub name: String,
    /// What it is set to.
    pub value: Setting,
    /// Would it be the same if nothing were said of it? Then a config need not.
    pub usual: bool,
}

/// What something is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// True or false.
    Bool(bool),
    /// A number.
    Number(u64),
    /// A size in bytes.
    Size(u64),
    /// A time.
    Time(Duration),
    /// The mode of a file.
    Mode(u32),
    /// A text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// Several settings.
    Section(Vec<Said>),
    /// Something that must not be written down.
    Secret(Secret),
}

/// Where a secret comes from; what it is, a description does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// From a variable of the environment.
    Variable(String),
    /// From a file, under the name that the config has for that.
    File {
        /// The name: `password_file`.
        name: String,
        /// The file's path.
        path: String,
    },
    /// The program set it; a config cannot say it.
    Program,
}

impl Description {
    /// A description of something of the type `kind`, as a config names it.
    #[must_use]
    pub fn new(kind: &str) -> Self {
        Self { kind: kind.to_owned(), settings: Vec::new(), left_out: Vec::new() }
    }

    /// Adds what is set.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Setting>) -> Self {
        self.settings.push(Said { name: name.to_owned(), value: value.into(), usual: false });
        self
    }

    /// Adds what is set, and says that a config need not say it if it is `usual`.
    #[must_use]
    pub fn unless_usual<T: Into<Setting>>(mut self, name: &str, value: T, usual: T) -> Self {
        let (value, usual) = (value.into(), usual.into());
        self.settings.push(Said { name: name.to_owned(), usual: value == usual, value });
        self
    }

    /// Adds what is set, if anything is.
    #[must_use]
    pub fn with_some<T: Into<Setting>>(self, name: &str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a section of its own, unless nothing is set in it.
    #[must_use]
    pub fn section(mut self, name: &str, section: Self) -> Self {
        self.left_out.extend(section.left_out.into_iter().map(|part| format!("{name}.{part}")));
        if !section.settings.is_empty() {
            let usual = section.settings.iter().all(|said| said.usual);
            self.settings.push(Said { name: name.to_owned(), value: Setting::Section(section.settings), usual });
        }
        self
    }

    /// Notes that something is set which no config can say.
    #[must_use]
    pub fn leaving_out(mut self, what: &str) -> Self {
        self.left_out.push(what.to_owned());
        self
    }

    /// The type, as a config names it.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What is set, in order.
    #[must_use]
    pub fn settings(&self) -> &[Said] {
        &self.settings
    }

    /// What no config can say.
    #[must_use]
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// What `name` is set to.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|said| said.name == name).map(|said| &said.value)
    }
}

impl From<bool> for Setting {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Setting {
    fn from(value: u64) -> Self {
        Self::Number(value)
    }
}

impl From<usize> for Setting {
    fn from(value: usize) -> Self {
        Self::Number(u64::try_from(value).unwrap_or(u64::MAX))
    }
}

impl From<Duration> for Setting {
    fn from(value: Duration) -> Self {
        Self::Time(value)
    }
}

impl From<&str> for Setting {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Setting {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<String>> for Setting {
    fn from(value: Vec<String>) -> Self {
        Self::List(value)
    }
}

impl From<Secret> for Setting {
    fn from(value: Secret) -> Self {
        Self::Secret(value)
    }
}
