//! Messages for people.

use crate::server::{Reply, Server};
use crate::support::{deliver, deliver_records, failure, http};
use tracework_core::FailureClass::Temporary;
use tracework_http::Body;
use tracework_testkit::{TestRecord, hostile_strings};

const ATTACK: &str = "<!channel> <@U123> @everyone <https://evil.example|click> *bold* [a](javascript:b) & co";

fn message(body: Body, messages: &[&str]) -> serde_json::Value {
    let server = Server::taking();
    deliver(&mut http(&server.url()).body(body), messages).expect("delivered");
    server.only().json()
}

#[test]
fn slack_gets_text_that_addresses_nobody() {
    let json = message(Body::Slack, &[ATTACK, "two"]);
    let text = json["text"].as_str().expect("a text");
    assert!(text.contains("&lt;!channel&gt; &lt;@U123&gt; @everyone &lt;https://evil.example|click&gt;"), "{text}");
    assert!(text.contains("&amp; co") && !text.contains(['<', '>']), "{text}");
    assert_eq!(text.lines().count(), 2);
    assert_eq!((&json["mrkdwn"], &json["link_names"], &json["parse"]), (&false.into(), &false.into(), &"none".into()));
}

#[test]
fn discord_gets_text_that_addresses_nobody() {
    let json = message(Body::Discord, &[ATTACK]);
    assert_eq!(json["allowed_mentions"]["parse"], serde_json::json!([]));
    let text = json["content"].as_str().expect("a text");
    assert!(text.contains(r"\<@U123\> @everyone") && text.contains(r"\*bold\*"), "{text}");
    assert!(text.contains(r"\[a\](javascript\:b)"), "{text}");
}

#[test]
fn teams_gets_a_card_of_plain_text() {
    let json = message(Body::Teams, &[ATTACK, "two"]);
    let attached = &json["attachments"][0];
    assert_eq!(attached["contentType"], "application/vnd.microsoft.card.adaptive");
    let lines = attached["content"]["body"].as_array().expect("lines");
    assert_eq!(lines.len(), 2);
    let run = &lines[0]["inlines"][0];
    assert_eq!((&lines[0]["type"], &run["type"]), (&"RichTextBlock".into(), &"TextRun".into()));
    assert!(run["text"].as_str().is_some_and(|text| text.contains(ATTACK)));
    assert!(attached["content"]["msteams"].get("entities").is_none());
}

#[test]
fn messages_stay_within_what_a_chat_takes() {
    type Text = fn(&serde_json::Value) -> usize;
    let cases: [(Body, usize, Text); 3] = [
        (Body::Slack, 4_000, |json| json["text"].as_str().map_or(0, |text| text.encode_utf16().count())),
        (Body::Discord, 2_000, |json| json["content"].as_str().map_or(0, |text| text.encode_utf16().count())),
        (Body::Teams, 28_000, |json| json.to_string().len()),
    ];
    for (body, most, size) in cases {
        let server = Server::taking();
        let mut http = http(&server.url()).body(body);
        let records = |number: usize| {
            let long = (0..number).map(|at| TestRecord::new(format!("{at:04} {}", "x & y ".repeat(at % 40))).build());
            long.chain(hostile_strings().iter().map(|hostile| TestRecord::new(hostile.text.clone()).build())).collect()
        };
        deliver_records(&mut http, records(200)).expect("delivered");
        let messages: Vec<_> = server.received().iter().map(|request| request.json()).collect();
        assert!(messages.len() > 3);
        for json in &messages {
            assert!((1..=most).contains(&size(json)), "{} of {most}: {json}", size(json));
        }
        let all: String = messages.iter().map(ToString::to_string).collect();
        assert!((0..200).all(|at| all.contains(&format!("{at:04} "))), "each record is somewhere");
        let keys: std::collections::HashSet<_> =
            server.received().iter().map(|request| request.header("idempotency-key").to_owned()).collect();
        assert_eq!(keys.len(), messages.len());
    }
}

#[test]
fn teams_says_200_and_means_no() {
    let text = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429";
    let server = Server::start(move |_| Reply::status(200).body(text));
    let failure = failure(&mut http(&server.url()).body(Body::Teams), &["one"]);
    assert_eq!(failure.class(), Temporary);
    assert!(failure.to_string().contains("Teams did not take the message"), "{failure}");
}
