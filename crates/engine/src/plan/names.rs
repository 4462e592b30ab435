//! The names that a field must have to say something about the record itself.

use tracework_core::Reserved;

/// The names of the reserved fields. They are fixed when a [`Control`](crate::Control) is made, since callsites are
/// looked at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservedNames {
    /// Where the record goes: `destinations`.
    pub destinations: String,
    /// Its tags: `tags`.
    pub tags: String,
    /// The threshold inside a span: `log.level`.
    pub level: String,
    /// What sort it is: `kind`.
    pub kind: String,
    /// How serious it is: `severity`.
    pub severity: String,
    /// Its category: `category`.
    pub category: String,
}

impl Default for ReservedNames {
    fn default() -> Self {
        Self {
            destinations: "destinations".into(),
            tags: "tags".into(),
            level: "log.level".into(),
            kind: "kind".into(),
            severity: "severity".into(),
            category: "category".into(),
        }
    }
}

impl ReservedNames {
    /// What a field of this name says.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<Reserved> {
        [
            (&self.destinations, Reserved::Destinations),
            (&self.tags, Reserved::Tags),
            (&self.level, Reserved::Level),
            (&self.kind, Reserved::Kind),
            (&self.severity, Reserved::Severity),
            (&self.category, Reserved::Category),
        ]
        .into_iter()
        .find(|(name, _)| *name == field)
        .map(|(_, reserved)| reserved)
    }
}
