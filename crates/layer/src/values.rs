//! Field values that `tracing` does not have.

use std::cell::{Cell, OnceCell};
use std::fmt;
use tracing::field::DisplayValue;

/// A value that is computed only if a destination may want the record, and then once.
///
/// ```
/// use tracework_layer::lazy;
/// # fn expensive() -> u32 { 7 }
/// tracing::info!(total = lazy(|| expensive()), "summed up");
/// ```
pub fn lazy<T: fmt::Display, F: FnOnce() -> T>(compute: F) -> DisplayValue<Lazy<T, F>> {
    tracing::field::display(Lazy { compute: Cell::new(Some(compute)), value: OnceCell::new() })
}

/// See [`lazy`].
pub struct Lazy<T, F> {
    compute: Cell<Option<F>>,
    value: OnceCell<T>,
}

impl<T, F> fmt::Debug for Lazy<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lazy")
    }
}

impl<T: fmt::Display, F: FnOnce() -> T> fmt::Display for Lazy<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(compute) = self.compute.take() {
            // It was not set before: `compute` is taken once.
            let _ = self.value.set(compute());
        }
        self.value.get().map_or(Ok(()), |value| value.fmt(f))
    }
}

thread_local! {
    /// How many bytes of JSON the value being formatted wrote as a whole.
    static JSON: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Forgets what was written before.
pub(crate) fn watch_json() {
    let _ = JSON.try_with(|written| written.set(None));
}

/// Was all of the text of `length` bytes, formatted since [`watch_json`], one JSON value?
pub(crate) fn was_json(length: usize) -> bool {
    JSON.try_with(|written| written.take() == Some(length)).unwrap_or(false)
}

/// A nested value: anything that can be serialised. Formats that have nested values write it as one; other layers see
/// JSON text.
///
/// ```
/// use std::collections::BTreeMap;
/// let items = BTreeMap::from([("book", 2), ("pen", 1)]);
/// tracing::info!(items = tracework_layer::json(&items), "ordered");
/// ```
#[cfg(feature = "json")]
pub fn json<T: serde::Serialize + ?Sized>(value: &T) -> DisplayValue<Json<'_, T>> {
    tracing::field::display(Json(value))
}

/// See [`json`].
#[cfg(feature = "json")]
#[derive(Debug)]
pub struct Json<'a, T: ?Sized>(&'a T);

#[cfg(feature = "json")]
impl<T: serde::Serialize + ?Sized> fmt::Display for Json<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self.0).map_err(|_| fmt::Error)?;
        let _ = JSON.try_with(|written| written.set(Some(text.len())));
        f.write_str(&text)
    }
}
