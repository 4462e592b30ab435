//! The name that was meant.

/// Longer names are compared by this much of them, in characters.
const COMPARED: usize = 64;

/// The name among `names` that differs from `wanted` the least, if it is near: every fourth character may be wrong,
/// and one more. Letter case costs nothing. Of names that are equally near, the first.
///
/// For messages: "there is no `webhok`; did you mean `webhook`?"
///
/// ```
/// use tracework_core::nearest;
///
/// assert_eq!(nearest("Webhok", ["console", "app", "webhook"]), Some("webhook"));
/// assert_eq!(nearest("nothing", ["console", "app", "webhook"]), None);
/// ```
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(wanted);
    let near = names.into_iter().filter_map(|name| {
        let letters = folded(name);
        let edits = edits(&wanted, &letters);
        // A name of one or two characters with another of its length shares nothing that matters.
        let shares = edits < wanted.len().max(letters.len());
        (edits <= 1 + letters.len() / 4 && shares).then_some((edits, name))
    });
    near.min_by_key(|&(edits, _)| edits).map(|(_, name)| name)
}

fn folded(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).take(COMPARED).collect()
}

/// How many characters must be put in, left out, changed, or swapped with their neighbour, to come from one to the other.
fn edits(from: &[char], to: &[char]) -> usize {
    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=to.len()).collect());
    for (line, here) in from.iter().enumerate() {
        let mut row = vec![line + 1];
        for (at, there) in to.iter().enumerate() {
            let mut least = (last[at] + usize::from(here != there)).min(last[at + 1] + 1).min(row[at] + 1);
            if line > 0 && at > 0 && *here == to[at - 1] && from[line - 1] == *there {
                least = least.min(before[at - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_told_if_it_is_near() {
        assert_eq!(nearest("webhok", ["console", "app", "webhook"]), Some("webhook"));
        assert_eq!(nearest("rotaet", ["rotate", "keep"]), Some("rotate"));
        assert_eq!(nearest("LEVEL", ["levels", "level"]), Some("level"));
        assert_eq!(nearest("nothing", ["rotate", "keep"]), None);
        assert_eq!(nearest("app", []), None);
    }

    #[test]
    fn of_names_equally_near_the_first_is_told() {
        assert_eq!(nearest("ap", ["app", "api"]), Some("app"));
        assert_eq!(nearest("ap", ["api", "app"]), Some("api"));
    }

    #[test]
    fn a_name_that_shares_nothing_is_not_near() {
        assert_eq!(nearest("x", ["a"]), None);
        assert_eq!(nearest("", ["a"]), None);
    }

    #[test]
    fn a_long_name_costs_no_more_than_its_beginning() {
        let long = "x".repeat(1 << 20);
        assert_eq!(nearest(&long, ["rotate"]), None);
        assert_eq!(nearest(&format!("{long}a"), [long.as_str()]), Some(long.as_str()));
    }

    #[test]
    fn an_edit_is_one_character_or_a_swap() {
        let count = |from: &str, to: &str| edits(&folded(from), &folded(to));
        assert_eq!(count("level", "levle"), 1);
        assert_eq!(count("level", "leve"), 1);
        assert_eq!(count("level", "levels"), 1);
        assert_eq!(count("level", "lovel"), 1);
        assert_eq!(count("", "abc"), 3);
    }
}
