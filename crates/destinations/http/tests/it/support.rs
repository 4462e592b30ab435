//! What the tests share.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tracework_core::{Destination as _, Failure, OwnedRecord};
use tracework_http::Http;
use tracework_testkit::{Bundle, TestRecord};

/// A destination that may reach this machine and no other of its network.
pub(crate) fn http(url: &str) -> Http {
    Http::post(url).allow_address(IpAddr::V4(Ipv4Addr::LOCALHOST)).timeout(Duration::from_secs(10))
}

/// Records with these messages, each with a service and a host.
pub(crate) fn records<M: AsRef<str>>(messages: &[M]) -> Vec<OwnedRecord> {
    let record = |message: &M| {
        let metadata = [("service", "payments"), ("host", "h1")];
        TestRecord::new(message.as_ref()).shared_metadata(&metadata).build()
    };
    messages.iter().map(record).collect()
}

/// As a worker would: told the format, then handed a batch.
pub(crate) fn deliver_records(http: &mut Http, records: Vec<OwnedRecord>) -> Result<(), Failure> {
    let mut format = http.usual_format().expect("a usual format");
    http.takes(format.as_ref());
    Bundle::encoded(records, format.as_mut()).with(|batch| http.deliver(batch))
}

pub(crate) fn deliver<M: AsRef<str>>(http: &mut Http, messages: &[M]) -> Result<(), Failure> {
    deliver_records(http, records(messages))
}

/// What a delivery fails with.
pub(crate) fn failure<M: AsRef<str>>(http: &mut Http, messages: &[M]) -> Failure {
    deliver(http, messages).expect_err("it is not delivered")
}
