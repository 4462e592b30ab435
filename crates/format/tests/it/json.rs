//! JSON, in its shapes and in those of others.

use crate::strict::parse;
use crate::work::{Given, Work, add_error, full, pairs, text};
use tracework_core::{Format, Kind, Limits, Severity};
use tracework_format::{Ecs, Gelf, Json, Names, Shape};

#[test]
fn a_nested_object_has_a_place_for_every_part() {
    let expected = concat!(
        r#"{"timestamp":"2024-01-15T10:30:45.123456Z","level":"INFO","kind":"log","category":"api","#,
        r#""message":"user authenticated","target":"auth_service","module":"auth_service::login","#,
        r#""file":"src/login.rs","line":142,"tags":["USER_123","PAYMENT"],"#,
        r#""context":{"user_id":"user_789","request_id":"req_123456"},"#,
        r#""fields":{"auth_method":"pass word","duration_ms":45,"ratio":0.5},"#,
        r#""spans":[{"name":"request","method":"POST"},{"name":"login","attempt":1}],"#,
        r#""metadata":{"service":"payments","host":"h1","thread":"main"}}"#,
        "\n"
    );
    assert_eq!(full().line(&mut Json::new()), expected);
}

#[test]
fn parts_that_are_absent_are_left_out() {
    let expected = concat!(
        r#"{"timestamp":"2024-01-15T10:30:45.123456Z","level":"CRITICAL","kind":"security","#,
        r#""target":"auth_service","module":"auth_service::login","file":"src/login.rs","line":142}"#,
        "\n"
    );
    let work = Work { message: String::new(), severity: Severity::CRITICAL, kind: Kind::Security, ..Work::default() };
    assert_eq!(work.line(&mut Json::new()), expected);
}

#[test]
fn a_flat_object_has_all_at_its_top() {
    let expected = concat!(
        r#"{"timestamp":"2024-01-15T10:30:45.123456Z","level":"INFO","kind":"log","category":"api","#,
        r#""message":"user authenticated","target":"auth_service","module":"auth_service::login","#,
        r#""file":"src/login.rs","line":142,"tags":["USER_123","PAYMENT"],"#,
        r#""auth_method":"pass word","duration_ms":45,"ratio":0.5,"#,
        r#""user_id":"user_789","request_id":"req_123456","#,
        r#""spans":[{"name":"request","method":"POST"},{"name":"login","attempt":1}],"#,
        r#""service":"payments","host":"h1","thread":"main"}"#,
        "\n"
    );
    assert_eq!(full().line(&mut Json::new().shape(Shape::Flat)), expected);
}

#[test]
fn in_a_flat_object_names_that_are_taken_get_a_prefix() {
    let scope = pairs(&[("level", text("c")), ("same", text("c")), ("user_id", text("c"))]);
    let work = Work {
        fields: pairs(&[
            ("level", text("f")),
            ("same", text("f")),
            ("fields.level", text("f")),
            ("__proto__", text("f")),
        ]),
        spans: vec![(String::new(), scope, None)],
        metadata: vec![("same".into(), "m".into()), ("user_id".into(), "m".into()), ("tags".into(), "m".into())],
        ..Work::default()
    };
    let object = parse(&work.line(&mut Json::new().shape(Shape::Flat)));
    for (name, value) in [
        ("level", "INFO"),
        ("fields.level", "f"),
        ("fields.fields.level", "f"),
        ("same", "f"),
        ("__proto__", "f"),
        ("context.level", "c"),
        ("context.same", "c"),
        ("user_id", "c"),
        ("metadata.same", "m"),
        ("metadata.user_id", "m"),
        ("metadata.tags", "m"),
    ] {
        assert_eq!(object[name], value, "{name} in {object:?}");
    }
}

#[test]
fn the_fmt_shape_has_the_content_of_tracing_subscriber() {
    let expected = concat!(
        r#"{"timestamp":"2024-01-15T10:30:45.123456Z","level":"INFO","#,
        r#""fields":{"message":"user authenticated","auth_method":"pass word","duration_ms":45,"ratio":0.5,"#,
        r#""tags":"USER_123, PAYMENT","category":"api"},"target":"auth_service","#,
        r#""span":{"user_id":"user_789","attempt":1,"name":"login"},"#,
        r#""spans":[{"request_id":"req_123456","method":"POST","name":"request"},"#,
        r#"{"user_id":"user_789","attempt":1,"name":"login"}]}"#,
        "\n"
    );
    assert_eq!(full().line(&mut Json::new().shape(Shape::Fmt)), expected);
    let empty = Work { message: String::new(), severity: Severity::WARNING, ..Work::default() };
    let object = parse(&empty.line(&mut Json::new().shape(Shape::Fmt)));
    assert_eq!((&object["level"], &object["fields"]), (&"WARN".into(), &serde_json::json!({})));
}

