//! The forms that log stores take, read as they read them.

use crate::server::{Received, Reply, Server};
use crate::support::{deliver_records, http, records};
use serde_json::{Value, json};
use std::collections::HashSet;
use tracework_core::FailureClass::{Permanent, Temporary};
use tracework_core::{Failure, OwnedRecord, Severity};
use tracework_http::Body;
use tracework_testkit::{TestRecord, hostile_strings};

/// Three records, the second an error.
fn three() -> Vec<OwnedRecord> {
    let record = |message: &str, severity| {
        let record = TestRecord::new(message).severity(severity).target("shop::pay");
        record.shared_metadata(&[("service", "payments"), ("host", "h1")]).build()
    };
    vec![record("one", Severity::INFO), record("two", Severity::ERROR), record("three", Severity::INFO)]
}

fn send(body: Body, records: Vec<OwnedRecord>, reply: Reply) -> (Received, Result<(), Failure>) {
    let server = Server::start(move |_| reply.clone());
    let answer = deliver_records(&mut http(&server.url()).body(body), records);
    (server.only(), answer)
}

fn hostile() -> Vec<OwnedRecord> {
    hostile_strings().iter().map(|hostile| TestRecord::new(hostile.text.clone()).build()).collect()
}

#[test]
fn loki_gets_streams_of_labels() {
    let (request, answer) = send(Body::loki([] as [(&str, &str); 0]), three(), Reply::status(204));
    answer.expect("delivered");
    assert_eq!((request.path.as_str(), request.header("content-type")), ("/loki/api/v1/push", "application/json"));
    let streams = request.json()["streams"].as_array().expect("streams").clone();
    assert_eq!(streams[0]["stream"], json!({"service_name": "payments", "level": "INFO"}));
    assert_eq!(streams[1]["stream"], json!({"service_name": "payments", "level": "ERROR"}));
    let messages = |stream: &Value| -> Vec<Value> {
        let values = stream["values"].as_array().expect("values");
        let read = |pair: &Value| {
            assert_eq!(pair[0], "1768473045123456000", "nanoseconds as a string");
            let line: Value = serde_json::from_str(pair[1].as_str().expect("a line")).expect("JSON");
            line["message"].clone()
        };
        values.iter().map(read).collect()
    };
    assert_eq!(
        (messages(&streams[0]), messages(&streams[1])),
        (vec!["one".into(), "three".into()], vec!["two".into()])
    );
    assert_eq!(streams.len(), 2);
}

#[test]
fn loki_s_labels_hold_whatever_a_record_says() {
    let number = hostile_strings().len();
    let body = Body::loki([("app", "a \"b\" {{c}}"), ("message", "{message}")]);
    let (request, answer) = send(body, hostile(), Reply::status(204));
    answer.expect("delivered");
    let streams = request.json()["streams"].as_array().expect("streams").clone();
    assert_eq!(streams[0]["stream"]["app"], "a \"b\" {c}");
    assert_eq!(streams.iter().map(|stream| stream["values"].as_array().map_or(0, Vec::len)).sum::<usize>(), number);
}

/// The documents of a bulk request, each with what is to be done.
fn bulk(request: &Received) -> Vec<(Value, Value)> {
    assert!(request.text().ends_with('\n'), "a bulk request ends with a line's end");
    let lines: Vec<Value> =
        request.text().lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    lines.chunks(2).map(|pair| (pair[0]["create"].clone(), pair[1].clone())).collect()
}

