//! Which addresses a destination may connect to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses may be connected to. A destination whose URL comes from outside must not become a way into the
/// network that it stands in (server-side request forgery), so by default only public addresses may be reached.
///
/// It is asked about each address that a connection is about to be made to: after names were resolved, so that a name
/// which points inside does not help, and again after every redirect.
///
/// ```
/// use tracework_net::Reach;
///
/// let metadata = "169.254.169.254".parse()?;
/// assert!(Reach::Public.allows("1.1.1.1".parse()?).is_ok());
/// assert_eq!(
///     Reach::Public.allows(metadata).unwrap_err().to_string(),
///     "169.254.169.254 is a link-local address; `allow_private: true` lets it be reached",
/// );
/// assert!(Reach::Anywhere.allows(metadata).is_ok());
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses alone, as IANA's special-purpose registries (RFC 6890) tell them.
    #[default]
    Public,
    /// Any address.
    Anywhere,
}

/// An address that may not be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForbiddenAddress {
    /// The address.
    pub address: IpAddr,
    /// What it is.
    pub what: &'static str,
}

impl Reach {
    /// May `address` be connected to?
    ///
    /// # Errors
    ///
    /// It is not public, and only public ones may be reached.
    pub fn allows(self, address: IpAddr) -> Result<(), ForbiddenAddress> {
        match (self, special(address)) {
            (Self::Public, Some(what)) => Err(ForbiddenAddress { address, what }),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for ForbiddenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}; `allow_private: true` lets it be reached", self.address, self.what)
    }
}

impl std::error::Error for ForbiddenAddress {}

/// What sort of address it is, unless it is a public one.
fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    Some(match (a, b, c) {
        (0, ..) => "an address of this network",
        (127, ..) => "a loopback address",
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => "a private address",
        (100, 64..=127, _) => "an address shared behind a provider",
        (169, 254, _) => "a link-local address",
        (192, 0, 0) => "an address of protocols",
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => "an address of documentation",
        (192, 88, 99) => "a relay of 6to4",
        (198, 18..=19, _) => "an address of benchmarks",
        (224..=239, ..) => "a multicast address",
        (240..=255, ..) => "a reserved address",
        _ => return None,
    })
}

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(inside) = embedded_v4(address) {
        return special_v4(inside);
    }
    let parts = address.segments();
    Some(match (parts[0], parts[1]) {
        _ if address.is_unspecified() => "no address",
        _ if address.is_loopback() => "a loopback address",
        (0xfc00..=0xfdff, _) => "a private address",
        (0xfe80..=0xfebf, _) => "a link-local address",
        (0xfec0..=0xfeff, _) => "a site-local address",
        (0xff00..=0xffff, _) => "a multicast address",
        (0x2001, 0xdb8) | (0x3fff, 0..=0xfff) => "an address of documentation",
        (0x2001, 0..=0x1ff) => "an address of protocols",
        (0x0100, _) => "an address that discards",
        (0x5f00, _) => "an address of segment routing",
        (0x2000..=0x3fff, _) => return None,
        _ => "a reserved address",
    })
}

/// The address of version 4 that one of version 6 leads to: mapped, compatible, translated (RFC 6052, RFC 8215), or
/// through 6to4 (RFC 3056).
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0) if (g, h) != (0, 0) && (g, h) != (0, 1) => Some(of(g, h)),
        (0, 0, 0, 0, 0, 0xffff) | (0, 0, 0, 0, 0xffff, 0) => Some(of(g, h)),
        (0x64, 0xff9b, 0, 0, 0, 0) | (0x64, 0xff9b, 1, ..) => Some(of(g, h)),
        (0x2002, ..) => Some(of(b, c)),
        _ => None,
    }
}
