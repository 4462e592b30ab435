//! What a message says, and what rsyslogd understands of it.

use crate::server::Server;
use std::net::UdpSocket;
use std::time::Duration;
use tracework_core::{Destination, Failure, OwnedRecord, Record, Severity, Timestamp, Value};
use tracework_format::Zone;
use tracework_syslog::{Facility, Rfc, Syslog};
use tracework_testkit::{Bundle, TestRecord, hostile_strings, span};

/// Has the destination deliver these records in its usual format.
pub(crate) fn deliver(syslog: &mut Syslog, records: Vec<OwnedRecord>) -> Result<(), Failure> {
    let mut format = syslog.usual_format().expect("it has a format");
    let bundle = Bundle::encoded(records, &mut *format);
    syslog.open()?;
    bundle.with(|batch| syslog.deliver(batch))
}

/// The one datagram that a record becomes.
fn datagram(change: impl FnOnce(Syslog) -> Syslog, record: OwnedRecord) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.set_read_timeout(Some(Duration::from_secs(5))).expect("set");
    let address = socket.local_addr().expect("an address");
    let mut syslog = change(Syslog::to(&format!("udp://{address}")).expect("an address"));
    deliver(&mut syslog, vec![record]).expect("sent");
    let mut bytes = vec![0; 64 << 10];
    let count = socket.recv(&mut bytes).expect("it came");
    String::from_utf8(bytes[..count].to_vec()).expect("UTF-8")
}

fn payment() -> TestRecord {
    TestRecord::new("payment failed")
        .severity(Severity::ERROR)
        .time(Timestamp(1_768_473_045_123_456_789))
        .target("payments::api")
        .category("billing")
        .tags("PAYMENT")
        .shared_metadata(&[("host", "h1"), ("service", "payments"), ("pid", "7")])
        .field("amount", Value::F64(12.5))
        .field("why", Value::Str(r#"a "quote", a \ and a ]"#))
}

/// A message without its event's id, which is another each time.
fn without_id(message: &str) -> String {
    let from = message.find(" event_id=").expect("it has an id");
    let to = message[from + 1..].find(' ').map_or(message.len(), |length| from + 1 + length);
    format!("{}{}", &message[..from], &message[to..])
}

#[test]
fn a_message_of_rfc_5424() {
    let request = span("request", &[("user_id", Value::Str("user_789"))], None);
    let message = datagram(|syslog| syslog.facility(Facility::LOCAL0), payment().inside(&request).build());
    assert_eq!(
        without_id(&message),
        r#"<131>1 2026-01-15T10:30:45.123456+00:00 h1 payments 7 billing [tracework@32473 target="payments::api" tags="PAYMENT" amount="12.5" why="a \"quote\", a \\ and a \]" user_id="user_789"] payment failed"#
    );
}

#[test]
fn a_message_of_rfc_3164() {
    let change = |syslog: Syslog| syslog.rfc(Rfc::Rfc3164).zone(Zone::named("Europe/Berlin").expect("a zone"));
    assert_eq!(datagram(change, payment().build()), "<11>Jan 15 11:30:45 h1 payments[7]: payment failed");
    let bare = datagram(|syslog| syslog.rfc(Rfc::Rfc3164), TestRecord::new("a").time(Timestamp(0)).build());
    assert_eq!(bare, "<14>Jan  1 00:00:00 localhost app: a");
}

#[test]
fn what_is_missing_is_a_hyphen() {
    let message = datagram(|syslog| syslog.app_name("my app"), TestRecord::new("a").time(Timestamp(0)).build());
    assert!(message.starts_with("<14>1 1970-01-01T00:00:00.000000+00:00 - my_app - - [tracework@32473 "), "{message}");
}

#[test]
fn a_rule_gives_a_facility() {
    let audited = |record: &Record<'_>| record.has_tag("AUDIT");
    let change = |syslog: Syslog| syslog.facility(Facility::DAEMON).facility_when(audited, Facility::AUDIT);
    assert!(datagram(change, TestRecord::new("a").tags("AUDIT").build()).starts_with("<110>1 "));
    assert!(datagram(change, TestRecord::new("a").build()).starts_with("<30>1 "));
}

#[test]
fn every_severity_has_its_number() {
    let number = |severity| {
        let message =
            datagram(|syslog| syslog.facility(Facility::USER), TestRecord::new("a").severity(severity).build());
        message[1..message.find('>').expect("a priority")].parse::<u32>().expect("a number") - 8
    };
    assert_eq!(Severity::ALL.map(number), [7, 7, 6, 4, 3, 2]);
}

#[test]
fn a_long_message_is_cut_between_characters_and_says_so() {
    let message = datagram(|syslog| syslog.longest(480), TestRecord::new("é".repeat(5_000)).build());
    assert!(message.len() <= 480 && message.len() >= 478, "{}", message.len());
    assert!(message.contains(r#" truncated="true"]"#) && message.ends_with('é'), "{message}");
    let many = (0..100).fold(TestRecord::new("the text"), |record, at| record.field(format!("f{at}"), Value::U64(at)));
    let message = datagram(|syslog| syslog.longest(480), many.build());
    assert!(message.ends_with(r#" truncated="true"] the text"#), "{message}");
}

#[test]
fn names_of_fields_become_names_of_parameters() {
    let record = TestRecord::new("a").field("a b=\"]é", Value::Bool(true)).field("x".repeat(50), Value::Null);
    let message = datagram(|syslog| syslog, record.build());
    assert!(message.contains(&format!(" a_b_____=\"true\" {}=\"", "x".repeat(32))), "{message}");
}

#[test]
fn rsyslogd_understands_every_part() {
    let Some(server) = Server::start() else { return };
    let address = format!("tcp://127.0.0.1:{}", server.tcp);
    let mut syslog = Syslog::to(&address).expect("an address").facility(Facility::LOCAL0);
    deliver(&mut syslog, vec![payment().build()]).expect("sent");
    let line = server.lines(1).remove(0);
    for part in [
        r#""pri":"131""#,
        r#""time":"2026-01-15T10:30:45.123456+00:00""#,
        r#""host":"h1""#,
        r#""app":"payments""#,
        r#""pid":"7""#,
        r#""id":"billing""#,
        r#"why=\"a \\\"quote\\\", a \\\\ and a \\]\"]""#,
        r#""message":"payment failed""#,
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

#[test]
fn hostile_texts_are_one_message_each() {
    let Some(server) = Server::start() else { return };
    for (address, framing) in [("tcp", true), ("udp", false)] {
        let port = if framing { server.tcp } else { server.udp };
        let mut syslog = Syslog::to(&format!("{address}://127.0.0.1:{port}")).expect("an address");
        let texts = hostile_strings();
        let record = |text: &str| {
            TestRecord::new(format!("begin {text}"))
                .field("hostile", Value::Str(text))
                .field(text, Value::U64(1))
                .build()
        };
        let records: Vec<_> = texts.iter().map(|hostile| record(&hostile.text)).collect();
        let count = records.len();
        let before = server.lines(0).len();
        for some in records.chunks(16) {
            deliver(&mut syslog, some.to_vec()).expect("sent");
            server.lines(before + 1);
        }
        let lines = server.lines(before + count);
        let begun = lines[before..].iter().filter(|line| line.contains(r#""message":"begin"#)).count();
        assert_eq!((lines.len() - before, begun), (count, count), "{address}");
    }
}
