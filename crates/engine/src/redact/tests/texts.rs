//! Texts.

use super::super::{Detector, RedactError, RedactSettings, Redactor};
use super::{everything, usual};

#[track_caller]
fn becomes(redactor: &Redactor, cases: &[(&str, &str)]) {
    for &(text, expected) in cases {
        let masked = redactor.redact_text(text).unwrap_or_else(|| text.to_owned());
        assert_eq!(masked, expected, "of {text}");
        assert_eq!(redactor.redact_text(&masked), None, "masking again changes nothing: {masked}");
    }
}

#[test]
fn the_value_of_a_secret_name_is_masked() {
    becomes(
        usual(),
        &[
            ("password=hunter2", "password=***"),
            ("login password=hunter2 user=bob", "login password=*** user=bob"),
            ("PassWord : hunter2, user: bob", "PassWord : ***, user: bob"),
            ("db_password = 'it is \\'long\\'' end", "db_password = '***' end"),
            ("?access_token=abc123&page=2", "?access_token=***&page=2"),
            ("user[password]=hunter2&x=1", "user[password]=***&x=1"),
            ("p%61ssword=hunter2", "p%61ssword=***"),
            ("ｐａｓｓｗｏｒｄ=hunter2", "ｐａｓｓｗｏｒｄ=***"),
            ("“password”: hunter2", "“password”: ***"),
            ("PGPASSWORD=hunter2 psql -h db", "PGPASSWORD=*** psql -h db"),
            ("Server=db;Pwd=hunter2;Uid=sa", "Server=db;Pwd=***;Uid=sa"),
            ("token => abc", "token => ***"),
            ("Login { user: \"bob\", password: \"hunter2\" }", "Login { user: \"bob\", password: \"***\" }"),
            ("Login { password: Some(\"hun, ter\"), n: 1 }", "Login { password: ***, n: 1 }"),
            ("Login { secret: Secret { a: \"}\" }, n: 1 }", "Login { secret: ***, n: 1 }"),
            ("got Password(\"hunter2\")", "got Password(\"***\")"),
            ("secret: b\"hun ter\", n", "secret: ***, n"),
            ("password=\"never closed", "password=\"***"),
            ("line\\npassword=x", "line\\npassword=***"),
            ("password: hunter2\nuser: bob", "password: ***\nuser: bob"),
            ("two: token=a token=b", "two: token=*** token=***"),
        ],
    );
}

#[test]
fn headers_are_masked() {
    becomes(
        usual(),
        &[
            ("Authorization: Bearer abc.def", "Authorization: ***"),
            ("Authorization: Basic Ym9iOngK sent", "Authorization: *** sent"),
            (
                "authorization: Digest username=\"bob\", response=\"6629\"",
                "authorization: ***\"bob\", response=\"6629\"",
            ),
            ("Proxy-Authorization: hunter2 x", "Proxy-Authorization: *** x"),
            ("Cookie: a=1; b=2\nHost: x", "Cookie: ***\nHost: x"),
            ("Set-Cookie: id=7; HttpOnly", "Set-Cookie: ***"),
            ("X-Api-Key: 8d5f", "X-Api-Key: ***"),
            ("{\"set-cookie\": \"a=1; b=2\", \"host\": \"x\"}", "{\"set-cookie\": \"***\", \"host\": \"x\"}"),
            ("sent bearer 0123456789abcdef to it", "sent bearer *** to it"),
        ],
    );
}

