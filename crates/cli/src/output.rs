//! What the program prints. A reader that has gone is no error: there is nobody to tell.

use std::io::Write as _;

/// Prints to standard output.
pub(crate) fn out(text: &str) {
    _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints to standard error.
pub(crate) fn err(text: &str) {
    _ = writeln!(std::io::stderr(), "{text}");
}

/// How wide a line may be.
const WIDTH: usize = 80;

/// What is wrong with a config, in lines that fit a terminal.
pub(crate) fn config_error(error: &tracework::config::Error) -> String {
    let problems = error.problems();
    let mut text = String::new();
    for problem in problems {
        for line in problem.to_string().lines() {
            text.push_str(&if is_excerpt(line) { line.to_owned() } else { wrap(line) });
            text.push('\n');
        }
        text.push('\n');
    }
    text.push_str(&match problems.len() {
        1 => "1 problem; nothing was changed".to_owned(),
        count => format!("{count} problems; nothing was changed"),
    });
    text
}

/// Is it a line of the config, or the mark under one? `12 | ..`, `   | ..`.
fn is_excerpt(line: &str) -> bool {
    line.split_once(" |").is_some_and(|(margin, _)| margin.bytes().all(|byte| byte == b' ' || byte.is_ascii_digit()))
}

/// Breaks a line between words where it is too wide; what follows is set in a little further.
pub(crate) fn wrap(line: &str) -> String {
    let margin = line.len() - line.trim_start().len();
    let mut text = " ".repeat(margin);
    let mut width = margin;
    for (number, word) in line.trim_start().split(' ').enumerate() {
        let length = word.chars().count();
        if number > 0 && width + 1 + length > WIDTH {
            text.push('\n');
            text.push_str(&" ".repeat(margin + 4));
            width = margin + 4;
        } else if number > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += length;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn a_wide_line_is_broken_between_words() {
        let wrapped = wrap(&"word ".repeat(40));
        assert!(wrapped.lines().count() > 2 && wrapped.lines().all(|line| line.len() <= 80), "{wrapped}");
        assert_eq!(wrap("short enough"), "short enough");
        assert_eq!(wrap("  help:  it"), "  help:  it");
    }
}
