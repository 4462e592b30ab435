//! Which addresses may be connected to.
//!
//! A URL that holds an address is looked at when it is set, and when a redirect leads to it: its parser has read `127.1`,
//! `0x7f.1` and `[::ffff:127.0.0.1]` for what they are (the [URL standard](https://url.spec.whatwg.org/#host-parsing)). A
//! name is resolved here, and only those of its addresses that may be reached are handed on to be connected to; there is no
//! second look-up that could answer otherwise.

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, SocketAddr};
use tracework_net::{ForbiddenAddress, Reach};

/// Which addresses may be connected to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guard {
    pub(crate) reach: Reach,
    /// These too.
    pub(crate) allowed: Vec<IpAddr>,
}

impl Guard {
    /// May this address be connected to?
    pub(crate) fn allows(&self, address: IpAddr) -> Result<(), ForbiddenAddress> {
        let is_it = |allowed: &IpAddr| allowed.to_canonical() == address.to_canonical();
        if self.allowed.iter().any(is_it) { Ok(()) } else { self.reach.allows(address) }
    }

    /// May the address in `url` be connected to, if there is one? Names are looked at when they are resolved.
    pub(crate) fn literal(&self, url: &Url) -> Result<(), ForbiddenAddress> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        host.parse().map_or(Ok(()), |address| self.allows(address))
    }
}

/// Resolves names by the system, and leaves out what may not be reached.
#[derive(Debug)]
pub(crate) struct Resolver {
    pub(crate) guard: Guard,
    /// The name of the proxy, which the operator chose.
    pub(crate) proxy: Option<String>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let is_proxy = self.proxy.as_deref().is_some_and(|proxy| proxy.eq_ignore_ascii_case(name.as_str()));
        let guard = if is_proxy { Guard { reach: Reach::Anywhere, allowed: Vec::new() } } else { self.guard.clone() };
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let mut forbidden = None;
            let mut reached = Vec::with_capacity(found.len());
            for address in found {
                match guard.allows(address.ip()) {
                    Ok(()) => reached.push(address),
                    Err(error) => forbidden = Some(error),
                }
            }
            match forbidden {
                Some(error) if reached.is_empty() => Err(error.into()),
                _ if reached.is_empty() => {
                    Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into())
                }
                _ => Ok(Box::new(reached.into_iter()) as Addrs),
            }
        })
    }
}
