//! The vocabulary of tracework: [`Record`], [`Value`], [`Severity`], [`Failure`], and the role traits
//! [`Destination`], [`Format`], [`Filter`], [`Enricher`] and [`Action`].
//!
//! This crate names no clock, file, thread, socket, serde or tracing type. Whoever writes a destination or a format of
//! their own needs nothing else.

mod attachment;
mod callsite;
mod credential;
mod description;
mod event_id;
mod failure;
mod kind;
mod limits;
mod metadata;
mod mistake;
mod nearest;
mod parts;
mod record;
mod roles;
mod severity;
mod span;
pub mod tags;
mod time;
pub mod units;
mod value;

pub use attachment::{
    Attach, Attachment, BatchSettings, BreakerSettings, BufferSettings, Concurrency, DeadLetterSettings, Delivery,
    DestinationSettings, DiskSettings, Fsync, GiveUp, LimitSettings, Overflow, Rate, RetrySettings, TagFilter,
};
pub use callsite::{Callsite, CallsiteFacts, CallsiteId};
pub use credential::Credential;
pub use description::{Description, Said, Secret, Setting};
pub use event_id::{EventId, NotAnEventId};
pub use failure::{Failure, FailureClass, Refusal};
pub use kind::{Kind, KindSet, UnknownKind};
pub use limits::Limits;
pub use metadata::Metadata;
pub use mistake::Mistake;
pub use nearest::nearest;
pub use parts::Parts;
pub use record::{
    Draft, Entries, Entry, Head, Key, OwnedRecord, Page, PageAddresses, PageMark, Pick, Record, RecordError, Reserved,
    Section, Source, Thread,
};
pub use roles::{
    Action, Batch, Command, Decision, Destination, Enricher, Enrichment, Filter, FilterCounts, Format, Mark,
    NamedFilter, OwnThread, StatefulFilter, Wants,
};
pub use severity::{Severity, SeveritySet, UnknownSeverity};
pub use span::SpanNode;
pub use time::Timestamp;
pub use value::{ErrorChain, Value};
