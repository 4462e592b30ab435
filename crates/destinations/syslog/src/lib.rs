//! The [`Syslog`] destination: messages of RFC 5424 or RFC 3164 over a unix socket, UDP, TCP or TLS.
//!
//! | file | is about |
//! |---|---|
//! | `syslog` | the destination and what is set for it |
//! | `address` | `udp://host:514`, `unix:/dev/log` |
//! | `facility` | which part of the system a message is of |
//! | `message`, `params` | a record as a message; its fields as structured data |
//! | `transport`, `stream` | sending datagrams; sending over a connection |

mod address;
mod facility;
mod message;
mod params;
mod stream;
mod syslog;
mod transport;

pub use address::{Address, BadAddress};
pub use facility::{Facility, UnknownFacility};
pub use message::Rfc;
pub use stream::Framing;
pub use syslog::Syslog;
#[cfg(feature = "tls")]
pub use tracework_net::Tls;
