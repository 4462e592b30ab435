//! What servers answer, and what comes of it.

use crate::receiver::{Receiver, refused, taken};
use crate::support::{deliver, failure, free_port, until};
use crate::web::{Reply, Web};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use prost::Message as _;
use std::time::{Duration, Instant};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};
use tracework_core::Destination as _;
use tracework_core::FailureClass::{Permanent, Temporary};
use tracework_otlp::{Compression, Otlp};
use tracework_testkit::{Proxy, Way};

#[test]
fn a_code_of_grpc_means_what_the_protocol_says() {
    for (code, class, told) in [
        (Code::Cancelled, Temporary, "CANCELLED (`because`)"),
        (Code::Unknown, Permanent, "UNKNOWN: the server takes no such records (`because`)"),
        (Code::InvalidArgument, Permanent, "INVALID_ARGUMENT: "),
        (Code::DeadlineExceeded, Temporary, "DEADLINE_EXCEEDED"),
        (Code::NotFound, Temporary, "mend `endpoint`"),
        (Code::AlreadyExists, Permanent, "ALREADY_EXISTS"),
        (Code::PermissionDenied, Temporary, "mend `headers`"),
        (Code::ResourceExhausted, Permanent, "a smaller `max_request`"),
        (Code::FailedPrecondition, Permanent, "FAILED_PRECONDITION"),
        (Code::Aborted, Temporary, "ABORTED"),
        (Code::OutOfRange, Temporary, "OUT_OF_RANGE"),
        (Code::Unimplemented, Temporary, "nothing takes logs there"),
        (Code::Internal, Permanent, "INTERNAL"),
        (Code::Unavailable, Temporary, "UNAVAILABLE"),
        (Code::DataLoss, Temporary, "DATA_LOSS"),
        (Code::Unauthenticated, Temporary, "does not let it in"),
    ] {
        let receiver = Receiver::start(move |_| refused(Status::new(code, "because")));
        let mut otlp = Otlp::grpc(receiver.url());
        let failure = failure(&mut otlp, &["one", "two"]);
        assert_eq!((failure.class(), failure.delivered(), failure.wait()), (class, 0, None), "{code:?}");
        let text = failure.to_string();
        assert!(text.starts_with(&format!("{} answers ", receiver.url())) && text.contains(told), "{text}");
    }
}

#[test]
fn a_server_that_has_too_much_says_how_long_to_wait() {
    for code in [Code::ResourceExhausted, Code::Unavailable] {
        let wait = ErrorDetails::with_retry_info(Some(Duration::from_millis(2_500)));
        let status = Status::with_error_details(code, "busy", wait);
        let mut left = 1;
        let receiver = Receiver::start(move |_| match left {
            0 => taken(),
            _ => {
                left -= 1;
                refused(status.clone())
            }
        });
        let mut otlp = Otlp::grpc(receiver.url());
        let failure = failure(&mut otlp, &["one"]);
        assert_eq!((failure.class(), failure.wait()), (Temporary, Some(Duration::from_millis(2_500))), "{code:?}");
        deliver(&mut otlp, &["one"]).expect("delivered");
    }
    let long = ErrorDetails::with_retry_info(Some(Duration::from_secs(1 << 40)));
    let status = Status::with_error_details(Code::Unavailable, "busy", long);
    let receiver = Receiver::start(move |_| refused(status.clone()));
    let wait = failure(&mut Otlp::grpc(receiver.url()), &["one"]).wait();
    assert_eq!(wait, Some(Duration::from_secs(3_600)), "no server switches a destination off");
}

#[test]
fn a_status_of_http_means_what_the_protocol_says() {
    for (status, class, told) in [
        (400, Permanent, "answers 400 Bad Request: the server takes no such records (`bad time`)"),
        (401, Temporary, "does not let it in; mend `headers`"),
        (403, Temporary, "does not let it in"),
        (404, Temporary, "nothing takes logs there; mend `endpoint`"),
        (302, Temporary, "nothing takes logs there"),
        (413, Permanent, "too large for the server"),
        (429, Temporary, "asked too much"),
        (500, Permanent, "answers 500 Internal Server Error"),
        (501, Permanent, "501"),
        (502, Temporary, "502"),
        (503, Temporary, "503"),
        (504, Temporary, "504"),
    ] {
        let status_of_rpc = tonic_types::pb::Status { code: 3, message: "bad time".into(), details: Vec::new() };
        let web = Web::start(move |_| Reply::status(status).body(status_of_rpc.encode_to_vec()));
        let failure = failure(&mut Otlp::http(web.url()), &["one"]);
        assert_eq!((failure.class(), failure.delivered()), (class, 0), "{status}");
        let text = failure.to_string();
        assert!(text.starts_with(&format!("{} answers ", web.url())) && text.contains(told), "{text}");
    }
}

#[test]
fn retry_after_is_obeyed() {
    let date = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(90));
    for (text, least, most) in [("7", 7, 7), (date.as_str(), 85, 90), ("99999999", 3_600, 3_600)] {
        let text = text.to_owned();
        let web = Web::start(move |_| Reply::status(429).header("retry-after", text.clone()));
        let wait = failure(&mut Otlp::http(web.url()), &["one"]).wait().expect("a wait").as_secs();
        assert!((least..=most).contains(&wait), "{wait}");
    }
}

