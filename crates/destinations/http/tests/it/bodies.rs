//! Bodies of one's own.

use crate::server::Server;
use crate::support::{deliver_records, http};
use tracework_core::{Severity, Value};
use tracework_http::Body;
use tracework_testkit::{TestRecord, hostile_strings};

#[test]
fn a_template_is_filled_in_and_may_go_over_lines() {
    let server = Server::taking();
    let template = r#"
        {{
          "summary": "{level} in {service}: {message}",
          "at": "{time:%H:%M}", "fields": "{fields}", "id": "{event_id}",
          "amount": "{field.amount}", "none": "{field.none}"
        }}
    "#;
    let record = TestRecord::new("say \"hi\"\nthere")
        .severity(Severity::ERROR)
        .metadata("service", "payments")
        .field("amount", Value::F64(12.5))
        .field("note", Value::Str("a \"b\""))
        .build();
    let id = record.view().event_id().to_string();
    deliver_records(&mut http(&server.url()).body(Body::template(template)), vec![record]).expect("delivered");
    let request = server.only();
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("idempotency-key"), id);
    let json = request.json();
    assert_eq!(json["summary"], "ERROR in payments: say \"hi\"\nthere");
    assert_eq!((&json["at"], &json["amount"], &json["none"]), (&"10:30".into(), &"12.5".into(), &"".into()));
    assert_eq!(json["fields"], r#"amount=12.5 note="a \"b\"""#);
    assert_eq!(json["id"], id);
}

#[test]
fn no_text_leaves_its_place_in_a_template() {
    let server = Server::taking();
    let mut http = http(&server.url()).body(Body::template(r#"{{"text": "{message}", "ours": true}}"#));
    let records = hostile_strings().iter().map(|hostile| TestRecord::new(hostile.text.clone()).build()).collect();
    deliver_records(&mut http, records).expect("delivered");
    for (request, hostile) in server.received().iter().zip(hostile_strings()) {
        let json = request.json();
        assert_eq!(json.as_object().map(serde_json::Map::len), Some(2), "{}", hostile.name);
        let text = json["text"].as_str().expect("a text");
        assert!(hostile.text.starts_with(text.trim_end_matches('…')) || text == hostile.text, "{}", hostile.name);
        assert_eq!(json["ours"], true);
        assert!(!request.body.iter().any(|byte| *byte < 0x20), "{}", hostile.name);
    }
    assert_eq!(server.received().len(), hostile_strings().len());
}
