//! Is a destination still there?

use super::Outlet;

impl Outlet {
    /// Does it take nothing any more?
    pub(crate) fn is_closed(&self) -> bool {
        let inside = self.shared.lock();
        inside.sealed || inside.closed
    }
}
