//! The request's id.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use uuid::Uuid;

/// The header that carries the id.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, as it is logged and returned; handlers find it in the request's extensions.
///
/// ```
/// use tracework_tower::RequestId;
///
/// assert!(RequestId::parse("req_8f3c").is_some());
/// assert!(RequestId::parse("8f3c\nforged line").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The most bytes of an id that is accepted.
    pub const MAX: usize = 128;

    /// An id given from outside: up to [`RequestId::MAX`] letters, digits and `-_.:+/=~`, all of ASCII. `None` for any
    /// other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_good(text.as_bytes()).then(|| Self::holding(text))
    }

    /// The only copy: a header's value is shared by its clones.
    fn holding(text: &str) -> Self {
        Self(
            HeaderValue::from_maybe_shared(Bytes::copy_from_slice(text.as_bytes()))
                .unwrap_or_else(|_| unreachable!("an id is made of characters that a header may hold")),
        )
    }

    /// A new one: a UUID of version 7, so that ids sort by time.
    #[must_use]
    pub fn new() -> Self {
        Self::holding(Uuid::now_v7().hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }

    /// The id that the headers hold, and whether they held one that will not do.
    pub(crate) fn of(headers: &HeaderMap) -> (Option<Self>, bool) {
        let mut all = headers.get_all(HEADER).iter();
        let Some(first) = all.next() else { return (None, false) };
        let alone = all.next().is_none();
        let good = alone && is_good(first.as_bytes());
        (good.then(|| Self(first.clone())), !good)
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The id as a header's value.
    pub(crate) fn value(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// May a text be an id?
fn is_good(text: &[u8]) -> bool {
    let good = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:+/=~".contains(byte);
    (1..=RequestId::MAX).contains(&text.len()) && text.iter().all(good)
}

impl Default for RequestId {
    /// [`RequestId::new`].
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::RequestId;

    #[test]
    fn what_could_forge_a_line_or_fill_one_is_no_id() {
        for good in ["a", "req_123456", "Root=1-67891233-abcdef012345678912345678", &"x".repeat(128)] {
            assert_eq!(RequestId::parse(good).as_ref().map(RequestId::as_str), Some(good));
        }
        for bad in ["", " ", "a b", "a\tb", "a\"b", "a;b", "<script>", "é", &"x".repeat(129)] {
            assert_eq!(RequestId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_new_one_is_accepted_and_sorts_by_time() {
        let (one, two) = (RequestId::new(), RequestId::new());
        assert!(one.as_str() < two.as_str() && RequestId::parse(one.as_str()).is_some());
        assert_eq!((one.as_str().len(), one.as_str().as_bytes()[14]), (36, b'7'));
    }
}
