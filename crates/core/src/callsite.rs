//! Where in the program a record comes from.

use crate::Severity;
use std::sync::{Mutex, OnceLock, PoisonError};

/// A place in the source that emits records or opens spans, with its fixed facts. One exists for each place, for as
/// long as the program runs.
#[derive(Debug)]
pub struct Callsite {
    id: CallsiteId,
    facts: CallsiteFacts,
}

/// The fixed facts of a [`Callsite`].
#[derive(Clone, Debug)]
pub struct CallsiteFacts {
    /// The name: of a span, what it is called; of an event, where it stands.
    pub name: &'static str,
    /// The target: by default the module's path.
    pub target: &'static str,
    /// The severity that the macro gave it.
    pub severity: Severity,
    /// The module's path.
    pub module: Option<&'static str>,
    /// The source file.
    pub file: Option<&'static str>,
    /// The line in it.
    pub line: Option<u32>,
    /// The names of its fields, in the order of the macro.
    pub fields: Box<[&'static str]>,
    /// Is it a span's?
    pub is_span: bool,
}

impl std::ops::Deref for Callsite {
    type Target = CallsiteFacts;

    fn deref(&self) -> &CallsiteFacts {
        &self.facts
    }
}

/// The number of a [`Callsite`], small and dense: a table may be indexed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallsiteId(u32);

const CHUNK: usize = 256;
const CHUNKS: usize = 4096;

/// All callsites, in chunks that never move, so that reading one takes no lock.
static TABLE: [OnceLock<Box<[OnceLock<&'static Callsite>]>>; CHUNKS] = [const { OnceLock::new() }; CHUNKS];
static NEXT: Mutex<u32> = Mutex::new(0);

impl Callsite {
    /// How many callsites there can be.
    pub const MAX: usize = CHUNK * CHUNKS;

    /// Enters a new callsite into the program's table. Call it once for each place: what it returns is never freed.
    /// `None` when the table is full ([`Callsite::MAX`]).
    pub fn register(facts: CallsiteFacts) -> Option<&'static Self> {
        let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
        let number = *next as usize;
        let chunk = TABLE.get(number / CHUNK)?.get_or_init(|| (0..CHUNK).map(|_| OnceLock::new()).collect());
        let callsite: &'static Self = Box::leak(Box::new(Self { id: CallsiteId(*next), facts }));
        let entered = chunk[number % CHUNK].set(callsite);
        debug_assert!(entered.is_ok(), "a place in the table is given out once");
        *next += 1;
        Some(callsite)
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> CallsiteId {
        self.id
    }

    /// Every callsite registered so far, oldest first.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let count = *NEXT.lock().unwrap_or_else(PoisonError::into_inner);
        (0..count).filter_map(|number| CallsiteId(number).get())
    }
}

impl CallsiteId {
    /// The callsite with this number.
    #[must_use]
    pub fn get(self) -> Option<&'static Callsite> {
        let number = self.0 as usize;
        TABLE.get(number / CHUNK)?.get()?[number % CHUNK].get().copied()
    }

    /// The number itself.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The id with this number; it need not exist.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }
}
