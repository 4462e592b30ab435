//! What a record and the spans around it say about the record: tags, category, and where it really comes from.

use tracework_core::{Record, Reserved, SpanNode, Timestamp, tags};

/// Which of it a record says itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Said {
    /// Tags.
    pub(crate) tags: bool,
    /// A category.
    pub(crate) category: bool,
    /// A target, module, file or line that is not the callsite's.
    pub(crate) source: bool,
    /// Something was cut.
    pub(crate) cut: bool,
}

impl Said {
    /// What `record` says itself.
    #[inline]
    pub(crate) fn by(record: &Record<'_>) -> Self {
        if record.has_reserved() { Self::read(record) } else { Self::default() }
    }

    fn read(record: &Record<'_>) -> Self {
        let mut said = Self::default();
        for entry in record.entries() {
            match entry.reserved() {
                Some(Reserved::Tags) => said.tags = true,
                Some(Reserved::Category) => said.category = true,
                Some(Reserved::Target | Reserved::Module | Reserved::File | Reserved::Line) => said.source = true,
                Some(_) => {}
                None => continue,
            }
            said.cut |= entry.cut;
        }
        said
    }
}

/// `span` and the spans around it, the innermost first.
pub(crate) fn chain(span: &SpanNode) -> impl Iterator<Item = &SpanNode> + Clone {
    std::iter::successors(Some(span), |span| span.parent())
}

/// Was a field of `span`, or of one around it, cut as of `time`?
pub(crate) fn is_cut(span: &SpanNode, time: Timestamp) -> bool {
    chain(span).flat_map(|span| span.entries(time)).any(|entry| entry.cut)
}

/// The tags of `record` and of the spans around it, each once.
pub(crate) fn tags_of<'a>(record: &Record<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let record = *record;
    record
        .tags()
        .enumerate()
        .filter(move |(at, tag)| !record.tags().take(*at).any(|other| other == *tag))
        .map(|(_, tag)| tag)
}

/// The tags of `span` and of the spans around it as of `time`, each once, the innermost first.
pub(crate) fn tags_around(span: &SpanNode, time: Timestamp) -> Vec<&str> {
    let mut found = Vec::new();
    for span in chain(span) {
        let text = span.reserved(Reserved::Tags, time).and_then(|value| value.as_str()).unwrap_or_default();
        for tag in tags::split(text) {
            if !found.contains(&tag) {
                found.push(tag);
            }
        }
    }
    found
}
