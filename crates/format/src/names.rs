//! Which fields have a place of their own.

use tracework_core::Description;

/// The names of fields that have a place of their own in what a format writes.
///
/// `trace_id` and `span_id` of the innermost span that has them hold for all that happens inside: JSON and ECS write them
/// beside the message, text and the `fmt` shape with their spans, every other format with the context.
///
/// ```
/// use tracework_format::Names;
///
/// let names = Names::default().context(["user_id", "tenant"]);
/// assert!(names.is_context("tenant") && !names.is_context("request_id"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    context: Vec<Box<str>>,
    lifted: Vec<Box<str>>,
}

impl Names {
    /// Sets the fields of spans that become the context of what happens inside them.
    #[must_use]
    pub fn context<S: Into<Box<str>>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.context = names.into_iter().map(Into::into).collect();
        self
    }

    /// Is it the name of a field of spans that becomes context?
    #[must_use]
    pub fn is_context(&self, name: &str) -> bool {
        self.context.iter().any(|known| **known == *name)
    }

    /// Is it the name of a field of records that stands beside the message rather than among the fields: `function`,
    /// `trace_id`, `span_id`, `event_id` and `performance_data`?
    #[must_use]
    pub fn is_lifted(&self, name: &str) -> bool {
        self.lifted.iter().any(|known| **known == *name)
    }

    /// Says the context, as a config would.
    pub(crate) fn say(&self, description: Description) -> Description {
        let list = |names: &Self| names.context.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        description.unless_usual("context", list(self), list(&Self::default()))
    }

    /// All of it as a text, equal for equal names.
    pub(crate) fn identity(&self) -> String {
        format!("{:?}", self.context)
    }
}

impl Default for Names {
    /// The context is `user_id`, `session_id`, `request_id`, `provider`, `endpoint` and `ip_address`.
    fn default() -> Self {
        let boxed = |names: &[&str]| names.iter().map(|&name| name.into()).collect();
        Self {
            context: boxed(&["user_id", "session_id", "request_id", "provider", "endpoint", "ip_address"]),
            lifted: boxed(&["function", "trace_id", "span_id", "event_id", "performance_data"]),
        }
    }
}
