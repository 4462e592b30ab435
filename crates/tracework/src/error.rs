//! Why something could not be set up or changed.

use std::fmt;
use tracework_engine::{PlanError, Unclean};
use tracework_rules::RuleError;

/// Why something could not be set up or changed. It takes the errors of every part, so that `?` works on all of them.
#[non_exhaustive]
pub enum Error {
    /// The config is wrong: everything that is, each with its place.
    #[cfg(feature = "config")]
    Config(tracework_config::Error),
    /// The config is right but cannot be applied.
    #[cfg(feature = "config")]
    Apply(tracework_config::ApplyError),
    /// Something that watches for changes could not be started.
    #[cfg(feature = "config")]
    Watch(std::io::Error),
    /// The config was handed over when it was read already: it cannot be read again. [`Init`](crate::Init) knows where
    /// it comes from.
    #[cfg(feature = "config")]
    NoSource,
    /// The plan cannot be made.
    Plan(PlanError),
    /// A rule or a directive cannot be read.
    Rule(RuleError),
    /// The program has a global subscriber already.
    Subscriber(tracing_subscriber::util::TryInitError),
    /// Records were lost, or not delivered in time.
    Unclean(Unclean),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(feature = "config")]
            Self::Config(error) => error.fmt(f),
            #[cfg(feature = "config")]
            Self::Apply(error) => error.fmt(f),
            #[cfg(feature = "config")]
            Self::Watch(error) => write!(f, "changes cannot be watched: {error}"),
            #[cfg(feature = "config")]
            Self::NoSource => f.write_str("the config was read by the program; set up by `Init` it can be read again"),
            Self::Plan(error) => error.fmt(f),
            Self::Rule(error) => error.fmt(f),
            Self::Subscriber(_) => f.write_str(
                "the program has a global subscriber already: `init` is for once, and for a program without another one.\n  \
                 help: hand on what the first call returned, or put a `DestinationLayer` into the stack that there is",
            ),
            Self::Unclean(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for Error {
    /// As [`Display`](fmt::Display): this is what a `main` shows that returns it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            #[cfg(feature = "config")]
            Self::Config(_) | Self::NoSource => None,
            #[cfg(feature = "config")]
            Self::Watch(error) => Some(error),
            #[cfg(feature = "config")]
            Self::Apply(error) => error.source(),
            Self::Plan(error) => error.source(),
            Self::Subscriber(error) => Some(error),
            Self::Rule(_) | Self::Unclean(_) => None,
        }
    }
}

#[cfg(feature = "config")]
impl From<tracework_config::ReloadError> for Error {
    fn from(error: tracework_config::ReloadError) -> Self {
        match error {
            tracework_config::ReloadError::Config(error) => Self::Config(error),
            tracework_config::ReloadError::Apply(error) => Self::Apply(error),
        }
    }
}

macro_rules! from {
    ($($(#[$when:meta])? $error:ty => $variant:ident),+ $(,)?) => {
        $($(#[$when])? impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })+
    };
}

from! {
    #[cfg(feature = "config")] tracework_config::Error => Config,
    #[cfg(feature = "config")] tracework_config::ApplyError => Apply,
    PlanError => Plan,
    RuleError => Rule,
    tracing_subscriber::util::TryInitError => Subscriber,
    Unclean => Unclean,
}
