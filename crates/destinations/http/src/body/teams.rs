//! Microsoft Teams.
//!
//! The trigger "When a Teams webhook request is received" of a
//! [workflow](https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using) takes
//! an [adaptive card](https://adaptivecards.io/explorer/RichTextBlock.html), up to 28 KB with all around it. A `TextRun`
//! knows no markdown, and nothing in it mentions anybody, since a card must list those whom it mentions.

use super::chat::Chat;
use crate::answer::Answer;
use tracework_core::Failure;
use tracework_format::put_json_str;

#[derive(Debug)]
pub(super) struct Teams;

impl Chat for Teams {
    const ROOM: usize = 20_000;

    /// Bytes as JSON writes them.
    fn units(text: &str) -> usize {
        let mut out = Vec::new();
        put_json_str(&mut out, text);
        // Each line stands in an object of its own.
        out.len() + if text.len() > 4 { 64 } else { 0 }
    }

    fn put(text: &mut String, character: char) {
        text.push(character);
    }

    fn body(lines: &[String]) -> Vec<u8> {
        let mut out = br#"{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4","msteams":{"width":"Full"},"body":["#.to_vec();
        for (at, line) in lines.iter().enumerate() {
            out.extend_from_slice(if at == 0 { b"" } else { b"," });
            out.extend_from_slice(br#"{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"#);
            // A text must not be empty.
            put_json_str(&mut out, if line.is_empty() { "-" } else { line });
            out.extend_from_slice(b"}]}");
        }
        out.extend_from_slice(b"]}}]}");
        out
    }
}

/// The older connectors answer 200 when Teams itself was asked too much, and say so in the body
/// ([rate limiting](https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using#rate-limiting-for-connectors)).
pub(super) fn judge(answer: &Answer, _: usize) -> Result<(), Failure> {
    answer.judge()?;
    let failed = answer.body.windows(b"HTTP error".len()).any(|part| part == b"HTTP error");
    if failed { Err(answer.temporary("Teams did not take the message")) } else { Ok(()) }
}
