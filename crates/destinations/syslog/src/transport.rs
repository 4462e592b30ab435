//! The way to the server.

use crate::address::Address;
use crate::stream::{Framing, Stream};
use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
#[cfg(unix)]
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::time::Duration;

/// A way to the server that is open.
pub(crate) enum Transport {
    Udp(UdpSocket),
    #[cfg(unix)]
    Datagrams(UnixDatagram),
    Stream(Stream, Framing),
}

/// How to get there.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) address: Address,
    pub(crate) framing: Framing,
    pub(crate) timeout: Duration,
    #[cfg(feature = "tls")]
    pub(crate) tls: tracework_net::Tls,
}

impl Route {
    /// Opens the way.
    pub(crate) fn open(&self) -> io::Result<Transport> {
        match &self.address {
            Address::Udp(host, port) => self.udp(host, *port),
            Address::Tcp(host, port) => Ok(Transport::Stream(Stream::Tcp(self.tcp(host, *port)?), self.framing)),
            Address::Tls(host, port) => self.secured(host, *port),
            #[cfg(unix)]
            Address::Unix(path) => self.unix(path),
            #[cfg(not(unix))]
            Address::Unix(_) => Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no such sockets")),
        }
    }

    fn udp(&self, host: &str, port: u16) -> io::Result<Transport> {
        let server = resolved(host, port)?.next().ok_or_else(nobody)?;
        let own: SocketAddr = if server.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
        let socket = UdpSocket::bind(own)?;
        socket.set_write_timeout(Some(self.timeout))?;
        socket.connect(server)?;
        Ok(Transport::Udp(socket))
    }

    /// The first of the host's addresses that answers.
    fn tcp(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        let mut last = nobody();
        for server in resolved(host, port)? {
            match TcpStream::connect_timeout(&server, self.timeout) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    stream.set_write_timeout(Some(self.timeout))?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    #[cfg(feature = "tls")]
    fn secured(&self, host: &str, port: u16) -> io::Result<Transport> {
        let config = self.tls.client_config().map_err(io::Error::other)?;
        let name = rustls::pki_types::ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let mut connection = rustls::ClientConnection::new(config, name).map_err(io::Error::other)?;
        let mut stream = self.tcp(host, port)?;
        stream.set_read_timeout(Some(self.timeout))?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        let stream = Box::new(rustls::StreamOwned::new(connection, stream));
        Ok(Transport::Stream(Stream::Tls(stream), Framing::Octets))
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "it is used where TLS is compiled in")]
    fn secured(&self, _: &str, _: u16) -> io::Result<Transport> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this program was built without the feature `syslog-tls`"))
    }

    /// A socket of the machine: of datagrams, as `/dev/log` is, or a stream.
    #[cfg(unix)]
    fn unix(&self, path: &std::path::Path) -> io::Result<Transport> {
        let datagrams = UnixDatagram::unbound()?;
        match datagrams.connect(path) {
            Ok(()) => {
                datagrams.set_write_timeout(Some(self.timeout))?;
                Ok(Transport::Datagrams(datagrams))
            }
            // EPROTOTYPE: somebody listens there, for streams.
            Err(error) if error.raw_os_error() == Some(91) || error.raw_os_error() == Some(41) => {
                let stream = UnixStream::connect(path)?;
                stream.set_write_timeout(Some(self.timeout))?;
                Ok(Transport::Stream(Stream::Unix(stream), self.framing))
            }
            Err(error) => Err(error),
        }
    }
}

fn resolved(host: &str, port: u16) -> io::Result<std::vec::IntoIter<SocketAddr>> {
    (host, port).to_socket_addrs()
}

fn nobody() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the name has no address")
}

impl Transport {
    /// Is it over?
    pub(crate) fn is_closed(&mut self) -> bool {
        match self {
            Self::Stream(stream, _) => stream.is_closed(),
            _ => false,
        }
    }

    /// Sends one message as a datagram; `None` if it is a stream.
    pub(crate) fn datagram(&self, message: &[u8]) -> Option<io::Result<()>> {
        let sent = match self {
            Self::Udp(socket) => socket.send(message),
            #[cfg(unix)]
            Self::Datagrams(socket) => socket.send(message),
            Self::Stream(..) => return None,
        };
        Some(sent.map(drop))
    }
}
