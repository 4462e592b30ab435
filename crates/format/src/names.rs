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
    /// Is the id of the event written, if that was said?
    event_id: Option<bool>,
    /// And if it was not?
    usually_event_id: bool,
}

impl Names {
    /// Sets the fields of spans that become the context of what happens inside them.
    #[must_use]
    pub fn context<S: Into<Box<str>>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.context = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets whether the [id of the event](tracework_core::EventId) is written; without this, it is where records may
    /// come twice. A field that is called `event_id` then stands among the others.
    #[must_use]
    pub fn event_id(mut self, written: bool) -> Self {
        self.event_id = Some(written);
        self
    }

    /// Has the id of the event written, unless it was said whether it is.
    pub(crate) fn usually_event_id(&mut self) {
        self.usually_event_id = true;
    }

    /// Is the id of the event written?
    #[inline]
    pub(crate) fn has_event_id(&self) -> bool {
        self.event_id.unwrap_or(self.usually_event_id)
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
        self.lifted.iter().any(|known| **known == *name) && !(name == "event_id" && self.has_event_id())
    }

    /// Says the context, as a config would.
    pub(crate) fn say(&self, description: Description) -> Description {
        let list = |names: &Self| names.context.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        let description = description.unless_usual("context", list(self), list(&Self::default()));
        match self.event_id {
            Some(written) => description.with("event_id", written),
            None => description,
        }
    }

    /// All of it as a text, equal for equal names.
    pub(crate) fn identity(&self) -> String {
        format!("{:?} {}", self.context, self.has_event_id())
    }
}

impl Default for Names {
    /// The context is `user_id`, `session_id`, `request_id`, `provider`, `endpoint` and `ip_address`.
    fn default() -> Self {
        let boxed = |names: &[&str]| names.iter().map(|&name| name.into()).collect();
        Self {
            context: boxed(&["user_id", "session_id", "request_id", "provider", "endpoint", "ip_address"]),
            lifted: boxed(&["function", "trace_id", "span_id", "event_id", "performance_data"]),
            event_id: None,
            usually_event_id: false,
        }
    }
}
