//! What is known of each callsite's names.

use super::keys::Keys;
use tracework_core::Callsite;

/// Which fields of each callsite have secret names: found out once, then looked up. Owned by the thread that redacts;
/// it grows by sixteen bytes for each callsite, and is emptied when another [`Redactor`](super::Redactor) uses it.
#[derive(Debug, Default)]
pub struct RedactCache {
    redactor: u64,
    callsites: Vec<Verdict>,
}

/// Which places hold secret names. Callsites with more than 64 are not remembered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Verdict {
    known: bool,
    secret: u64,
}

impl Verdict {
    /// May any name of the callsite be secret?
    #[inline]
    pub(super) fn any(self) -> bool {
        !self.known || self.secret != 0
    }

    /// Is the name at `place` secret? `None` if that is not remembered.
    #[inline]
    pub(super) fn at(self, place: u16) -> Option<bool> {
        (self.known && place < 64).then(|| self.secret >> place & 1 != 0)
    }
}

impl RedactCache {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What the names of `callsite` are to the redactor with this number and these keys.
    #[inline]
    pub(super) fn verdict(&mut self, redactor: u64, keys: &Keys, callsite: Option<&'static Callsite>) -> Verdict {
        let Some(callsite) = callsite else { return Verdict::default() };
        if self.redactor == redactor
            && let Some(verdict) = self.callsites.get(callsite.id().number() as usize)
            && verdict.known
        {
            return *verdict;
        }
        self.learn(redactor, keys, callsite)
    }

    #[cold]
    fn learn(&mut self, redactor: u64, keys: &Keys, callsite: &'static Callsite) -> Verdict {
        if self.redactor != redactor {
            self.redactor = redactor;
            self.callsites.clear();
        }
        let number = callsite.id().number() as usize;
        if self.callsites.len() <= number {
            self.callsites.resize(number + 1, Verdict::default());
        }
        let places = callsite.fields.iter().take(64).enumerate();
        let known = callsite.fields.len() <= 64;
        let secret = places.fold(0, |bits, (place, name)| bits | u64::from(keys.has(name)) << place);
        self.callsites[number] = Verdict { known, secret };
        self.callsites[number]
    }
}
