//! Discord.
//!
//! [Execute webhook](https://docs.discord.com/developers/resources/webhook#execute-webhook): a content of 2,000 characters
//! at the most. Mentions are written but reach nobody, since
//! [`allowed_mentions`](https://docs.discord.com/developers/resources/message#allowed-mentions-object) allows none; links
//! are not unfolded (flag 4); a backslash makes what would be
//! [markdown](https://docs.discord.com/developers/reference#message-formatting) itself.

use super::chat::Chat;
use super::pack::put_pair;

#[derive(Debug)]
pub(super) struct Discord;

impl Chat for Discord {
    const ROOM: usize = 2_000;

    fn units(text: &str) -> usize {
        text.encode_utf16().count()
    }

    fn put(text: &mut String, character: char) {
        if matches!(character, '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '#' | '[' | ']' | ':') {
            text.push('\\');
        }
        text.push(character);
    }

    fn body(lines: &[String]) -> Vec<u8> {
        let mut out = b"{".to_vec();
        // A message must not be empty.
        let content = lines.join("\n");
        put_pair(&mut out, "content", if content.trim().is_empty() { "-" } else { &content });
        out.extend_from_slice(b",\"allowed_mentions\":{\"parse\":[]},\"flags\":4}");
        out
    }
}
