//! Formats of lines: text, logfmt, XML and one of one's own.

use crate::work::{Given, Work, add_error, full, pairs, text};
use std::fmt::Write;
use tracework_core::{Kind, Limits, Severity};
use tracework_format::{Logfmt, Text, Xml, from_fn};

#[test]
fn text_is_the_line_of_the_console() {
    assert_eq!(
        Work::default().line(&mut Text::new()),
        "[2024-01-15 10:30:45] [INFO    ] auth_service: user authenticated\n"
    );
    let expected = concat!(
        "[2024-01-15 10:30:45] [INFO    ] auth_service: user authenticated auth_method=\"pass word\" duration_ms=45 ",
        "ratio=0.5 category=api tags=USER_123,PAYMENT ",
        "in request{request_id=req_123456 method=POST}:login{user_id=user_789 attempt=1}\n"
    );
    assert_eq!(full().line(&mut Text::new()), expected);
    let with = full().line(&mut Text::new().metadata(true).spans(false));
    assert!(with.ends_with("tags=USER_123,PAYMENT service=payments host=h1 thread=main\n"), "{with}");
}

#[test]
fn text_says_what_was_cut() {
    let limits = Limits { message: 4, value: 3, fields: 1, key: 256 };
    let fields = pairs(&[("body", text("longer")), ("b", text("b"))]);
    let line = Work { limits, fields, kind: Kind::Job, ..Work::default() }.line(&mut Text::new());
    let expected = "auth_service: user body=lon kind=job _truncated=message,fields.body _omitted=1\n";
    assert!(line.ends_with(expected), "{line}");
}

#[test]
fn pretty_text_has_a_line_for_each_part() {
    let mut work = full();
    work.severity = Severity::ERROR;
    let expected = "\
2024-01-15T10:30:45.123456Z ERROR auth_service: user authenticated
    auth_method: pass word
    duration_ms: 45
    ratio: 0.5
    error: could not save
        caused by: disk full
    category: api
    tags: USER_123, PAYMENT
    in login user_id=user_789 attempt=1
    in request request_id=req_123456 method=POST
    at src/login.rs:142
";
    assert_eq!(work.line_with(&mut Text::pretty(), add_error), expected);
}

#[test]
fn colours_are_there_only_if_asked_for_and_never_from_a_value() {
    let mut work = full();
    work.message = "\x1b[31mred".into();
    for text in [Text::new(), Text::pretty()] {
        let plain = work.line(&mut text.clone());
        assert!(!plain.contains('\x1b') && plain.contains(r"\x1b[31mred"), "{plain}");
        let colored = work.line(&mut text.colored(true));
        assert!(colored.contains("\x1b[32mINFO") && colored.contains(r"\x1b[31mred"), "{colored}");
        let bare =
            ["\x1b[32m", "\x1b[2m", "\x1b[1m", "\x1b[0m"].iter().fold(colored, |text, code| text.replace(code, ""));
        assert_eq!(bare, plain);
    }
}

#[test]
fn a_forged_line_is_one_line() {
    let mut work = Work { message: "a\nINFO forged\r\n\u{85}\u{2028}".into(), ..Work::default() };
    work.fields = pairs(&[
        ("path", text("C:\\new dir")),
        ("quote", text("say \"hi\"\n")),
        ("empty", text("")),
        ("a b", text("ü")),
    ]);
    assert_eq!(
        work.line(&mut Text::new()),
        concat!(
            r"[2024-01-15 10:30:45] [INFO    ] auth_service: a\nINFO forged\r\n\u{85}\u{2028} ",
            r#"path="C:\\new dir" quote="say \"hi\"\n" empty="" "a b"="ü""#,
            "\n"
        )
    );
}

#[test]
fn logfmt_is_one_flat_space_of_names() {
    let expected = concat!(
        "time=2024-01-15T10:30:45.123456Z level=INFO category=api tags=USER_123,PAYMENT target=auth_service ",
        "file=src/login.rs line=142 msg=\"user authenticated\" auth_method=\"pass word\" duration_ms=45 ratio=0.5 ",
        "user_id=user_789 request_id=req_123456 span=request:login request.method=POST login.attempt=1 ",
        "service=payments host=h1 thread=main\n"
    );
    assert_eq!(full().line(&mut Logfmt::new()), expected);
    let fields = pairs(&[("level", text("f")), ("a b=\"c", text("\x1b")), ("", text("")), ("user_id", text("f"))]);
    let spans = vec![(String::new(), pairs(&[("user_id", text("c"))]), None)];
    let line = Work { fields, spans, ..Work::default() }.line(&mut Logfmt::new());
    let expected = "fields.level=f a_b__c=\"\\u001b\" _=\"\" user_id=f context.user_id=c\n";
    assert!(line.ends_with(expected), "{line}");
}

#[test]
fn xml_is_one_element() {
    let expected = concat!(
        r#"<record time="2024-01-15T10:30:45.123456Z" level="INFO" kind="log" category="api" target="auth_service" "#,
        r#"module="auth_service::login" file="src/login.rs" line="142"><message>user authenticated</message>"#,
        r#"<tag>USER_123</tag><tag>PAYMENT</tag><context name="user_id">user_789</context>"#,
        r#"<context name="request_id">req_123456</context><field name="auth_method">pass word</field>"#,
        r#"<field name="duration_ms" type="integer">45</field><field name="ratio" type="number">0.5</field>"#,
        r#"<field name="error" type="error">could not save: disk full</field>"#,
        r#"<span name="request"><field name="method">POST</field></span>"#,
        r#"<span name="login"><field name="attempt" type="integer">1</field></span>"#,
        r#"<metadata name="service">payments</metadata><metadata name="host">h1</metadata>"#,
        r#"<metadata name="thread">main</metadata>"#,
        r#"<error><message>could not save</message><cause>disk full</cause></error></record>"#,
        "\n"
    );
    assert_eq!(full().line_with(&mut Xml::new(), add_error), expected);
    let fields = pairs(&[("]]>", text("<a b='c'>&\0\n\u{fffe}")), ("n", Given::Null)]);
    let line = Work { fields, ..Work::default() }.line(&mut Xml::new());
    let expected = concat!(
        "<field name=\"]]&gt;\">&lt;a b=&apos;c&apos;&gt;&amp;\u{fffd}&#xa;\u{fffd}</field>",
        "<field name=\"n\" type=\"null\"></field></record>\n"
    );
    assert!(line.ends_with(expected), "{line}");
}

#[test]
fn a_closure_writes_lines_that_are_safe() {
    let mut format = from_fn(|record, line| {
        let _ = write!(line, "{} {}\n\x1b", record.severity(), record.message());
    });
    assert_eq!(Work::default().line(&mut format), "INFO user authenticated\\n\\x1b\n");
}
