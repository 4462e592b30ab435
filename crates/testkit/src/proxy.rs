//! A way between a destination and its server that can be broken.

use rustix::net::sockopt::set_socket_linger;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often a waiting thread looks whether something changed.
const LOOK: Duration = Duration::from_millis(10);

/// What the way does with what is sent over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// It carries everything.
    #[default]
    Open,
    /// It carries nothing, and lets no connection be seen to fail: a half-open connection, a cable pulled.
    Stalled,
    /// Nobody listens, and the connections that are there are reset, as when the server was stopped.
    Down,
    /// It carries what the client sends, and swallows what the server answers: acknowledgements are lost.
    Deaf,
    /// It carries so many bytes a second in each direction of each connection.
    Slow(u32),
    /// It resets a connection once the client has sent so many more bytes over it, then carries the next ones again.
    ResetAfter(u64),
}

/// A TCP proxy on the loopback whose [`Way`] a test changes while connections go through it.
///
/// It ends with its last handle's drop: connections are reset, and its threads end.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::{TcpListener, TcpStream};
/// use tracework_testkit::{Proxy, Way};
///
/// let server = TcpListener::bind("127.0.0.1:0")?;
/// let proxy = Proxy::to(server.local_addr()?)?;
/// let mut client = TcpStream::connect(proxy.address())?;
/// let (mut accepted, _) = server.accept()?;
///
/// client.write_all(b"ping")?;
/// let mut read = [0; 4];
/// accepted.read_exact(&mut read)?;
/// assert_eq!(&read, b"ping");
///
/// proxy.set(Way::Down);
/// assert!(client.read_exact(&mut read).is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    way: Mutex<Way>,
    ended: AtomicBool,
    accepted: AtomicU64,
}

impl Proxy {
    /// A proxy to `server`, at a port of its own.
    ///
    /// # Errors
    ///
    /// The system gives no port.
    pub fn to(server: SocketAddr) -> std::io::Result<Self> {
        let listener = listen(([127, 0, 0, 1], 0).into())?;
        let address = listener.local_addr()?;
        let shared =
            Shared { server, way: Mutex::default(), ended: AtomicBool::new(false), accepted: AtomicU64::new(0) };
        let shared = Arc::new(shared);
        let for_thread = Arc::clone(&shared);
        thread::Builder::new().name("proxy".into()).spawn(move || accept(listener, address, &for_thread))?;
        Ok(Self { address, shared })
    }

    /// Where clients connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes what the way does, from now on, for connections that are there as well.
    pub fn set(&self, way: Way) {
        *self.shared.way.lock().unwrap_or_else(PoisonError::into_inner) = way;
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.accepted.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn way(&self) -> Way {
        if self.ended.load(Ordering::Relaxed) {
            return Way::Down;
        }
        *self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One connection was reset, as [`Way::ResetAfter`] asked; the next ones are carried.
    fn was_reset(&self) {
        *self.way.lock().unwrap_or_else(PoisonError::into_inner) = Way::Open;
    }
}

/// Accepts connections; while the way is down, nobody listens.
fn accept(listener: TcpListener, address: SocketAddr, shared: &Arc<Shared>) {
    let mut listening = Some(listener);
    while !shared.ended.load(Ordering::Relaxed) {
        if shared.way() == Way::Down {
            listening = None;
        } else if listening.is_none() {
            listening = listen(address).ok();
        }
        match listening.as_ref().map(TcpListener::accept) {
            Some(Ok((client, _))) => connect(client, shared),
            _ => thread::sleep(LOOK),
        }
    }
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Joins a client to the server by two threads, one for each direction.
fn connect(client: TcpStream, shared: &Arc<Shared>) {
    if shared.way() == Way::Down {
        return reset(&client);
    }
    let Ok(server) = TcpStream::connect_timeout(&shared.server, Duration::from_secs(5)) else { return reset(&client) };
    shared.accepted.fetch_add(1, Ordering::Relaxed);
    let both = (client.try_clone(), server.try_clone());
    let (Ok(client_too), Ok(server_too)) = both else { return reset(&client) };
    for (from, to, upwards) in [(client, server_too, true), (server, client_too, false)] {
        let shared = Arc::clone(shared);
        // A test that cannot start a thread will see the connection fail.
        let _ = thread::Builder::new().name("proxy".into()).spawn(move || pump(from, to, upwards, &shared));
    }
}

/// Has the kernel send RST rather than FIN when it is closed, and wakes whoever reads from it.
fn reset(stream: &TcpStream) {
    let _ = set_socket_linger(stream, Some(Duration::ZERO));
    let _ = stream.shutdown(Shutdown::Both);
}

/// Carries bytes one way, as the way is at each moment.
fn pump(mut from: TcpStream, mut to: TcpStream, upwards: bool, shared: &Shared) {
    let _ = from.set_nonblocking(false);
    let _ = from.set_read_timeout(Some(LOOK));
    let _ = to.set_write_timeout(Some(Duration::from_secs(60)));
    let mut buffer = vec![0; 64 << 10];
    let mut sent = 0;
    loop {
        match shared.way() {
            Way::Down => break,
            Way::Stalled => {
                thread::sleep(LOOK);
                continue;
            }
            _ => {}
        }
        let read = match from.read(&mut buffer) {
            Ok(0) => {
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
            Ok(read) => read,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
            Err(_) => break,
        };
        if !carry(&mut to, &buffer[..read], (upwards, &mut sent), shared) {
            break;
        }
    }
    reset(&from);
    reset(&to);
}

/// Passes on what was read; `false` if the connection is over.
fn carry(to: &mut TcpStream, mut bytes: &[u8], (upwards, sent): (bool, &mut u64), shared: &Shared) -> bool {
    while !bytes.is_empty() {
        let part = match shared.way() {
            Way::Down => return false,
            Way::Stalled => 0,
            Way::Deaf if !upwards => return true,
            Way::Slow(bytes_a_second) => (bytes_a_second as usize / 100).max(1),
            Way::ResetAfter(most) if upwards => {
                let part = usize::try_from(most.saturating_sub(*sent)).unwrap_or(usize::MAX);
                if part == 0 {
                    shared.was_reset();
                    return false;
                }
                *sent += part.min(bytes.len()) as u64;
                part
            }
            _ => bytes.len(),
        };
        let (now, later) = bytes.split_at(part.min(bytes.len()));
        if to.write_all(now).is_err() {
            return false;
        }
        bytes = later;
        if matches!(shared.way(), Way::Stalled | Way::Slow(_)) {
            thread::sleep(LOOK);
        }
    }
    true
}
