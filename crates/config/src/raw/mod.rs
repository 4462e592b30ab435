//! The first stage: what was typed, with the place of every node.

mod expand;
mod merge;
mod node;
mod read;

pub(crate) use expand::{Lookup, expand, expand_all};
pub(crate) use merge::merge;
pub(crate) use node::{Data, Key, Node};
pub(crate) use read::{MAX_BYTES, read};
