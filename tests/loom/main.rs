//! The protocols between threads, played through in every order that they can run in. The types of the engine use the
//! standard library's locks; each model here repeats one protocol, step by step, with loom's.

mod buffer;
mod interest;
