//! Where a syslog server listens.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a syslog server listens.
///
/// ```
/// use tracework_syslog::Address;
///
/// assert_eq!("udp://logs.example.com".parse::<Address>()?.to_string(), "udp://logs.example.com:514");
/// assert_eq!("tls://[2001:db8::1]:7000".parse::<Address>()?.to_string(), "tls://[2001:db8::1]:7000");
/// assert_eq!("unix:/dev/log".parse::<Address>()?.to_string(), "unix:/dev/log");
/// let error = "logs.example.com:514".parse::<Address>().unwrap_err();
/// assert_eq!(error.to_string(), "this is no address of a server; write udp://HOST:PORT, tcp://, tls:// or unix:/dev/log");
/// # Ok::<(), tracework_syslog::BadAddress>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A socket of the machine itself, of datagrams or a stream, whichever it is.
    Unix(PathBuf),
    /// Datagrams (RFC 5426): what gets lost on the way is lost, and nobody learns of it.
    Udp(String, u16),
    /// A connection (RFC 6587).
    Tcp(String, u16),
    /// A connection under TLS (RFC 5425).
    Tls(String, u16),
}

/// The text is no address of a syslog server. It is not shown, since a password may be where none belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadAddress {
    why: String,
}

impl fmt::Display for BadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is no address of a server; {}", self.why)
    }
}

impl std::error::Error for BadAddress {}

/// The port of syslog over UDP, and by custom over TCP.
const PORT: u16 = 514;

/// The port of syslog over TLS.
const TLS_PORT: u16 = 6514;

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = |why: &str| BadAddress { why: why.to_owned() };
        let forms = "write udp://HOST:PORT, tcp://, tls:// or unix:/dev/log";
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.starts_with('/') {
                Ok(Self::Unix(path.into()))
            } else {
                Err(bad("the path must be whole, as in unix:/dev/log"))
            };
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(|| bad(forms))?;
        let make: fn(String, u16) -> Self = match scheme {
            "udp" => Self::Udp,
            "tcp" => Self::Tcp,
            "tls" => Self::Tls,
            _ => return Err(bad(forms)),
        };
        let usual = if scheme == "tls" { TLS_PORT } else { PORT };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                let port: u16 = port.parse().map_err(|_| bad("the port is a number from 1 to 65535"))?;
                (host, port)
            }
            _ => (rest, usual),
        };
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() || port == 0 || host.contains(['/', '@', ' ']) {
            return Err(bad(forms));
        }
        Ok(make(host.to_owned(), port))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host, port) = match self {
            Self::Unix(path) => return write!(f, "unix:{}", path.display()),
            Self::Udp(host, port) => ("udp", host, port),
            Self::Tcp(host, port) => ("tcp", host, port),
            Self::Tls(host, port) => ("tls", host, port),
        };
        if host.contains(':') { write!(f, "{scheme}://[{host}]:{port}") } else { write!(f, "{scheme}://{host}:{port}") }
    }
}
