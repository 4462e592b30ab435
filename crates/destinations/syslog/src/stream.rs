//! Messages over a connection.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// How messages are told apart in a connection (RFC 6587, section 3.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Each is preceded by its length, so that it may hold anything. TLS knows no other way.
    #[default]
    Octets,
    /// Each is followed by a line end, as some old receivers want it.
    Newline,
}

impl Framing {
    /// Appends `message` to what is about to be sent.
    pub(crate) fn put(self, out: &mut Vec<u8>, message: &[u8]) {
        match self {
            Self::Octets => {
                out.extend_from_slice(format!("{} ", message.len()).as_bytes());
                out.extend_from_slice(message);
            }
            Self::Newline => {
                out.extend(message.iter().map(|&byte| if byte == b'\n' { b' ' } else { byte }));
                out.push(b'\n');
            }
        }
    }
}

/// A connection.
pub(crate) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    #[cfg(feature = "tls")]
    Tls(Box<rustls::StreamOwned<rustls::ClientConnection, TcpStream>>),
}

impl Stream {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Tcp(stream) => stream,
            #[cfg(unix)]
            Self::Unix(stream) => stream,
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream,
        }
    }

    /// Sends all of `bytes`.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.writer().write_all(bytes)?;
        self.writer().flush()
    }

    /// Did the server close the connection? Syslog has no acknowledgement: without this look the first message after
    /// the server went away would be sent into nothing.
    pub(crate) fn is_closed(&mut self) -> bool {
        let looked = self.set_nonblocking(true).and_then(|()| {
            let read = self.reader().read(&mut [0; 256]);
            self.set_nonblocking(false).and(read)
        });
        match looked {
            Ok(read) => read == 0,
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        }
    }

    fn set_nonblocking(&self, nonblocking: bool) -> std::io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_nonblocking(nonblocking),
            #[cfg(unix)]
            Self::Unix(stream) => stream.set_nonblocking(nonblocking),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.sock.set_nonblocking(nonblocking),
        }
    }

    /// Says that nothing more comes, and waits a moment for the server to have taken what was sent.
    pub(crate) fn finish(mut self) {
        let wait = Some(Duration::from_millis(500));
        let half_closed = match &mut self {
            Self::Tcp(stream) => stream.set_read_timeout(wait).and_then(|()| stream.shutdown(Shutdown::Write)),
            #[cfg(unix)]
            Self::Unix(stream) => stream.set_read_timeout(wait).and_then(|()| stream.shutdown(Shutdown::Write)),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => {
                stream.conn.send_close_notify();
                stream.flush().and_then(|()| stream.sock.set_read_timeout(wait))
            }
        };
        if half_closed.is_ok() {
            // The end of the connection, or of the time: either way nothing more can be done.
            let _ = self.reader().read(&mut [0; 256]);
        }
    }

    fn reader(&mut self) -> &mut dyn Read {
        match self {
            Self::Tcp(stream) => stream,
            #[cfg(unix)]
            Self::Unix(stream) => stream,
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream,
        }
    }
}
