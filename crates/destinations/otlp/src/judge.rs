//! What an answer means for the records ([failures](https://opentelemetry.io/docs/specs/otlp/#failures)).

use crate::answer::{Partial, Status};
use std::error::Error as _;
use std::ops::Range;
use std::time::{Duration, SystemTime};
use tonic::Code;
use tracework_core::FailureClass::{self, Permanent, Temporary};
use tracework_core::{Failure, Refusal};

/// How much of an answer is shown, in characters.
const SHOWN: usize = 200;

/// What to do about an answer.
struct Verdict {
    class: FailureClass,
    advice: &'static str,
}

const fn temporary(advice: &'static str) -> Verdict {
    Verdict { class: Temporary, advice }
}

const fn permanent(advice: &'static str) -> Verdict {
    Verdict { class: Permanent, advice }
}

const LET_IN: Verdict = temporary("the server does not let it in; mend `headers`");
const NOT_THERE: Verdict = temporary("nothing takes logs there; mend `endpoint` or `protocol`");
const TOO_LARGE: Verdict =
    permanent("the request is too large for the server; a smaller `max_request` spares the splitting");
const NOT_TAKEN: Verdict = permanent("the server takes no such records");

/// What a status of gRPC means.
pub(crate) fn by_grpc(from: &str, status: &tonic::Status) -> Failure {
    let mut causes = Vec::new();
    let mut next = status.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    if !causes.is_empty() {
        // It is none of the server's: the connection failed.
        return Failure::temporary(format!("{from}: {}", chain(causes)));
    }
    let retry = Status::read(status.details()).retry();
    let said = excerpt(status.message());
    let verdict = match status.code() {
        Code::ResourceExhausted if retry.is_some() => temporary("the server is asked too much"),
        Code::ResourceExhausted => TOO_LARGE,
        // So servers of tonic refuse a message that is too large, which no time mends.
        Code::OutOfRange if said.contains("too large") => TOO_LARGE,
        Code::Cancelled | Code::DeadlineExceeded | Code::Aborted | Code::OutOfRange | Code::Unavailable => {
            temporary("")
        }
        Code::DataLoss => temporary(""),
        Code::Unauthenticated | Code::PermissionDenied => LET_IN,
        Code::Unimplemented | Code::NotFound => NOT_THERE,
        _ => NOT_TAKEN,
    };
    failure(&format!("{from} answers {}", name(status.code())), &verdict, &said, retry)
}

/// What a status of HTTP means; `wait` is what its `Retry-After` says.
pub(crate) fn by_http(from: &str, status: http::StatusCode, wait: Option<Duration>, body: &[u8]) -> Failure {
    let told = Status::read(body).message;
    let said = if told.is_empty() {
        excerpt(&String::from_utf8_lossy(&body[..body.len().min(SHOWN * 8)]))
    } else {
        excerpt(&told)
    };
    let verdict = match status.as_u16() {
        429 => temporary("the server is asked too much"),
        502..=504 => temporary(""),
        401 | 403 | 407 => LET_IN,
        300..=399 | 404 | 405 | 410 | 415 => NOT_THERE,
        413 => TOO_LARGE,
        _ => NOT_TAKEN,
    };
    failure(&format!("{from} answers {status}"), &verdict, &said, wait)
}

/// An answer of success that is none: a page.
pub(crate) fn a_page(from: &str) -> Failure {
    Failure::temporary(format!("{from} answers with a page: {}", NOT_THERE.advice))
}

fn failure(who: &str, verdict: &Verdict, said: &str, wait: Option<Duration>) -> Failure {
    let advice = if verdict.advice.is_empty() { String::new() } else { format!(": {}", verdict.advice) };
    let said = if said.is_empty() { String::new() } else { format!(" (`{said}`)") };
    let text = format!("{who}{advice}{said}");
    match (verdict.class, wait) {
        (Permanent, _) => Failure::permanent(text),
        (Temporary, Some(wait)) => Failure::temporary(text).retry_after(wait.min(Failure::LONGEST_WAIT)),
        (Temporary, None) => Failure::temporary(text),
    }
}

/// What a partial success means for the records of its request, which are those of `range` in the batch. The server says
/// how many it refused and why, not which; they must not be sent again. So as many are refused here, the last ones: a
/// server that ran out of something refused those.
pub(crate) fn partial(from: &str, partial: &Partial, range: Range<usize>) -> Result<(), Failure> {
    let rejected = usize::try_from(partial.rejected).unwrap_or(0).min(range.len());
    if rejected == 0 {
        return Ok(());
    }
    let message = excerpt(&partial.message);
    let why = if message.is_empty() { String::new() } else { format!(" (`{message}`)") };
    let which = if rejected == range.len() { "" } else { ", and does not say which: this may be another" };
    let reason = format!("{from} refused {rejected} of {} records{which}{why}", range.len());
    let refused = |at| Refusal { at, class: Permanent, reason: reason.clone() };
    Err(Failure::partial((range.end - rejected..range.end).map(refused).collect()))
}

/// What a server says though it refused nothing.
pub(crate) fn warning(from: &str, partial: &Partial) -> Option<String> {
    let warns = partial.rejected <= 0 && !partial.message.is_empty();
    warns.then(|| format!("{from} took the records and says `{}`", excerpt(&partial.message)))
}

/// How long `Retry-After` ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)) asks to wait: seconds,
/// or a date.
pub(crate) fn retry_after(text: &str) -> Option<Duration> {
    let text = text.trim();
    match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::now()).unwrap_or_default()),
    }
}

/// Causes, the outermost first, without what the next one says again.
pub(crate) fn chain(causes: impl IntoIterator<Item = String>) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in causes {
        said.retain(|before| !cause.contains(before.as_str()));
        if !said.iter().any(|before| before.contains(&cause)) {
            said.push(cause);
        }
    }
    said.retain(|text| !HOLLOW.contains(&text.as_str()));
    if said.is_empty() { "the connection failed".into() } else { excerpt(&said.join(": ")) }
}

/// What libraries say above the cause, and which tells nothing.
const HOLLOW: [&str; 5] = [
    "transport error",
    "client error (Connect)",
    "client error (SendRequest)",
    "error trying to connect",
    "tcp connect error",
];

/// The beginning of a text as one line, blanks folded together.
fn excerpt(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

/// The name of a code, as the [list](https://grpc.io/docs/guides/status-codes/) has it.
fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