#[test]
fn a_request_by_http_is_as_the_protocol_wants_it() {
    let partial = ExportLogsPartialSuccess { rejected_log_records: 0, error_message: "old schema".into() };
    let answer = ExportLogsServiceResponse { partial_success: Some(partial) }.encode_to_vec();
    let web =
        Web::start(move |_| Reply::status(200).header("content-type", "application/x-protobuf").body(answer.clone()));
    for (base, compression) in
        [("", Compression::None), ("/otlp/", Compression::Gzip), ("/x/v1/logs", Compression::None)]
    {
        let mut otlp = Otlp::http(format!("{}{base}", web.url())).header("x-team", "a").compress(compression);
        deliver(&mut otlp, &["one"]).expect("delivered");
        let warned = otlp.tick().expect_err("the server warned").to_string();
        assert_eq!(warned, format!("{} took the records and says `old schema`", web.url()));
        otlp.tick().expect("it was told once");
    }
    let received = web.received();
    let paths: Vec<_> = received.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["/v1/logs", "/otlp/v1/logs", "/x/v1/logs"]);
    for request in received {
        assert_eq!(request.headers["content-type"], "application/x-protobuf");
        assert_eq!(request.headers["x-team"], "a");
        assert!(request.headers["user-agent"].to_str().expect("text").starts_with("tracework/"));
        assert_eq!(crate::receiver::records_of(&request.logs).len(), 1);
    }
}

#[test]
fn a_page_is_no_success() {
    let web = Web::start(|_| Reply::status(200).header("content-type", "text/html; charset=utf-8").body("<html>"));
    let failure = failure(&mut Otlp::http(web.url()), &["one"]);
    assert_eq!(failure.class(), Temporary);
    assert!(failure.to_string().contains("answers with a page: nothing takes logs there"), "{failure}");
}

#[test]
fn headers_go_along_by_grpc_too() {
    let receiver = Receiver::taking();
    let mut otlp = Otlp::grpc(receiver.url()).header("authorization", "Bearer hunter2").compress(Compression::Gzip);
    deliver(&mut otlp, &["one"]).expect("delivered");
    let metadata = receiver.metadata().remove(0);
    assert_eq!(metadata.get("authorization").expect("it is there"), "Bearer hunter2");
    assert_eq!(metadata.get("grpc-encoding").expect("it is compressed"), "gzip");
    assert!(!format!("{otlp:?}").contains("hunter2"), "{otlp:?}");
}

#[test]
fn a_server_that_is_not_there_yet_is_waited_for() {
    let address = free_port();
    for mut otlp in [Otlp::grpc(format!("http://{address}")), Otlp::http(format!("http://{address}"))] {
        otlp.open().expect("it opens");
        let failure = failure(&mut otlp, &["one"]);
        assert_eq!(failure.class(), Temporary);
        let text = failure.to_string();
        assert!(text.starts_with(&format!("http://{address}: ")) && text.contains("refused"), "{text}");
    }
    for mut otlp in [Otlp::grpc("http://no-such-host.invalid:1"), Otlp::http("http://no-such-host.invalid:1")] {
        let text = failure(&mut otlp, &["one"]).to_string();
        assert!(text.starts_with("http://no-such-host.invalid:1: "), "{text}");
    }
}

#[test]
fn a_server_that_hangs_holds_up_no_longer_than_the_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let slow = Receiver::start(|_| (taken().0, Duration::from_secs(60)));
    for otlp in [Otlp::grpc(url.as_str()), Otlp::http(url.as_str()), Otlp::grpc(slow.url())] {
        let mut otlp = otlp.timeout(Duration::from_millis(300));
        let begun = Instant::now();
        let failure = failure(&mut otlp, &["one"]);
        assert_eq!(failure.class(), Temporary);
        assert!(failure.to_string().ends_with("the answer took longer than 300 ms"), "{failure}");
        otlp.close().expect("it closes");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}

#[test]
fn a_connection_that_is_lost_is_made_anew() {
    let receiver = Receiver::taking();
    let proxy = Proxy::to(receiver.address()).expect("a proxy");
    let mut otlp = Otlp::grpc(format!("http://{}", proxy.address())).timeout(Duration::from_secs(5));
    deliver(&mut otlp, &["one"]).expect("delivered");
    deliver(&mut otlp, &["two"]).expect("delivered");
    assert_eq!(proxy.connections(), 1, "it is used again");
    proxy.set(Way::Down);
    for _ in 0..3 {
        let failure = failure(&mut otlp, &["three"]);
        assert_eq!(failure.class(), Temporary, "{failure}");
    }
    proxy.set(Way::Open);
    // The proxy listens anew a moment later.
    until("the way back", || deliver(&mut otlp, &["three"]).is_ok());
    proxy.set(Way::ResetAfter(2_000));
    let long = "long ".repeat(2_000);
    assert_eq!(failure(&mut otlp, &[long.as_str()]).class(), Temporary);
    deliver(&mut otlp, &[long.as_str()]).expect("delivered");
    assert_eq!(receiver.messages(), ["one", "two", "three", long.as_str()]);
}
