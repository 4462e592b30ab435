//! How what stands in the places of a pattern is escaped.

/// How what stands in the places of a [`Pattern`](crate::Pattern) is escaped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Escape {
    /// As in [`Text`](crate::Text): controls become visible, all else stays as it is.
    #[default]
    Text,
    /// As inside the quotes of a JSON string: a pattern that is JSON stays JSON, and each place in it one string,
    /// whatever a record holds. The quotes are the pattern's.
    Json,
}

impl Escape {
    /// Its name in a config.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}
