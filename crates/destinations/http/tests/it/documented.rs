//! The page of the book shows what is sent.

use crate::server::{Reply, Server};
use crate::support::{deliver_records, http};
use serde_json::Value;
use std::path::Path;
use tracework_core::{OwnedRecord, Severity};
use tracework_http::Body;
use tracework_testkit::TestRecord;

/// The record of the page.
fn declined() -> OwnedRecord {
    TestRecord::new("card declined")
        .severity(Severity::ERROR)
        .target("shop::pay")
        .field("order", tracework_core::Value::I64(17))
        .shared_metadata(&[("service", "shop"), ("host", "web-1")])
        .build()
}

/// The values of a text of JSON, one after the other, with the ids of events all the same.
fn values(text: &str) -> Vec<Value> {
    let values = serde_json::Deserializer::from_str(text).into_iter();
    let mut values: Vec<Value> = values.map(|value| value.unwrap_or_else(|error| panic!("{error}: {text}"))).collect();
    values.iter_mut().for_each(level_ids);
    values
}

fn level_ids(value: &mut Value) {
    match value {
        Value::String(text) if text.parse::<tracework_core::EventId>().is_ok() => *text = "ID".to_owned(),
        Value::Array(values) => values.iter_mut().for_each(level_ids),
        Value::Object(members) => members.values_mut().for_each(level_ids),
        _ => {}
    }
}

/// The block of the page that shows `name`.
fn shown(page: &str, name: &str) -> String {
    let mark = format!("<!-- body: {name} -->\n```json\n");
    let (_, rest) = page.split_once(&mark).unwrap_or_else(|| panic!("no block is marked {mark}"));
    rest.split_once("```").expect("it is closed").0.to_owned()
}

#[test]
fn every_body_is_shown_as_it_is_sent() {
    let none: [(&str, &str); 0] = [];
    let template = r#"{{"summary": "{service}: {message}", "severity": "{level}", "order": "{field.order}"}}"#;
    let bodies = [
        Body::Json,
        Body::Ndjson,
        Body::template(template),
        Body::Slack,
        Body::Discord,
        Body::Teams,
        Body::loki(none),
        Body::elasticsearch("logs-{service}"),
        Body::splunk(),
        Body::datadog(),
        Body::Seq,
    ];
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/destinations/http.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    assert!(page.contains(template), "the template is shown too");
    let mut wrong = String::new();
    for body in bodies {
        let server =
            Server::start(|_| Reply::status(200).body(r#"{"errors":false,"items":[{"create":{"status":201}}]}"#));
        let name = body.name();
        deliver_records(&mut http(&server.url()).body(body), vec![declined()]).expect("delivered");
        let sent = server.only().text();
        if values(&sent) != values(&shown(&page, name)) {
            wrong.push_str(&format!("{name}:\n{sent}\n"));
        }
    }
    assert!(wrong.is_empty(), "the page shows another one than is sent:\n{wrong}");
}
