//! The tracework program: check, explain, pipe.
