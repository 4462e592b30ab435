//! Where records of a callsite come from, written once.

use super::{Dialect, Keys, Said};
use tracework_core::{Callsite, Record, Source};

/// How a format writes where a record comes from.
pub(crate) type WriteSource = fn(&mut Vec<u8>, &Source<'_>);

/// What is made once for a callsite.
#[derive(Debug)]
pub(crate) struct Site {
    /// Where it is, as the format writes it.
    source: Vec<u8>,
    /// The names of its fields.
    pub(crate) keys: Keys,
}

impl Site {
    pub(crate) fn new(callsite: &Callsite, dialect: &impl Dialect, write: WriteSource) -> Self {
        let mut source = Vec::new();
        let place =
            Source { target: callsite.target, module: callsite.module, file: callsite.file, line: callsite.line };
        write(&mut source, &place);
        Self { source, keys: Keys::new(callsite, dialect) }
    }

    /// Appends where `record` comes from: what stands ready, unless it has no site or says another place itself.
    #[inline]
    pub(crate) fn put(site: Option<&Self>, out: &mut Vec<u8>, record: &Record<'_>, said: Said, write: WriteSource) {
        match site {
            Some(site) if !said.source => out.extend_from_slice(&site.source),
            _ => write(out, &record.source()),
        }
    }
}
