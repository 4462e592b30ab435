//! What a consumer gets, and what JetStream refuses.

use crate::support::{Stream, deliver, header, id, records, text};
use tracework_core::{Destination, FailureClass, Format, Secret, Setting, Value};
use tracework_format::Json;
use tracework_nats::JetStream;
use tracework_testkit::conformance::Subject;
use tracework_testkit::{Proxy, Recording, TestRecord, Way, conformance, hostile_strings};

/// A stream behind a way that can be broken; in the place of a server that is not there, as was said, a recording.
fn subject() -> Subject {
    let Some(mut stream) = Stream::new() else {
        let recording = Recording::new();
        let reader = recording.clone();
        return Subject::new(recording, move || reader.text().lines().map(str::to_owned).collect());
    };
    let proxy = std::rc::Rc::new(Proxy::to(stream.at).expect("a proxy"));
    let mending = std::rc::Rc::clone(&proxy);
    let nats = stream.destination_by(proxy.address());
    let mut read = Vec::new();
    let reader = move || {
        read.extend(stream.messages().iter().map(text));
        read.clone()
    };
    Subject::new(nats, reader).fault(move || proxy.set(Way::Down), move || mending.set(Way::Open))
}

conformance!(subject());

#[test]
fn a_message_has_the_id_of_its_event_and_the_record() {
    let Some(mut stream) = Stream::new() else { return };
    let records: Vec<_> = hostile_strings().into_iter().map(|hostile| TestRecord::new(&hostile.text).build()).collect();
    deliver(&mut stream.destination(), &records).expect("it is delivered");
    let messages = stream.messages();
    assert_eq!(messages.len(), records.len());
    for (message, record) in messages.iter().zip(&records) {
        let mut line = Vec::new();
        Json::default().encode(&record.view(), &mut line);
        assert_eq!(Some(message.payload.as_ref()), line.strip_suffix(b"\n"));
        assert_eq!(header(message, "Nats-Msg-Id"), id(record));
        assert_eq!(header(message, "level"), "INFO");
        assert_eq!(header(message, "Content-Type"), Json::default().media_type());
    }
}

#[test]
fn what_is_published_twice_is_stored_once() {
    let Some(mut stream) = Stream::new() else { return };
    let all = records(&["one", "two"]);
    for _ in 0..3 {
        deliver(&mut stream.destination(), &all).expect("it is delivered");
    }
    assert_eq!(stream.messages().len(), 2);
}

#[test]
fn a_subject_of_a_record_that_nobody_listens_to_refuses_that_record_alone() {
    let Some(mut stream) = Stream::new() else { return };
    let mut nats = stream.destination().subject("{field.to}").expect("a template");
    let to = |subject: &str| TestRecord::new("x").field("to", Value::Str(subject)).build();
    let (known, unknown) = (format!("{}.a", stream.name), format!("nobody-{}", stream.name));
    let records = [to(&known), to(&unknown), to(&known), to("a b"), to("a..b"), to(&known)];
    let failure = deliver(&mut nats, &records).expect_err("three are refused");
    let places: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
    assert_eq!(places, [1, 3, 4].map(|at| (at, FailureClass::Permanent)), "{failure}");
    assert!(failure.refusals()[0].reason.contains("no stream found"), "{failure}");
    let arrived: Vec<_> = stream.messages().iter().map(|message| header(message, "Nats-Msg-Id")).collect();
    assert_eq!(arrived, [0, 2, 5].map(|at: usize| id(&records[at])));
}

#[test]
fn a_message_that_is_too_large_is_refused_alone() {
    let Some(mut stream) =
        Stream::with(|config| async_nats::jetstream::stream::Config { max_message_size: 5_000, ..config })
    else {
        return;
    };
    let (long, longer) = ("x".repeat(6_000), "x".repeat(3 << 20));
    // TestRecord keeps messages within the limits of records, so the large ones are made of many fields.
    let large = |text: &str| {
        let fields = (0..60).fold(TestRecord::new("large"), |record, at| {
            record.field(format!("f{at}"), Value::Str(&text[..text.len() / 60]))
        });
        fields.build()
    };
    let records = [TestRecord::new("a").build(), large(&long), TestRecord::new("b").build(), large(&longer)];
    let failure = deliver(&mut stream.destination(), &records).expect_err("two are refused");
    let places: Vec<_> = failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect();
    assert_eq!(places, [(1, FailureClass::Permanent), (3, FailureClass::Permanent)], "{failure}");
    assert_eq!(stream.messages().len(), 2);
}

#[test]
fn a_missing_stream_is_waited_for_or_created() {
    let Some(mut stream) = Stream::absent() else { return };
    let failure = deliver(&mut stream.destination(), &records(&["one"])).expect_err("there is none");
    assert_eq!((failure.class(), failure.refusals().len()), (FailureClass::Temporary, 0), "{failure}");
    assert!(
        failure.to_string().contains("no stream found") && failure.to_string().contains("declare_stream"),
        "{failure}"
    );
    let mut nats = stream.destination().subject(&format!("{}.{{level}}", stream.name)).expect("a template");
    nats = nats.declare_stream(&stream.name).expect("a name");
    deliver(&mut nats, &records(&["one"])).expect("it is delivered");
    assert_eq!(stream.messages()[0].subject.as_str(), format!("{}.INFO", stream.name));
    // What is there already is used as it is.
    nats.close().expect("it closes");
    deliver(&mut nats, &records(&["two"])).expect("it is delivered");
}

#[test]
fn it_says_what_is_set_and_no_secret() {
    let nats =
        JetStream::to("nats://ann:hunter2@mq:4223/").and_then(|nats| nats.subject("a.{level}")?.declare_stream("A"));
    let nats = nats.expect("a destination").token("hunter2");
    let said = nats.as_config().expect("a description");
    assert_eq!(said.get("url"), Some(&Setting::Text("nats://ann@mq:4223".into())));
    for name in ["password", "token"] {
        assert_eq!(said.get(name), Some(&Setting::Secret(Secret::Program)));
    }
    assert!(!format!("{said:?} {nats:?}").contains("hunter2"));
}

#[test]
fn what_cannot_be_used_is_refused_by_name() {
    for url in ["", "mq", "http://ann:hunter2@mq", "nats://", "nats://ann:hunter2@", "nats://ann:hunter2@mq:port"] {
        let error = JetStream::to(url).expect_err(url);
        assert!(error.setting == "url" && !error.to_string().contains("hunter2"), "{error}");
    }
    let nats = || JetStream::to("nats://mq").expect("a destination");
    for subject in ["a b", "a..b", ".a", "a.", "{nothing}", ""] {
        assert_eq!(nats().subject(subject).expect_err(subject).setting, "subject");
    }
    for stream in ["a b", "a.b", "{level}"] {
        assert_eq!(nats().declare_stream(stream).expect_err(stream).setting, "declare_stream");
    }
    let unknown = nats().subject("{level}").and_then(|nats| nats.declare_stream("A")).expect("each is allowed");
    assert_eq!(unknown.check().expect_err("what would it listen to?").setting, "declare_stream");
}
