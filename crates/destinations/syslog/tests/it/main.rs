//! The syslog destination against a real rsyslogd.

mod conforms;
mod faults;
mod messages;
mod server;
mod sockets;
#[cfg(feature = "tls")]
mod tls;
