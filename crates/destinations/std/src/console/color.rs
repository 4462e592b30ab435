//! Whether a console gets colours.

use std::ffi::OsString;

/// Whether a console gets colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Color {
    /// As the environment says, in this order: `NO_COLOR` (not empty) is no; `CLICOLOR_FORCE` (neither empty nor `0`)
    /// is yes; then only a terminal gets colours, and not with `TERM=dumb`.
    #[default]
    Auto,
    /// Always, even into a pipe.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Does a stream get colours that is, or is not, a terminal? `variable` reads the environment.
    pub(crate) fn decide(self, terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if set("NO_COLOR").is_some() => false,
            Self::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            Self::Auto => {
                terminal && set("TERM").map_or(!cfg!(windows), |term| term != "dumb") || understood(terminal, set)
            }
        }
    }
}

/// Older consoles of Windows print colours as garbage; those that understand them say so.
fn understood(terminal: bool, set: impl Fn(&'static str) -> Option<OsString>) -> bool {
    cfg!(windows) && terminal && (set("WT_SESSION").is_some() || set("ConEmuANSI").is_some_and(|value| value == "ON"))
}

#[cfg(test)]
mod tests {
    use super::Color;

    fn auto(terminal: bool, variables: &[(&str, &str)]) -> bool {
        Color::Auto
            .decide(terminal, |name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into()))
    }

    #[test]
    fn the_environment_decides_in_the_order_of_the_conventions() {
        let term = ("TERM", "xterm");
        assert!(auto(true, &[term]));
        assert!(!auto(false, &[term]));
        assert!(!auto(true, &[("TERM", "dumb")]));
        assert!(!auto(true, &[term, ("NO_COLOR", "1")]));
        assert!(auto(true, &[term, ("NO_COLOR", "")]), "an empty NO_COLOR says nothing");
        assert!(auto(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!auto(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!auto(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    }

    #[test]
    fn a_choice_overrules_the_environment() {
        assert!(Color::Always.decide(false, |_| Some("1".into())));
        assert!(!Color::Never.decide(true, |_| Some("1".into())));
    }
}
