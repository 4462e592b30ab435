//! Tags as they are written: `"PAYMENT,USER_123"`.

/// The tags in `text`: separated by commas, blanks around them cut, empty ones left out.
///
/// ```
/// let tags: Vec<_> = tracework_core::tags::split(" PAYMENT, USER_123,,").collect();
/// assert_eq!(tags, ["PAYMENT", "USER_123"]);
/// ```
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty())
}
