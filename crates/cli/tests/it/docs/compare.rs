//! What was printed, beside what the page says.

/// Is `printed` what `told` says? `...` in a line stands for anything, a line of `...` for any lines. Blanks at the end
/// of a line do not matter.
pub(super) fn fits(told: &str, printed: &str) -> bool {
    let lines = |text: &str| text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    lines_fit(&lines(told), &lines(printed))
}

fn lines_fit(told: &[String], printed: &[String]) -> bool {
    match told.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first.trim() == "..." => {
            (0..=printed.len()).any(|skip| lines_fit(rest, &printed[skip..]))
        }
        Some((first, rest)) => {
            printed.split_first().is_some_and(|(line, more)| line_fits(first, line) && lines_fit(rest, more))
        }
    }
}

fn line_fits(told: &str, printed: &str) -> bool {
    let mut parts = told.split("...");
    let Some(mut rest) = printed.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[test]
fn dots_stand_for_anything_and_nothing_else_does() {
    assert!(fits("a ... c\n", "a b c"));
    assert!(fits("a\n...\nz", "a\nb\nc\nz\n") && fits("...", "") && fits("", "\n"));
    assert!(fits("{\"time\":\"...\",\"n\":1}", "{\"time\":\"2026\",\"n\":1}"));
    assert!(!fits("a ... c", "a b d") && !fits("a", "a\nb") && !fits("a\nb", "a") && !fits("a", "ab"));
}
