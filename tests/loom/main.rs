//! The protocols between threads, played through in every order that they can run in.
