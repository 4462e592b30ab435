//! What is read out of a request as it arrives, and the span that is opened for it.

use crate::callsites::MAX_FIELDS;
use crate::client;
use crate::counters::Counters;
use crate::flight::Flight;
use crate::request_id::RequestId;
use crate::settings::{Query, SPAN_FIELDS, Settings};
use crate::trace_context::{Found, TraceContext};
use http::request::Parts;
use http::{HeaderName, header};
use std::io::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use tracing::Span;
use tracing::field::Value;

/// The most bytes of a path, a query or a header that are logged.
const MAX_TEXT: usize = 2 << 10;
const MAX_HEADER: usize = 256;
/// The most bytes of an address (`INET6_ADDRSTRLEN` of POSIX's <netinet/in.h>, without the byte that ends it).
const LONGEST_ADDRESS: usize = 45;

/// The client's address, past the proxies that are trusted; handlers find it in the request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

/// The span of a request, for handlers that learn late whom it is for; they find it in the request's extensions.
///
/// ```
/// use tracework_tower::RequestSpan;
///
/// # fn handle(request: &http::Request<()>) {
/// if let Some(span) = request.extensions().get::<RequestSpan>() {
///     span.record_user("user_789");
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RequestSpan(Span);

impl RequestSpan {
    /// Records `user_id`: it shows in everything that is logged for the request from now on.
    pub fn record_user(&self, user_id: &str) {
        self.0.record("user_id", user_id);
    }

    /// Records `session_id`: it shows in everything that is logged for the request from now on.
    pub fn record_session(&self, session_id: &str) {
        self.0.record("session_id", session_id);
    }

    /// The span itself.
    #[must_use]
    pub fn span(&self) -> &Span {
        &self.0
    }
}

/// Opens the span of a request and puts what was found into its extensions.
pub(crate) fn arrive(settings: &Arc<Settings>, parts: &mut Parts) -> (Flight, RequestId) {
    let counters = &settings.counters;
    Counters::add(&counters.requests, 1);
    let (given, refused) = if settings.accept_ids { RequestId::of(&parts.headers) } else { (None, false) };
    Counters::add(&counters.bad_request_ids, refused.into());
    let id = given.unwrap_or_default();
    let trace = if settings.accept_traces { TraceContext::of(&parts.headers) } else { Found::default() };
    Counters::add(&counters.bad_trace_headers, trace.invalid);
    let peer = (settings.peer)(parts).map(|peer| peer.ip());
    let (client, unread) = client::address(peer, &parts.headers, &settings.trusted, settings.proxy_header);
    Counters::add(&counters.bad_forwarded, unread.into());

    let span = open(settings, parts, &id, trace.context.as_ref(), client);
    #[cfg(feature = "opentelemetry")]
    if let Some(context) = &trace.context {
        crate::parent::set(&span, context);
    }
    parts.extensions.insert(RequestSpan(span.clone()));
    parts.extensions.insert(id.clone());
    if let Some(client) = client {
        parts.extensions.insert(ClientIp(client));
    }
    if let Some(context) = trace.context {
        parts.extensions.insert(context);
    }
    (Flight::new(Arc::clone(settings), span, parts), id)
}

fn open(
    settings: &Settings,
    parts: &Parts,
    id: &RequestId,
    trace: Option<&TraceContext>,
    client: Option<IpAddr>,
) -> Span {
    let path = cut(parts.uri.path(), MAX_TEXT);
    let query = parts.uri.query().and_then(|query| shown_query(query, settings.query));
    let route = (settings.route)(parts);
    let endpoint = route.as_deref().unwrap_or(path);
    let user = settings.user.as_ref().and_then(|user| user(parts));
    let session = settings.session.as_ref().and_then(|session| session(parts));
    let mut room = [0; LONGEST_ADDRESS];
    let client = client.map(|client| written(client, &mut room));
    let (trace_id, span_id) = (trace.map(TraceContext::trace_id), trace.map(TraceContext::parent_id));
    let (sampled, state) = (trace.map(TraceContext::is_sampled), trace.and_then(TraceContext::state));
    let headers: Vec<Option<String>> = settings.headers.iter().map(|name| shown_header(parts, name)).collect();
    let own: [&dyn Value; SPAN_FIELDS.len()] = [
        &parts.method.as_str(),
        &path,
        &query,
        &endpoint,
        &id.as_str(),
        &user,
        &session,
        &client,
        &trace_id,
        &span_id,
        &sampled,
        &state,
    ];
    let mut values: [Option<&dyn Value>; MAX_FIELDS] = [None; MAX_FIELDS];
    let given = own.into_iter().chain(headers.iter().map(|header| header as &dyn Value));
    values.iter_mut().zip(given).for_each(|(place, value)| *place = Some(value));
    settings.sites().span.span(&values)
}

/// The text of an address, in `room`.
fn written(address: IpAddr, room: &mut [u8; LONGEST_ADDRESS]) -> &str {
    let mut rest = &mut room[..];
    let _ = write!(rest, "{address}");
    let length = LONGEST_ADDRESS - rest.len();
    std::str::from_utf8(&room[..length]).unwrap_or_default()
}

pub(crate) fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

fn shown_query(query: &str, how: Query) -> Option<String> {
    match how {
        Query::Omitted => None,
        Query::Whole => Some(cut(query, MAX_TEXT).to_owned()),
        Query::Redacted => {
            let names = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| match pair.split_once('=') {
                Some((name, _)) => format!("{name}=***"),
                // What has no name may be the secret.
                None => "***".to_owned(),
            });
            let shown = names.collect::<Vec<_>>().join("&");
            Some(cut(&shown, MAX_TEXT).to_owned())
        }
    }
}

fn shown_header(parts: &Parts, name: &HeaderName) -> Option<String> {
    let value = parts.headers.get(name)?;
    let secret = [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION];
    if value.is_sensitive() || secret.contains(name) || name == "x-api-key" {
        return Some("***".to_owned());
    }
    let text = String::from_utf8_lossy(value.as_bytes());
    Some(cut(&text, MAX_HEADER).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_ADDRESS, shown_query, written};
    use crate::Query;

    #[test]
    fn the_longest_address_is_written_whole() {
        for text in ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:255.255.255.255", "::", "255.255.255.255"] {
            let address = text.parse().expect("an address");
            assert_eq!(written(address, &mut [0; LONGEST_ADDRESS]), text);
        }
    }

    #[test]
    fn a_redacted_query_keeps_names_alone() {
        let shown = |query| shown_query(query, Query::Redacted).unwrap_or_default();
        assert_eq!(shown("a=1&token=abc&&flag&b=x=y"), "a=***&token=***&***&b=***");
        assert_eq!(shown_query("a=1", Query::Omitted), None);
        assert_eq!(shown_query(&"é".repeat(2_000), Query::Whole).map(|query| query.len()), Some(2_048));
    }
}
