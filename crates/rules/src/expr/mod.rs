//! A rule as a tree: what it asks for, and how a record answers.

mod check;
mod node;
mod number;
mod one_of;
mod print;
mod subject;
mod test;

pub(crate) use check::{Check, Order};
pub(crate) use node::Node;
pub(crate) use number::Number;
pub(crate) use one_of::OneOf;
pub(crate) use print::{is_plain, quoted};
pub use subject::Subject;
pub(crate) use test::Test;
