//! Reading `X-Forwarded-For` and `Forwarded`. Each hop is an address, or nothing where it cannot be read.

use http::HeaderMap;
use std::net::{IpAddr, SocketAddr};

/// The most bytes of such a header that are looked at.
const MAX_BYTES: usize = 8 << 10;

/// The lines of a header as one list; `None` if they are too long or no text.
fn list(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut joined = String::new();
    for line in headers.get_all(name) {
        let line = line.to_str().ok()?;
        if joined.len() + line.len() > MAX_BYTES {
            return None;
        }
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(line);
    }
    Some(joined)
}

/// The hops of `X-Forwarded-For`, the client's side first.
pub(super) fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    match list(headers, "x-forwarded-for") {
        None => vec![None],
        Some(list) if list.is_empty() => Vec::new(),
        Some(list) => list.split(',').map(|hop| node(hop.trim())).collect(),
    }
}

/// The hops of `Forwarded`, the client's side first.
pub(super) fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    match list(headers, "forwarded") {
        None => vec![None],
        Some(list) if list.is_empty() => Vec::new(),
        Some(list) => split(&list, ',').into_iter().map(element).collect(),
    }
}

/// The address that an element of `Forwarded` is for.
fn element(element: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in split(element, ';') {
        let (name, value) = pair.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("for") {
            let value = value.trim();
            let value = match value.strip_prefix('"') {
                Some(quoted) => quoted.strip_suffix('"')?,
                None => value,
            };
            if found.replace(node(value)?).is_some() {
                return None;
            }
        }
    }
    found
}

/// Splits where no quotes are open. A quote in quotes has a backslash before it; there is none in an address.
fn split(text: &str, mark: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|character: char| {
        quoted ^= character == '"';
        character == mark && !quoted
    })
    .collect()
}

/// An address, perhaps with a port.
fn node(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address);
    }
    if let Some(bare) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return bare.parse::<IpAddr>().ok().filter(IpAddr::is_ipv6);
    }
    text.parse::<SocketAddr>().ok().map(|address| address.ip())
}
