//! Records made by hand read back as they were asked for.

use tracework_core::{Kind, Reserved, Severity, Timestamp, Value};
use tracework_testkit::{TestRecord, callsite, record_in, span};

#[test]
fn a_record_says_what_it_was_told() {
    let outer = span("request", &[("user", Value::Str("ann")), ("try", Value::U64(2))], None);
    let inner = span("query", &[], Some(&outer));
    let record = TestRecord::new("declined")
        .severity(Severity::CRITICAL)
        .kind(Kind::Security)
        .time(Timestamp(7))
        .generation(4)
        .roles(1)
        .target("payments::card")
        .field("json", Value::Json("{}"))
        .error("error", std::io::Error::other("late"))
        .tags("A,B")
        .destinations("app")
        .category("api")
        .reserved(Reserved::Module, "m")
        .metadata("own", "1")
        .shared_metadata(&[("service", "payments")])
        .thread("main", 1)
        .inside(&inner)
        .build();
    let record = record.view();
    assert_eq!((record.severity(), record.kind(), record.time()), (Severity::CRITICAL, Kind::Security, Timestamp(7)));
    assert_eq!((record.generation(), record.roles(), record.target()), (4, 1, "payments::card"));
    assert_eq!((record.message(), record.field("json")), ("declined", Some(Value::Json("{}"))));
    assert_eq!(record.field("error").map(|error| error.to_string()).as_deref(), Some("late"));
    assert_eq!((record.destinations(), record.category()), (Some("app"), Some("api")));
    assert!(record.has_tag("A") && record.has_tag("B"));
    assert_eq!(
        (record.metadata("own"), record.metadata("service")),
        (Some(Value::Str("1")), Some(Value::Str("payments")))
    );
    assert_eq!((record.thread_name(), record.source().module), (Some("main"), Some("m")));
    assert_eq!((record.context("user"), record.context("try")), (Some(Value::Str("ann")), Some(Value::U64(2))));
    assert_eq!(record.spans().map(|span| span.name()).collect::<Vec<_>>(), ["query", "request"]);
}

#[test]
fn a_callsite_is_made_once() {
    let same = || callsite(Severity::INFO, "app", &["a", "b"]).id();
    assert_eq!(same(), same());
    assert_ne!(same(), callsite(Severity::ERROR, "app", &["a", "b"]).id());
    assert_eq!(TestRecord::new("x").build().view().callsite().map(|site| site.target), Some("test"));
    let piped = TestRecord::new("x").own_target("pipe").build();
    assert_eq!((piped.view().callsite().is_none(), piped.view().target()), (true, "pipe"));
    let inside = record_in(&span("s", &[], None), |draft| draft.message_str("m"));
    assert_eq!((inside.view().message(), inside.view().spans().count()), ("m", 1));
}
