//! The suite that every destination passes.

use crate::server::{Reply, Server};
use crate::support::http;
use std::sync::{Arc, Mutex, PoisonError};
use tracework_http::{Body, Compression};
use tracework_testkit::conformance::Subject;

/// A destination and the messages of all that its server took.
fn subject(body: Body, compression: Compression, messages: fn(&serde_json::Value) -> Vec<String>) -> Subject {
    let arrived: Arc<Mutex<Vec<String>>> = Arc::default();
    let taken = Arc::clone(&arrived);
    let server = Server::start(move |request| {
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        for value in serde_json::Deserializer::from_slice(&request.body).into_iter() {
            taken.extend(messages(&value.expect("JSON")));
        }
        Reply::status(200)
    });
    let destination = http(&server.url()).body(body).compress(compression);
    let (breaking, mending) = (server.clone(), server.clone());
    Subject::new(destination, move || {
        let _ = &server;
        arrived.lock().unwrap_or_else(PoisonError::into_inner).clone()
    })
    .fault(move || breaking.set_down(true), move || mending.set_down(false))
}

fn message(value: &serde_json::Value) -> Vec<String> {
    vec![value["message"].as_str().expect("a message").to_owned()]
}

fn array() -> Subject {
    subject(Body::Json, Compression::Gzip, |array| {
        array.as_array().expect("an array").iter().flat_map(message).collect()
    })
}

fn lines() -> Subject {
    subject(Body::Ndjson, Compression::Zstd, message)
}

fn template() -> Subject {
    subject(Body::template(r#"{{"message": "{message}", "text": "{field.text}"}}"#), Compression::None, message)
}

tracework_testkit::conformance!(array_conforms, array());
tracework_testkit::conformance!(lines_conform, lines());
tracework_testkit::conformance!(template_conforms, template());