#[test]
fn elasticsearch_gets_documents_under_the_ids_of_events() {
    let reply = Reply::status(200).body(r#"{"errors":false,"items":[{"create":{"status":201}}]}"#);
    let (request, answer) = send(Body::elasticsearch("logs-{service}"), three(), reply.clone());
    answer.expect("delivered");
    assert_eq!(request.path, "/_bulk?filter_path=errors%2Citems.*.status%2Citems.*.error");
    assert_eq!(request.header("content-type"), "application/x-ndjson");
    let documents = bulk(&request);
    assert!(documents.iter().all(|(action, _)| action["_index"] == "logs-payments"));
    let ids: HashSet<_> = documents.iter().map(|(action, _)| action["_id"].to_string()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!((&documents[1].1["message"], &documents[1].1["log.level"]), (&"two".into(), &"ERROR".into()));
    assert_eq!(documents[0].1["@timestamp"], "2026-01-15T10:30:45.123456Z");

    let number = hostile_strings().len();
    let (request, answer) = send(Body::elasticsearch("logs"), hostile(), reply);
    answer.expect("delivered");
    assert_eq!(bulk(&request).len(), number);
}

#[test]
fn elasticsearch_s_answers_are_read_one_by_one() {
    let reply = json!({"errors": true, "items": [
        {"create": {"status": 409, "error": {"type": "version_conflict_engine_exception", "reason": "there"}}},
        {"create": {"status": 400, "error": {"type": "document_parsing_exception", "reason": "failed to parse",
            "caused_by": {"type": "x", "reason": "amount is no number"}}}},
        {"create": {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "queue"}}},
    ]});
    let (_, answer) = send(Body::elasticsearch("logs"), three(), Reply::status(200).body(reply.to_string()));
    let failure = answer.expect_err("two are refused");
    assert_eq!(failure.class(), Temporary);
    let told: Vec<_> = failure.refusals().iter().map(|r| (r.at, r.class, r.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            (1, Permanent, "document_parsing_exception: failed to parse: amount is no number"),
            (2, Temporary, "es_rejected_execution_exception: queue"),
        ]
    );
    for body in ["<html>", "{}", r#"{"errors":true,"items":[]}"#] {
        let (_, answer) = send(Body::elasticsearch("logs"), three(), Reply::status(200).body(body));
        let failure = answer.expect_err("nobody knows");
        assert!(failure.class() == Temporary && failure.refusals().is_empty(), "{failure}");
        assert!(failure.to_string().contains("is `url` that of Elasticsearch?"), "{failure}");
    }
}

#[test]
fn an_index_that_only_one_record_names_holds_up_nobody() {
    let item = |status: u16, kind: &str| json!({"create": {"status": status, "error": {"type": kind, "reason": "no"}}});
    let items = [
        (404, "index_not_found_exception", Permanent),
        (403, "security_exception", Permanent),
        (400, "invalid_index_name_exception", Permanent),
        (403, "cluster_block_exception", Temporary),
        (429, "es_rejected_execution_exception", Temporary),
        (503, "unavailable_shards_exception", Temporary),
    ];
    let reply = json!({"errors": true, "items": items.map(|(status, kind, _)| item(status, kind))}).to_string();
    let told = |index: &str| {
        let messages = items.map(|(_, kind, _)| kind);
        let (_, answer) = send(Body::elasticsearch(index), records(&messages), Reply::status(200).body(reply.clone()));
        let failure = answer.expect_err("all are refused");
        assert!(failure.refusals().iter().zip(messages).all(|(refusal, kind)| refusal.reason == format!("{kind}: no")));
        failure.refusals().iter().map(|refusal| refusal.class).collect::<Vec<_>>()
    };
    assert_eq!(told("logs-{service}"), items.map(|(_, _, class)| class));
    // All records meet what is wrong with an index of the config, and somebody can mend it.
    let waits = [Temporary, Temporary, Permanent, Temporary, Temporary, Temporary];
    assert_eq!(told("logs"), waits);
}

#[test]
fn a_name_that_no_index_may_have_leaves_the_others_alone() {
    let names = |name: &str| TestRecord::new(name).metadata("service", name).build();
    let records = || vec![names("good"), names("../bad"), names("fine")];
    let reply = json!({"errors": true, "items": [
        {"create": {"status": 201}}, {"create": {"status": 400, "error": {"type": "a", "reason": "b"}}},
    ]});
    let (request, answer) =
        send(Body::elasticsearch("logs-{service}"), records(), Reply::status(200).body(reply.to_string()));
    let written: Vec<_> = bulk(&request).iter().map(|(action, _)| action["_index"].clone()).collect();
    assert_eq!(written, ["logs-good", "logs-fine"]);
    let failure = answer.expect_err("two are refused");
    let told: Vec<_> = failure.refusals().iter().map(|r| (r.at, r.class)).collect();
    assert_eq!(told, [(1, Permanent), (2, Permanent)]);
    assert!(failure.refusals()[0].reason.contains("`logs-../bad`"), "{failure}");

    let server = Server::taking();
    let mut http = http(&server.url()).body(Body::elasticsearch("{service}"));
    let failure = deliver_records(&mut http, vec![names("../bad")]).expect_err("it is refused");
    assert_eq!((failure.refusals().len(), server.received().len()), (1, 0));
}

#[test]
fn splunk_gets_events_one_after_the_other() {
    let reply = Reply::status(200).body(r#"{"text":"Success","code":0}"#);
    let body = Body::Splunk { index: Some("main".into()), source_type: "_json".into() };
    let (request, answer) = send(body, three(), reply.clone());
    answer.expect("delivered");
    assert_eq!(request.path, "/services/collector/event");
    let events: Vec<Value> =
        serde_json::Deserializer::from_slice(&request.body).into_iter().map(|event| event.expect("JSON")).collect();
    assert_eq!(events.len(), 3);
    let event = &events[1];
    assert!(request.text().contains("\"time\":1768473045.123456,"));
    assert_eq!(
        (&event["host"], &event["source"], &event["index"]),
        (&"h1".into(), &"shop::pay".into(), &"main".into())
    );
    assert_eq!((&event["sourcetype"], &event["event"]["message"]), (&"_json".into(), &"two".into()));
    assert!(event["fields"]["event_id"].is_string());

    let number = hostile_strings().len();
    let (request, answer) = send(Body::splunk(), hostile(), reply);
    answer.expect("delivered");
    assert_eq!(serde_json::Deserializer::from_slice(&request.body).into_iter::<Value>().flatten().count(), number);
}

#[test]
fn splunk_names_the_event_that_is_wrong() {
    let reply = r#"{"text":"Invalid data format","code":6,"invalid-event-number":1}"#;
    let (_, answer) = send(Body::splunk(), three(), Reply::status(400).body(reply));
    let failure = answer.expect_err("one is refused");
    let told: Vec<_> = failure.refusals().iter().map(|r| (r.at, r.class)).collect();
    assert_eq!(told, [(0, Temporary), (1, Permanent), (2, Temporary)]);
    assert_eq!(failure.refusals()[1].reason, "Invalid data format");

    let index = r#"{"text":"Incorrect index","code":7,"invalid-event-number":0}"#;
    for (status, reply) in [(400, index), (403, r#"{"text":"Invalid token","code":4}"#), (503, r#"{"code":9}"#)] {
        let (_, answer) = send(Body::splunk(), three(), Reply::status(status).body(reply));
        let failure = answer.expect_err("it is refused");
        assert!(failure.class() == Temporary && failure.refusals().is_empty(), "{failure}");
    }
}

#[test]
fn datadog_gets_a_thousand_at_once() {
    let server = Server::start(|_| Reply::status(202).body("{}"));
    let mut http =
        http(&server.url()).body(Body::Datadog { source: "rust".into(), tags: vec!["env:prod".into(), "a:b".into()] });
    let messages: Vec<_> = (0..2_100).map(|number| format!("{number}")).collect();
    deliver_records(&mut http, records(&messages)).expect("delivered");
    let requests = server.received();
    assert_eq!(requests[0].path, "/api/v2/logs");
    let logs: Vec<Vec<Value>> =
        requests.iter().map(|request| request.json().as_array().expect("an array").clone()).collect();
    assert_eq!(logs.iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1_000, 100]);
    let all: Vec<_> = logs.concat();
    assert!(all.iter().zip(&messages).all(|(log, message)| log["message"] == message.as_str()));
    let log = &all[0];
    assert_eq!((&log["ddsource"], &log["ddtags"]), (&"rust".into(), &"env:prod,a:b".into()));
    assert_eq!((&log["hostname"], &log["service"], &log["status"]), (&"h1".into(), &"payments".into(), &"info".into()));
}

#[test]
fn seq_gets_clef() {
    let mut records = three();
    records.push(TestRecord::new("failed").error("error", std::io::Error::other("disk full")).build());
    let (request, answer) = send(Body::Seq, records, Reply::status(201).body(r#"{"MinimumLevelAccepted":null}"#));
    answer.expect("delivered");
    assert_eq!(
        (request.path.as_str(), request.header("content-type")),
        ("/ingest/clef", "application/vnd.serilog.clef")
    );
    let events: Vec<Value> = request.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(events.len(), 4);
    let event = &events[1];
    assert_eq!(
        (&event["@t"], &event["@m"], &event["@l"]),
        (&"2026-01-15T10:30:45.123456Z".into(), &"two".into(), &"Error".into())
    );
    assert_eq!(event["target"], "shop::pay");
    assert_eq!(events[3]["@x"], "disk full");

    let number = hostile_strings().len();
    let (request, answer) = send(Body::Seq, hostile(), Reply::status(201));
    answer.expect("delivered");
    assert_eq!(request.text().lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), number);
}

#[test]
fn a_path_or_a_query_of_one_s_own_stays() {
    let server = Server::start(|_| Reply::status(200).body(r#"{"errors":false}"#));
    let url = format!("{}/team/_bulk?pipeline=p&filter_path=errors", server.url());
    deliver_records(&mut http(&url).body(Body::Elasticsearch { index: None }), three()).expect("delivered");
    let request = server.only();
    assert_eq!(request.path, "/team/_bulk?pipeline=p&filter_path=errors");
    assert!(bulk(&request).iter().all(|(action, _)| action.get("_index").is_none()));
}
