//! Slack.
//!
//! [Incoming webhooks](https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks), and
//! [how text is escaped](https://docs.slack.dev/messaging/formatting-message-text#escaping): `&`, `<` and `>` are all that
//! could become a mention, a link or a channel. Formatting, unfurling and the finding of names are switched off. A text
//! should have 4,000 characters at the most.

use super::chat::Chat;
use super::pack::put_pair;

#[derive(Debug)]
pub(super) struct Slack;

impl Chat for Slack {
    const ROOM: usize = 4_000;

    fn units(text: &str) -> usize {
        text.encode_utf16().count()
    }

    fn put(text: &mut String, character: char) {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            _ => text.push(character),
        }
    }

    fn body(lines: &[String]) -> Vec<u8> {
        let mut out = b"{".to_vec();
        put_pair(&mut out, "text", &lines.join("\n"));
        put_pair(&mut out, "parse", "none");
        out.extend_from_slice(b",\"mrkdwn\":false,\"link_names\":false,\"unfurl_links\":false,\"unfurl_media\":false}");
        out
    }
}