#[test]
fn json_stays_json() {
    becomes(
        usual(),
        &[
            (r#"{"password":"hunter2","n":1}"#, r#"{"password":"***","n":1}"#),
            (r#"{"pass\u0077ord":"hun\"ter"}"#, r#"{"pass\u0077ord":"***"}"#),
            (r#"{"token":12345,"ok":true}"#, r#"{"token":"***","ok":true}"#),
            (r#"{"secret":{"a":["}"]},"n":[1]}"#, r#"{"secret":"***","n":[1]}"#),
            (r#"{"has_password":true,"password":null}"#, r#"{"has_password":true,"password":null}"#),
            (r#"[{"a":{"api-key":["x","y"]}}]"#, r#"[{"a":{"api-key":"***"}}]"#),
            (r#"{"body":"{\"password\":\"hunter2\",\"n\":1}"}"#, r#"{"body":"{\"password\":\"***\",\"n\":1}"}"#),
            (r#"{"url":"db:\/\/bob:x9@h\/"}"#, r#"{"url":"db://bob:***@h/"}"#),
            (r#"body {"password": 7, "n": 1} read"#, r#"body {"password": "***", "n": 1} read"#),
            (r#"body "{\"password\":\"hunter2\",\"n\":1}" read"#, r#"body "{\"password\":\"***\",\"n\":1}" read"#),
            (r#"body "{\"password\":7}" read"#, r#"body "{\"password\":\"***\"}" read"#),
        ],
    );
}

#[test]
fn known_shapes_are_masked() {
    const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
    const PEM: &str = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----";
    becomes(
        everything(),
        &[
            (&format!("got {JWT}, ok"), "got ***, ok"),
            (&JWT[..60], "***"),
            ("key AKIAIOSFODNN7EXAMPLE used", "key *** used"),
            ("ASIAIOSFODNN7EXAMPLE", "***"),
            (&format!("read {PEM} from disk"), "read *** from disk"),
            (&PEM[..50], "***"),
            ("postgres://bob:hun@ter2@db:5432/x", "postgres://bob:***@db:5432/x"),
            ("redis://:hunter2@cache", "redis://:***@cache"),
            ("amqp://bob:hun/ter2@mq/vhost now", "amqp://bob:***@mq/vhost now"),
            ("mail from Bob.Smith+x@mail.example.com.", "mail from ***."),
            ("paid with 4111 1111 1111 1111.", "paid with ***."),
            ("paid with 4111-1111-1111-1111", "paid with ***"),
            ("order 12 4111 1111 1111 1111", "order 12 ***"),
            ("amex 378282246310005,", "amex ***,"),
            ("amex 3782 822463 10005", "amex ***"),
            ("key sk_live_4eC39HqLyjWDarjtT1zdp7dc", "key ***"),
            (r#"{"card":4111111111111111,"to":"bob@example.com"}"#, r#"{"card":"***","to":"***"}"#),
        ],
    );
}

#[test]
fn ordinary_text_is_left_alone() {
    let texts = [
        "",
        "payment processed in 12 ms",
        "GET https://shop.example.com:8080/orders/7?page=2#top: 200 OK",
        "listening on http://127.0.0.1:7100/@bob and [::1]:80",
        "std::collections::HashMap<String, u64> at src/main.rs:12:5",
        "time=2026-01-15T10:30:45Z level=info msg=\"all good\"",
        "the password (required) must not be empty",
        "password_policy=strict tokens=512 token_count: 7",
        "password=",
        "token::parse failed; secret://vault/a",
        "surveyJobRunner.start and keyJsonParser.parse",
        "bearer of bad news, bearer authentication",
        "AKIA is a prefix; MAKIAVELLI1234567890",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "{\"a\":{\"b\":[1,2.5e3,\"x\",null,true]},\"note\":\"leave at the door\"}",
        "Point { x: 1, y: 2 } (moved)",
        "a == b && c != d",
        "ключ: значение",
        "7f9c24e8-3b12-4fef-91e0-56a2d5a1c7bd",
    ];
    for text in texts {
        assert_eq!(usual().redact_text(text), None, "{text}");
    }
    for text in [
        "1737000000000000000",
        "1737000000000",
        "0.4111111111111111",
        "41111111111111111111",
        "4111111111111112",
        "id4111111111111111",
        "+4911 1111 1111 1117",
        "user@localhost",
        "@mention",
        "a@b",
        "50% @ 12.50",
    ] {
        assert_eq!(everything().redact_text(text), None, "{text}");
    }
}

#[test]
fn a_pattern_reaches_across_json() {
    let settings = RedactSettings { patterns: vec![r#""born":\s*"[^"]*""#.into()], ..RedactSettings::none() };
    let redactor = Redactor::new(&settings).expect("the settings are good");
    assert_eq!(redactor.redact_text(r#"{"born":"1970-01-01","n":1}"#).as_deref(), Some("{***,\"n\":1}"));
}

#[test]
fn nothing_is_looked_for_that_is_not_asked_for() {
    let redactor = Redactor::new(&RedactSettings::none()).expect("the settings are good");
    assert_eq!(redactor.redact_text("password=hunter2 db://a:b@c AKIAIOSFODNN7EXAMPLE bob@example.com"), None);
    let only = RedactSettings { detect: vec![Detector::Email], mask: "(mail)".into(), ..RedactSettings::none() };
    let redactor = Redactor::new(&only).expect("the settings are good");
    assert_eq!(redactor.redact_text("db://a:b@c.de/ bob@example.com").as_deref(), Some("db://a:(mail)/ (mail)"));
}

#[test]
fn what_cannot_work_is_refused_with_its_place_and_reason() {
    let refusal = |settings: RedactSettings| Redactor::new(&settings).expect_err("it is refused").to_string();
    let pattern =
        |text: &str| refusal(RedactSettings { patterns: vec!["a".into(), text.into()], ..RedactSettings::none() });
    assert!(pattern("(a").starts_with("redact.patterns[1] `(a`: "), "{}", pattern("(a"));
    assert!(pattern("a*").ends_with("it matches the empty text"));
    assert!(pattern(&"a".repeat(5000)).ends_with("it has 5000 bytes, more than 4096"));
    assert!(pattern("(a{1000}){1000}").contains("size limit"));
    for mask in ["", "\"", "a\nb", "\\", &"x".repeat(65)] {
        let settings = RedactSettings { mask: mask.into(), ..RedactSettings::none() };
        assert_eq!(Redactor::new(&settings).err(), Some(RedactError::Mask), "{mask}");
    }
    assert_eq!("aws_key".parse(), Ok(Detector::AwsKey));
    assert!("aws".parse::<Detector>().expect_err("it is unknown").to_string().contains("private_key"));
}

#[test]
fn a_hostile_text_takes_no_longer_than_its_length() {
    let settings =
        RedactSettings { patterns: vec!["(a+)+$".into()], detect: Detector::ALL.to_vec(), ..RedactSettings::default() };
    let redactor = Redactor::new(&settings).expect("the settings are good");
    let pieces = [
        "=",
        ":",
        "a:",
        "\"=",
        "'",
        "://",
        "a://b:",
        "a@",
        "@a.",
        "eyJ",
        "eyJ.",
        "AKIA",
        "-----BEGIN ",
        "bearer ",
        "4111 ",
        "password=",
        "password={",
        "password=(",
        "\\",
        "\\\"",
        "{\"",
        "{\"a\":",
        "[",
        "\"\\u0070",
        "4111111111111111",
        "a",
        "://a:b",
        " ",
        "-AKIA",
        "bearer bearer8",
        "a=A {",
        "password=A {x} ",
        "\\u0070",
        "é",
        "-----BEGIN PRIVATE KEY-----",
    ];
    for piece in pieces {
        let start = std::time::Instant::now();
        let text = piece.repeat((64 << 10) / piece.len());
        drop(redactor.redact_text(&text));
        drop(redactor.redact_text(&format!("{{\"a\":\"{text}@\"")));
        drop(redactor.redact_text(&format!("{text}=:@ eyJ AKIA -----BEGIN bearer ")));
        // 64 KiB in a second, unoptimised: what grows with the square would take minutes. A busy machine may take some.
        assert!(start.elapsed().as_secs() < 10, "{piece}: {:?} is too long", start.elapsed());
    }
}
