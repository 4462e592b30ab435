//! What to write instead of a name that is none.

use tracework_core::nearest;

/// `did you mean ..?` if a name is near, else which names there are.
pub(crate) fn suggest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let names: Vec<&str> = names.into_iter().collect();
    if let Some(name) = nearest(wanted, names.iter().copied()) {
        return Some(format!("did you mean `{name}`?"));
    }
    match names.as_slice() {
        [] => None,
        [only] => Some(format!("there is only `{only}`")),
        [most @ .., last] => Some(format!("there are {} and {last}", most.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn the_nearest_name_is_told_else_all_of_them() {
        assert_eq!(suggest("rotaet", ["rotate", "keep"]).as_deref(), Some("did you mean `rotate`?"));
        assert_eq!(suggest("nothing", ["rotate", "keep"]).as_deref(), Some("there are rotate and keep"));
    }
}
