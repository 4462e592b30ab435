//! W3C Trace Context: `traceparent` and `tracestate` (<https://www.w3.org/TR/trace-context-2/>).

use http::HeaderMap;

/// What a caller says of the trace that a request belongs to; handlers find it in the request's extensions.
///
/// ```
/// use tracework_tower::TraceContext;
///
/// let context = TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").expect("it is valid");
/// assert_eq!(context.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// assert!(context.is_sampled());
/// assert!(TraceContext::parse("00-00000000000000000000000000000000-00f067aa0ba902b7-01").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: Box<str>,
    parent_id: Box<str>,
    flags: u8,
    state: Option<Box<str>>,
}

/// What the headers of a request held.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) context: Option<TraceContext>,
    /// How many of the two headers were there and not valid.
    pub(crate) invalid: u64,
}

/// The most bytes of a `tracestate` that is kept; the specification asks for 512 at the least.
const MAX_STATE: usize = 8 << 10;

impl TraceContext {
    /// Reads a `traceparent`; `None` if it is not valid. A version that is not known yet is read as far as version 00 goes,
    /// as the specification says.
    #[must_use]
    pub fn parse(traceparent: &str) -> Option<Self> {
        let bytes = traceparent.as_bytes();
        if bytes.len() < 55 || [2, 35, 52].iter().any(|&at| bytes[at] != b'-') {
            return None;
        }
        let (version, rest) = (hex_byte(&bytes[..2])?, &bytes[55..]);
        let fits = match version {
            0 => rest.is_empty(),
            0xff => false,
            _ => rest.first().is_none_or(|&next| next == b'-'),
        };
        let (trace_id, parent_id) = (&traceparent[3..35], &traceparent[36..52]);
        let flags = hex_byte(&bytes[53..55])?;
        (fits && is_id(trace_id) && is_id(parent_id)).then(|| Self {
            trace_id: trace_id.into(),
            parent_id: parent_id.into(),
            flags,
            state: None,
        })
    }

    /// What the headers hold. Of an invalid `traceparent` nothing is taken, of an invalid `tracestate` only that is left
    /// out.
    pub(crate) fn of(headers: &HeaderMap) -> Found {
        let mut parents = headers.get_all("traceparent").iter();
        let Some(first) = parents.next() else { return Found { context: None, invalid: 0 } };
        let alone = parents.next().is_none();
        let parsed = first.to_str().ok().filter(|_| alone).and_then(Self::parse);
        let Some(mut context) = parsed else { return Found { context: None, invalid: 1 } };
        let mut lines = headers.get_all("tracestate").iter().peekable();
        if lines.peek().is_none() {
            return Found { context: Some(context), invalid: 0 };
        }
        let lines: Option<Vec<_>> = lines.map(|line| line.to_str().ok()).collect();
        context.state = lines.and_then(|lines| state(&lines.join(",")));
        let invalid = u64::from(context.state.is_none());
        Found { context: Some(context), invalid }
    }

    /// The trace: 32 hexadecimal digits in small letters.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// The caller's span: 16 hexadecimal digits in small letters.
    #[must_use]
    pub fn parent_id(&self) -> &str {
        &self.parent_id
    }

    /// The flags, of which the lowest says whether the caller recorded the trace.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn flags(&self) -> u8 {
        self.flags
    }

    /// Did the caller record the trace?
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// The `tracestate`, if there was a valid one.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The `traceparent` to send on to another service, on behalf of the same caller.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{:02x}", self.trace_id, self.parent_id, self.flags)
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    Some(hex_digit(digits[0])? << 4 | hex_digit(digits[1])?)
}

/// Only digits, and not zero.
fn is_id(text: &str) -> bool {
    text.bytes().all(|byte| hex_digit(byte).is_some()) && text.bytes().any(|byte| byte != b'0')
}

/// A valid `tracestate` without blanks around its members.
fn state(text: &str) -> Option<Box<str>> {
    let members: Vec<&str> = text.split(',').map(|member| member.trim_matches([' ', '\t'])).collect();
    let members: Vec<&str> = members.into_iter().filter(|member| !member.is_empty()).collect();
    let mut keys = Vec::with_capacity(members.len());
    for member in &members {
        let (key, value) = member.split_once('=')?;
        if !is_key(key) || !is_value(value) || keys.contains(&key) {
            return None;
        }
        keys.push(key);
    }
    let joined = members.join(",");
    ((1..=32).contains(&members.len()) && joined.len() <= MAX_STATE).then(|| joined.into())
}

fn is_key(key: &str) -> bool {
    let rest = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/@".contains(&byte);
    let first = key.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    first && key.len() <= 256 && key.bytes().all(rest) && key.bytes().filter(|&byte| byte == b'@').count() <= 1
}

fn is_value(value: &str) -> bool {
    let told = |byte: u8| (0x20..=0x7e).contains(&byte) && byte != b'=' && byte != b',';
    !value.is_empty() && value.len() <= 256 && value.bytes().all(told) && !value.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use super::{TraceContext, state};
    use http::HeaderMap;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_as_the_specification_says() {
        let good = [GOOD, &GOOD.replace("00-4", "01-4"), &(GOOD.replace("00-4", "cc-4") + "-what-comes-later")];
        for text in good {
            let context = TraceContext::parse(text).expect(text);
            assert_eq!(context.traceparent(), GOOD);
        }
        let bad = [
            "",
            "00",
            &GOOD.to_uppercase(),
            &GOOD[..54],
            &format!("{GOOD}-"),
            &format!("{GOOD}0"),
            &GOOD.replace("00-4", "ff-4"),
            &GOOD.replace("00-4", "0g-4"),
            &(GOOD.replace("00-4", "01-4") + "x"),
            &GOOD.replace("00f067aa0ba902b7", "0000000000000000"),
            &GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", "00000000000000000000000000000000"),
            &GOOD.replace('-', "_"),
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
        ];
        for text in bad {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_tracestate_is_kept_if_it_is_valid() {
        let kept = |text: &str| state(text).map(String::from);
        assert_eq!(
            kept("rojo=00f067aa0ba902b7 , congo=t61rcWkgMzE").as_deref(),
            Some("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")
        );
        assert_eq!(kept("fw529a3039@dt=FfRl,,a=b c").as_deref(), Some("fw529a3039@dt=FfRl,a=b c"));
        let many: Vec<_> = (0..33).map(|number| format!("k{number}=v")).collect();
        let long = format!("k={}", "v".repeat(257));
        let many = many.join(",");
        for bad in ["", "a", "a=", "A=b", "a=b,a=c", "a=b=c", "a=\u{e9}", "_a=b", "a@b@c=d", &many, &long] {
            assert_eq!(kept(bad), None, "{bad}");
        }
    }

    #[test]
    fn headers_that_are_given_twice_or_wrong_are_counted() {
        let headers = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(*name, value.parse().expect("a header"));
            }
            let found = TraceContext::of(&headers);
            (found.context.map(|context| context.state().map(str::to_owned)), found.invalid)
        };
        assert_eq!(headers(&[]), (None, 0));
        assert_eq!(headers(&[("traceparent", GOOD), ("traceparent", GOOD)]), (None, 1));
        assert_eq!(headers(&[("traceparent", "no"), ("tracestate", "a=b")]), (None, 1));
        assert_eq!(headers(&[("traceparent", GOOD), ("tracestate", "A=b")]), (Some(None), 1));
        let two = [("traceparent", GOOD), ("tracestate", "a=b"), ("tracestate", "c=d")];
        assert_eq!(headers(&two), (Some(Some("a=b,c=d".to_owned())), 0));
    }
}
