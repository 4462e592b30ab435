//! Control: changing the plan of a running program, and asking how it does.

mod callsites;
mod destinations;
mod errors;
mod flush;
mod handle;
mod health;
mod layers;
mod levels;
mod parts;
mod refused;
mod reload;
mod replay;
mod retiring;
mod together;

pub use callsites::{CallsiteCount, CallsiteHandle};
pub use flush::{FlushReport, ShutdownReport, Unclean};
pub use handle::{Control, ControlBuilder, Guard};
pub use health::{Closing, Health};
pub use layers::LayerInfo;
pub use refused::{ConfigHealth, Refused};
pub use reload::{Planned, ReloadReport};
pub use replay::{Replay, ReplayError, Replayed, UnreadableLine};
