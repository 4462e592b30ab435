//! A programmable log out of tracing's events and spans: many destinations, changed while the program runs, nothing lost without a number.
