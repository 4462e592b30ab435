//! The first stage: what was typed, with the place of every node.

mod expand;
mod node;
mod read;

pub(crate) use expand::{Environment, expand};
pub(crate) use node::{Data, Key, Node};
pub(crate) use read::{MAX_BYTES, read};
