//! Kinds of records on the command line and in what is printed.

use crate::args::Stop;
use tracework::{Kind, KindSet};

/// The kinds that the words name.
pub(crate) fn of(words: &[String]) -> Result<KindSet, Stop> {
    words.iter().map(|word| word.parse::<Kind>().map_err(|error| Stop::Misused(error.to_string()))).collect()
}

/// The names of the kinds in the set.
pub(crate) fn names(kinds: KindSet) -> String {
    if kinds == KindSet::ALL {
        return "all".to_owned();
    }
    let names: Vec<_> = kinds.iter().map(Kind::name).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
