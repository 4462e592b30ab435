//! Who a request comes from, past the proxies that are trusted.

mod cidr;
mod forwarded;

pub use cidr::{BadCidr, Cidr};

use http::HeaderMap;
use std::net::{IpAddr, SocketAddr};

/// The peer's address, for a server that puts it into the extensions of each request. With the feature `axum` its
/// `ConnectInfo` is taken too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(pub SocketAddr);

/// The header by which the trusted proxies say whom they speak for. Only this one is read: a proxy that sets one of them
/// may well pass the other on as the client sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded`, of RFC 7239.
    Forwarded,
}

/// How many proxies there may be between the client and us; what lies behind them is not believed.
const MAX_HOPS: usize = 32;

/// The client's address, and whether a trusted proxy said something that could not be read.
pub(crate) fn address(
    peer: Option<IpAddr>,
    headers: &HeaderMap,
    trusted: &[Cidr],
    header: ProxyHeader,
) -> (Option<IpAddr>, bool) {
    let Some(peer) = peer.map(|peer| peer.to_canonical()) else { return (None, false) };
    let is_trusted = |address: IpAddr| trusted.iter().any(|range| range.contains(address));
    if !is_trusted(peer) {
        return (Some(peer), false);
    }
    let hops = match header {
        ProxyHeader::XForwardedFor => forwarded::x_forwarded_for(headers),
        ProxyHeader::Forwarded => forwarded::forwarded(headers),
    };
    // Each proxy adds whom it heard from at the end. So the last one that is no proxy of ours is the client, and all that
    // stands before it is what the client says.
    let mut client = peer;
    for hop in hops.into_iter().rev().take(MAX_HOPS) {
        let Some(address) = hop else { return (Some(client), true) };
        client = address.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    (Some(client), false)
}

#[cfg(test)]
mod tests {
    use super::{Cidr, ProxyHeader, address};
    use http::HeaderMap;

    fn client(peer: &str, header: ProxyHeader, values: &[&str]) -> (String, bool) {
        let trusted: Vec<Cidr> = ["10.0.0.0/8", "2001:db8:1::/48"].map(|range| range.parse().expect(range)).into();
        let name = if header == ProxyHeader::Forwarded { "forwarded" } else { "x-forwarded-for" };
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name, value.parse().expect("a header"));
        }
        let (found, bad) = address(Some(peer.parse().expect("a peer")), &headers, &trusted, header);
        (found.map(|found| found.to_string()).unwrap_or_default(), bad)
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_what_it_saw() {
        let x = |peer, values: &[&str]| client(peer, ProxyHeader::XForwardedFor, values);
        let good = |address: &str| (address.to_owned(), false);
        assert_eq!(x("192.0.2.1", &["6.6.6.6"]), good("192.0.2.1"));
        assert_eq!(x("10.0.0.1", &[]), good("10.0.0.1"));
        assert_eq!(x("10.0.0.1", &["192.0.2.7"]), good("192.0.2.7"));
        assert_eq!(x("10.0.0.1", &["6.6.6.6, 192.0.2.7"]), good("192.0.2.7"));
        assert_eq!(x("10.0.0.1", &["6.6.6.6", "192.0.2.7, 10.0.0.2"]), good("192.0.2.7"));
        assert_eq!(x("::ffff:10.0.0.1", &["[2001:db8::7]:4711"]), good("2001:db8::7"));
        assert_eq!(x("2001:db8:1::5", &["192.0.2.7:80, 10.1.2.3"]), good("192.0.2.7"));
        assert_eq!(x("10.0.0.1", &["10.0.0.3,10.0.0.2"]), good("10.0.0.3"));
    }

    #[test]
    fn what_cannot_be_read_ends_the_way_and_is_told() {
        let x = |values: &[&str]| client("10.0.0.1", ProxyHeader::XForwardedFor, values);
        let bad = |address: &str| (address.to_owned(), true);
        assert_eq!(x(&["192.0.2.7, evil<script>"]), bad("10.0.0.1"));
        assert_eq!(x(&["192.0.2.7, unknown, 10.0.0.2"]), bad("10.0.0.2"));
        assert_eq!(x(&["6.6.6.6,,10.0.0.2"]), bad("10.0.0.2"));
        let many = vec!["10.0.0.9"; 40].join(",");
        assert_eq!(x(&[&format!("6.6.6.6,{many}")]), ("10.0.0.9".to_owned(), false));
        let long = format!("6.6.6.6,{}", " ".repeat(9_000));
        assert_eq!(x(&[&long]), bad("10.0.0.1"));
    }

    #[test]
    fn forwarded_is_read_as_its_rfc_says() {
        let f = |values: &[&str]| client("10.0.0.1", ProxyHeader::Forwarded, values);
        let good = |address: &str| (address.to_owned(), false);
        let bad = |address: &str| (address.to_owned(), true);
        assert_eq!(f(&["for=192.0.2.60;proto=http;by=203.0.113.43"]), good("192.0.2.60"));
        assert_eq!(f(&["for=6.6.6.6, For=\"[2001:db8:cafe::17]:4711\""]), good("2001:db8:cafe::17"));
        assert_eq!(f(&["proto=https ; FOR = \"192.0.2.43:47011\"", "for=10.0.0.2"]), good("192.0.2.43"));
        assert_eq!(f(&["for=\"1.1.1.1, for=6.6.6.6\", for=192.0.2.7"]), good("192.0.2.7"));
        assert_eq!(f(&["for=_hidden"]), bad("10.0.0.1"));
        assert_eq!(f(&["for=unknown, for=10.0.0.2"]), bad("10.0.0.2"));
        assert_eq!(f(&["for=\"192.0.2.43"]), bad("10.0.0.1"));
        assert_eq!(f(&["by=10.0.0.1"]), bad("10.0.0.1"));
        assert_eq!(f(&["for=192.0.2.1;for=192.0.2.2"]), bad("10.0.0.1"));
    }

    #[test]
    fn without_a_peer_nobody_is_believed() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6".parse().expect("a header"));
        let all = ["0.0.0.0/0".parse().expect("a range")];
        assert_eq!(address(None, &headers, &all, ProxyHeader::default()), (None, false));
    }
}