#[test]
fn numbers_that_json_cannot_tell_are_strings() {
    let fields = pairs(&[
        ("nan", Given::F64(f64::NAN)),
        ("least", Given::F64(f64::NEG_INFINITY)),
        ("whole", Given::F64(45.0)),
        ("tiny", Given::F64(-5e-324)),
        ("large", Given::U128(u128::MAX)),
        ("small", Given::U128(7)),
        ("deep", Given::I128(i128::MIN)),
        ("low", Given::I128(-7)),
        ("most", Given::U64(u64::MAX)),
        ("none", Given::Null),
        ("bytes", Given::Bytes(vec![0, 255])),
    ]);
    let line = Work { fields: fields.clone(), ..Work::default() }.line(&mut Json::new());
    let expected = concat!(
        r#""fields":{"nan":"NaN","least":"-Infinity","whole":45.0,"tiny":-5e-324,"#,
        r#""large":"340282366920938463463374607431768211455","small":7,"#,
        r#""deep":"-170141183460469231731687303715884105728","low":-7,"most":18446744073709551615,"none":null,"#,
        r#""bytes":"00ff"}"#
    );
    assert!(line.contains(expected), "{line}");
    let fmt = Work { fields, ..Work::default() }.line(&mut Json::new().shape(Shape::Fmt));
    assert!(fmt.contains(r#""nan":null"#), "{fmt}");
}

#[test]
fn nested_values_stay_nested_and_on_one_line() {
    let nested = Given::Json("{\n\t\"a\": [1, \"\u{9b}\u{202e}\"]\r}".into());
    let line = Work { fields: pairs(&[("body", nested)]), ..Work::default() }.line(&mut Json::new());
    assert!(line.contains(r#""body":{  "a": [1, "\u009b\u202e"] }"#), "{line}");
    assert_eq!(parse(&line)["fields"]["body"]["a"][1], "\u{9b}\u{202e}");
}

#[test]
fn the_first_error_stands_beside_the_fields_with_its_causes() {
    let object = parse(&Work::default().line_with(&mut Json::new(), add_error));
    assert_eq!(object["fields"]["error"], "could not save: disk full");
    assert_eq!(object["error"], serde_json::json!({"message": "could not save", "chain": ["disk full"]}));
}

#[test]
fn fields_with_a_place_of_their_own_go_there() {
    let nested = Given::Json(r#"{"response_time":0.045}"#.into());
    let fields = pairs(&[
        ("function", text("login")),
        ("trace_id", text("4bf9")),
        ("performance_data", nested),
        ("a", text("b")),
    ]);
    for placed in [true, false] {
        let work = Work { fields: fields.clone(), placed, ..Work::default() };
        let object = parse(&work.line(&mut Json::new()));
        assert_eq!((&object["function"], &object["trace_id"]), (&"login".into(), &"4bf9".into()));
        assert_eq!(object["performance_data"]["response_time"], 0.045);
        assert_eq!(object["fields"], serde_json::json!({"a": "b"}));
    }
}

#[test]
fn the_innermost_span_gives_the_context_and_others_keep_what_it_hides() {
    let spans = vec![
        ("outer".into(), pairs(&[("user_id", text("one")), ("a", text("b"))]), None),
        ("inner".into(), pairs(&[("user_id", text("two"))]), None),
        (String::new(), pairs(&[("tenant", text("t"))]), None),
    ];
    let work = Work { spans, ..Work::default() };
    let object = parse(&work.line(&mut Json::new()));
    assert_eq!(object["context"], serde_json::json!({"tenant": "t", "user_id": "two"}));
    let spans = serde_json::json!([{"name": "outer", "user_id": "one", "a": "b"}, {"name": "inner"}]);
    assert_eq!(object["spans"], spans);
    let object = parse(&work.line(&mut Json::new().names(Names::default().context(["a"]))));
    assert_eq!(object["context"], serde_json::json!({"tenant": "t", "a": "b"}));
}

#[test]
fn metadata_of_the_record_replaces_that_of_the_program() {
    let mut work = full();
    work.own_metadata = pairs(&[("host", text("h2")), ("build", Given::U64(7)), ("build", Given::U64(8))]);
    let object = parse(&work.line(&mut Json::new()));
    let expected = serde_json::json!({"service": "payments", "thread": "main", "host": "h2", "build": 8});
    assert_eq!(object["metadata"], expected);
}

#[test]
fn a_name_given_twice_is_written_once_with_the_last_value() {
    let fields = pairs(&[("a", Given::U64(1)), ("b", Given::U64(2)), ("a", Given::U64(3))]);
    for placed in [true, false] {
        let work =
            Work { fields: fields.clone(), placed, spans: vec![("s".into(), fields.clone(), None)], ..Work::default() };
        let object = parse(&work.line(&mut Json::new()));
        assert_eq!(object["fields"], serde_json::json!({"b": 2, "a": 3}));
        assert_eq!(object["spans"][0], serde_json::json!({"name": "s", "b": 2, "a": 3}));
    }
}

#[test]
fn what_was_cut_is_said() {
    let limits = Limits { message: 4, value: 3, fields: 2, key: 256 };
    let fields = pairs(&[("body", text("longer")), ("b", text("b")), ("c", text("c"))]);
    let spans = vec![("s".into(), pairs(&[("path", text("/path"))]), None)];
    let work = Work { limits, fields, spans, ..Work::default() };
    let line = work.line_with(&mut Json::new(), |draft| draft.mark_incomplete());
    let expected =
        serde_json::json!({"keys": ["message", "fields.body", "spans.path"], "omitted": 1, "incomplete": true});
    assert_eq!(parse(&line)["_truncated"], expected);
}

#[test]
fn fields_recorded_later_show_in_later_records_alone() {
    use std::sync::Arc;
    use tracework_core::{Draft, Key, Page, SpanNode, Timestamp, Value};
    let mut draft = Draft::new(Limits::default());
    let head = |time| Work { time, ..Work::default() }.head(None);
    draft.begin(head(1));
    let span = SpanNode::new(None, None, &mut draft);
    draft.begin(head(1));
    draft.field(Key::Name("user_id"), Value::Str("late"));
    span.record(Timestamp(50), &mut draft);
    let (mut page, mut json) = (Page::new(Arc::default()), Json::new());
    let mut lines = Vec::new();
    for time in [10, 60, 20] {
        draft.begin(head(time));
        let pick = page.push(&draft, Some(&span));
        let mut out = Vec::new();
        json.encode(&page.record(pick), &mut out);
        lines.push(String::from_utf8(out).expect("it is UTF-8").contains("late"));
    }
    assert_eq!(lines, [false, true, false]);
}

#[test]
fn gelf_has_its_required_fields_and_additional_ones() {
    let expected = concat!(
        r#"{"version":"1.1","host":"h1","short_message":"user authenticated","timestamp":1705314645.123456,"level":6,"#,
        r#""_target":"auth_service","_module":"auth_service::login","_file":"src/login.rs","_category":"api","#,
        r#""_tags":"USER_123,PAYMENT","_line":142,"_severity":"INFO","_auth_method":"pass word","_duration_ms":45,"#,
        r#""_ratio":0.5,"_user_id":"user_789","_request_id":"req_123456","_span":"request:login","#,
        r#""_request.method":"POST","_login.attempt":1,"_service":"payments","_thread":"main"}"#,
        "\n"
    );
    assert_eq!(full().line(&mut Gelf::new()), expected);
    let fields = pairs(&[("id", text("7")), ("a b", text("x")), ("a=b", text("y")), ("nan", Given::F64(f64::NAN))]);
    let object = parse(&Work { fields, ..Work::default() }.line(&mut Gelf::new()));
    assert_eq!(
        (&object["_fields.id"], &object["_a_b"], &object["_fields.a_b"]),
        (&"7".into(), &"x".into(), &"y".into())
    );
    assert!(!object.contains_key("_nan") && !object.contains_key("_id"));
}

#[test]
fn ecs_has_the_names_of_its_schema() {
    let expected = concat!(
        r#"{"@timestamp":"2024-01-15T10:30:45.123456Z","log.level":"INFO","message":"user authenticated","#,
        r#""ecs.version":"8.11.0","event.severity":9,"log.logger":"auth_service","#,
        r#""log.origin.file.name":"src/login.rs","log.origin.file.line":142,"tags":["USER_123","PAYMENT"],"#,
        r#""user.id":"user_789","http.request.id":"req_123456","#,
        r#""service.name":"payments","host.name":"h1","process.thread.name":"main","#,
        r#""tracework":{"kind":"log","category":"api","module":"auth_service::login","#,
        r#""fields":{"auth_method":"pass word","duration_ms":45,"ratio":0.5},"#,
        r#""spans":[{"name":"request","method":"POST"},{"name":"login","attempt":1}]}}"#,
        "\n"
    );
    assert_eq!(full().line(&mut Ecs::new()), expected);
    let object = parse(&Work::default().line_with(&mut Ecs::new(), add_error));
    assert_eq!(object["error.stack_trace"], "could not save\nCaused by: disk full");
}

#[test]
fn formats_with_other_settings_have_other_identities() {
    let all = crate::hostile::formats();
    let mut identities: Vec<_> = all.iter().filter_map(|(_, format)| format.identity()).collect();
    assert_eq!(identities.len(), all.len() - 1, "only a closure has none");
    for (_, format) in &all {
        assert_eq!(format.duplicate().identity(), format.identity());
    }
    identities.sort();
    identities.dedup();
    assert_eq!(identities.len(), all.len() - 1);
    assert_eq!("flat".parse(), Ok(Shape::Flat));
}
