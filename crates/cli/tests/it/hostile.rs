//! Lines in are lines out, whatever they hold.

use super::support::{APP, Place};
use proptest::prelude::*;

#[test]
fn broken_objects_are_text_and_nothing_is_left_out() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let rows = [
        "{",
        "{}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":01}",
        "{\"a\":1}x",
        "{\"a\":\"\u{1}\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":[1,]}",
        "{\"a\":{\"b\":1,}}",
        "{\"a\":tru}",
        "{\"a\":NaN}",
        "{\"a\":1e400}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":1,\"a\":2}",
        "{\"level\":\"ERROR\",\"level\":\"INFO\"}",
        "{\"message\":{\"a\":1}}",
        "{\"message\":null}",
        "{\"\":1}",
        "{\"__proto__\":1,\"fields.level\":2,\"level\":\"x\",\"timestamp\":\"x\",\"target\":3}",
        "{\"tags\":[1,\"a\",null,[]]}",
        "{\"destinations\":\"../../etc/passwd\"}",
        "${jndi:ldap://x}",
        "\u{1b}[2J",
        "null",
        "[1]",
        "\"text\"",
        "{'a':1}",
        &deep,
        "{\"a\":\"\u{202e}\u{2028}\u{85}\"}",
        "x\0y",
    ];
    let input = rows.join("\n");
    let (run, records) = Place::with(APP).pipe(&["--report"], input.as_bytes());
    assert_eq!((run.code, records.len()), (Some(0), rows.len()), "{}", run.err);
    assert_eq!(records[0]["message"], "{", "what is no object is text");
    assert_eq!(run.report()["accepted"], rows.len());
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_flagged() {
    let (run, records) = Place::with(APP).pipe(&[], b"\xff\xfe plain\n{\"msg\":\"\xc3\x28\"}\n\xed\xa0\x80\n");
    assert_eq!((run.code, records.len()), (Some(0), 3));
    assert!(records.iter().all(|record| record["fields"]["_invalid_utf8"] == true));
    assert_eq!(records[1]["message"], "\u{fffd}(");
}

#[test]
fn lines_without_end_are_cut_and_flagged() {
    let mut input = vec![b'x'; 30 << 20];
    input.extend_from_slice(b"\n{\"msg\":\"next\",\"long\":\"");
    input.extend(std::iter::repeat_n(b'y', 100_000));
    input.extend_from_slice(b"\"}\nlast\n");
    let (run, records) = Place::with(APP).pipe(&["--report"], &input);
    assert_eq!((run.code, records.len()), (Some(0), 3));
    assert_eq!(records[0]["fields"]["_line_cut"], true);
    assert!(records[0]["_truncated"]["keys"].to_string().contains("message"));
    assert!(records[1]["_truncated"]["keys"].to_string().contains("fields.long"));
    assert_eq!(records[2]["message"], "last");
    if cfg!(target_os = "linux") {
        let peak = run.report()["peak_rss_bytes"].as_u64().unwrap_or(u64::MAX);
        assert!(peak < 64 << 20, "{peak} bytes");
    }
}

#[test]
fn empty_input_is_well() {
    for input in [&b""[..], b"\n\n \n\t\n", b"\xef\xbb\xbf"] {
        let (run, records) = Place::with(APP).pipe(&["--report"], input);
        assert_eq!((run.code, records.len()), (Some(0), 0));
        assert_eq!(run.report()["accepted"], 0);
    }
}

/// A line that begins a record: not blank, and no continuation.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let object = prop::collection::vec(("[a-z.]{0,5}", any::<i64>()), 0..4).prop_map(|pairs| {
        let parts: Vec<_> = pairs.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{{}}}", parts.join(",")).into_bytes()
    });
    let cut =
        (object.clone(), any::<prop::sample::Index>()).prop_map(|(line, at)| line[..=at.index(line.len())].to_vec());
    let noise = prop::collection::vec(any::<u8>(), 0..40).prop_map(|mut bytes| {
        bytes.retain(|byte| *byte != b'\n');
        [b"#", &*bytes].concat()
    });
    prop_oneof![object, cut, noise]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_lines_in_are_as_many_records_out(lines in prop::collection::vec(line(), 0..200)) {
        let (run, records) = Place::with(APP).pipe(&[], &lines.join(&b'\n'));
        prop_assert_eq!(run.code, Some(0));
        prop_assert_eq!(records.len(), lines.len());
    }
}
