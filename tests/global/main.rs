//! What concerns the whole process: a global subscriber, forks, exits, panics, and where the peers fail. Each case runs
//! in a child process of its own: this program, started again with the name of the case in its environment.

mod child;
mod children;
mod config;
mod ends;
mod forks;
mod interest;
mod panics;
mod peers;
mod reentrancy;
mod runtimes;
mod slots;
mod startup;
