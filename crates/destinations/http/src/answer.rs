//! What an answer means for the records.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use std::time::{Duration, SystemTime};
use tracework_core::Failure;

/// No server makes it wait longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// How much of an answer is shown, in characters.
const SHOWN: usize = 200;

/// A server's answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The server, as it may be shown.
    from: String,
    pub(crate) status: StatusCode,
    wait: Option<Duration>,
    location: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(from: String, status: StatusCode, headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            from,
            status,
            wait: text(RETRY_AFTER).and_then(|text| wait(text, SystemTime::now())),
            location: text(LOCATION).map(str::to_owned),
            body: Vec::new(),
        }
    }

    /// What it means by its status alone.
    pub(crate) fn judge(&self) -> Result<(), Failure> {
        match self.status.as_u16() {
            200..=299 => Ok(()),
            400 | 422 => Err(self.permanent("the server takes no such records")),
            413 => {
                Err(self
                    .permanent("the batch is too large for the server; a smaller `batch.bytes` spares the splitting"))
            }
            300..=399 => Err(self.redirected()),
            401 | 403 => Err(self.temporary("the server does not let it in; mend `auth` or `headers`")),
            404 | 410 => Err(self.temporary("nothing takes records there; mend `url`")),
            405 => Err(self.temporary("the server takes no such method there; mend `method` or `url`")),
            407 => Err(self.temporary("the proxy does not let it through; mend the user and password of `proxy`")),
            415 => Err(self.temporary("the server takes no such body; mend `body` or `compress`")),
            429 => Err(self.temporary("the server is asked too much")),
            _ => Err(self.temporary("")),
        }
    }

    /// A failure that time or an operator may heal.
    pub(crate) fn temporary(&self, what: &str) -> Failure {
        let failure = Failure::temporary(self.told(what));
        match self.wait {
            Some(wait) => failure.retry_after(wait),
            None => failure,
        }
    }

    /// A failure that the same records will always meet.
    pub(crate) fn permanent(&self, what: &str) -> Failure {
        Failure::permanent(self.told(what))
    }

    fn redirected(&self) -> Failure {
        let to = self.location.as_deref().and_then(|location| reqwest::Url::parse(location).ok());
        let to = to.map_or_else(|| "elsewhere".to_owned(), |url| crate::settings::shown(&url));
        let why = match self.status.as_u16() {
            307 | 308 => "; set `url` to where it leads, or allow `redirects`",
            _ => ", which would lose the body; set `url` to where it leads",
        };
        self.temporary(&format!("the server redirects to {to}{why}"))
    }

    /// `https://example.com answers 503 Service Unavailable: WHAT (BODY)`.
    fn told(&self, what: &str) -> String {
        let mut text = format!("{} answers {}", self.from, self.status);
        if !what.is_empty() {
            text.push_str(": ");
            text.push_str(what);
        }
        let body = excerpt(&self.body);
        if !body.is_empty() {
            text.push_str(&format!(" (`{body}`)"));
        }
        text
    }
}

/// The beginning of a body as one line, blanks folded together.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(SHOWN * 8)]);
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

/// How long `Retry-After` ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)) asks to wait:
/// seconds, as some servers write them with decimals, or a date. An hour at the most.
fn wait(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    let wait = match text.parse::<f64>() {
        Ok(seconds) if seconds >= 0.0 => Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_WAIT),
        Ok(_) => return None,
        Err(_) => httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default(),
    };
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracework_core::FailureClass::{self, Permanent, Temporary};

    fn class(status: u16) -> Option<FailureClass> {
        let status = StatusCode::from_u16(status).expect("a status");
        let answer = Answer::new("https://a.example".into(), status, &HeaderMap::new());
        answer.judge().err().map(|failure| failure.class())
    }

    #[test]
    fn a_status_says_whether_it_helps_to_try_again() {
        for status in [200, 201, 202, 204] {
            assert_eq!(class(status), None, "{status}");
        }
        for status in [
            301, 302, 304, 307, 401, 403, 404, 405, 407, 408, 409, 410, 415, 425, 429, 431, 500, 501, 502, 503, 504,
            507,
        ] {
            assert_eq!(class(status), Some(Temporary), "{status}");
        }
        for status in [400, 413, 422] {
            assert_eq!(class(status), Some(Permanent), "{status}");
        }
    }

    #[test]
    fn it_waits_as_long_as_the_server_asks() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("a date");
        for (text, seconds) in [
            ("0", Some(0.0)),
            ("120", Some(120.0)),
            (" 7 ", Some(7.0)),
            ("1.5", Some(1.5)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30.0)),
            ("Sunday, 06-Nov-94 08:50:07 GMT", Some(30.0)),
            ("Sun Nov  6 08:50:07 1994", Some(30.0)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0.0)),
            ("999999999", Some(3600.0)),
            ("1e300", Some(3600.0)),
            ("Sat, 06 Nov 2094 08:49:37 GMT", Some(3600.0)),
            ("-1", None),
            ("NaN", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(wait(text, now).map(|wait| wait.as_secs_f64()), seconds, "{text}");
        }
    }

    #[test]
    fn what_a_server_says_is_shown_on_one_line_and_not_at_length() {
        assert_eq!(excerpt(b"<html>\r\n\x1b[2J  no\t\xff</html>"), "<html> [2J no \u{fffd}</html>");
        assert_eq!(excerpt("\u{e9}".repeat(5_000).as_bytes()).chars().count(), SHOWN + 3);
    }
}
