//! The engine of tracework: from the shared buffer to delivered bytes.
//!
//! Threads fill lanes of the [buffer](SharedBufferSettings); the engine's thread takes their pages, hides secrets,
//! adds metadata, and routes by the [`Plan`]; a worker for each destination formats, batches and delivers.
//! [`Control`] changes all of it while it runs.

mod alerts;
mod beside;
mod buffer;
mod clock;
mod control;
mod delivery;
mod errors;
mod filter;
mod hub;
mod ledger;
pub mod own;
mod plan;
mod process;
mod redact;
mod retired;
mod round;
mod run;
mod selflog;
pub mod spool;

pub use alerts::{ActionHealth, AlertHealth, AlertSpec, PlannedAction, ToDestination};
pub use buffer::{BufferFull, Lane, SharedBufferSettings};
pub use clock::Clock;
pub use control::{
    CallsiteCount, CallsiteHandle, Closing, ConfigHealth, Control, ControlBuilder, FlushReport, Guard, Health,
    LayerInfo, Planned, Refused, ReloadReport, Replay, ReplayError, Replayed, ShutdownReport, Unclean, UnreadableLine,
};
pub use delivery::DeadLetter;
pub use errors::{BacktraceWhen, CaughtError, CaughtFrom, ErrorGroup, ErrorGroups, ErrorSettings, fingerprint};
pub use filter::{Burst, Dedup, Except, FilterKey, RateLimit, Sample};
pub use hub::{Counters, Hub, RecorderHealth};
pub use ledger::{
    BreakerHealth, BreakerState, DestinationHealth, DropReason, FilterHealth, LastError, LedgerRow, State,
};
pub use plan::roles;
pub use plan::{
    CallsitePattern, CallsiteQuery, CallsiteShape, CallsiteSwitch, Described, Explanation, Guest, Plan, PlanError,
    PlanSpec, Query, Raise, RecorderKey, RecorderSpec, ReservedNames, RouteSpec, Source, SpanQuery, Temporary,
    TemporaryLevel, Verdict, Why,
};
pub use process::{Around, Hangup, Resource, UnknownResource, process_metadata};
pub use redact::{
    Detector, RedactCache, RedactError, RedactScratch, RedactSettings, Redacted, Redactor, UnknownDetector,
};
pub use selflog::{
    FailureReport, Failures, SELF_LOG_ENTRIES, SelfLogEntry, SelfLogOutput, SelfLogSource, note_own_panic,
};
