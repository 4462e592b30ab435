//! Errors that the program catches: logged where they are caught, grouped, routed, and told of.

mod alerts;
mod groups;
mod ours;
mod results;
mod shapes;
