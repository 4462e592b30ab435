//! Tests of delivery, with real threads and little fake destinations. Every wait in them is bounded.

mod balance;
mod batching;
mod blocking;
mod breaker;
mod closing;
mod dead_letters;
mod failover;
mod failures;
mod notices;
mod overflow;
mod refusals;
mod safety;
mod several;
mod spool;
mod spool_full;
mod spool_storm;
mod support;
