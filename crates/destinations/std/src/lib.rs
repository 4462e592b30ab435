//! Console, file, memory and writer destinations of tracework.
