//! The name that was meant.

/// The name among `names` that differs from `wanted` the least, if it is near. Letter case costs nothing.
pub(crate) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (distance(&wanted.to_lowercase(), &name.to_lowercase()), name))
        .filter(|&(distance, name)| distance <= 1 + name.len() / 4)
        .min()
        .map(|(_, name)| name)
}

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

/// The edits between two names: a letter put in, left out or changed, or two that stand side by side swapped.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().take(64).collect();
    let right: Vec<char> = right.chars().take(64).collect();
    let mut rows = vec![(0..=right.len()).collect::<Vec<usize>>()];
    for (line, here) in left.iter().enumerate() {
        let mut row = vec![line + 1];
        for (at, there) in right.iter().enumerate() {
            let changed = rows[line][at] + usize::from(here != there);
            let mut least = changed.min(rows[line][at + 1] + 1).min(row[at] + 1);
            if line > 0 && at > 0 && *here == right[at - 1] && left[line - 1] == *there {
                least = least.min(rows[line - 1][at - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::{nearest, suggest};

    #[test]
    fn the_nearest_name_is_told_if_it_is_near() {
        assert_eq!(nearest("rotaet", ["rotate", "keep"]), Some("rotate"));
        assert_eq!(nearest("LEVEL", ["level", "levels"]), Some("level"));
        assert_eq!(nearest("nothing", ["rotate", "keep"]), None);
        assert_eq!(suggest("nothing", ["rotate", "keep"]).as_deref(), Some("there are rotate and keep"));
    }
}
