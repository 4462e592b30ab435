//! Writing to a standard stream of the process.

use std::io::{self, IsTerminal};

/// A standard stream of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

impl Stream {
    pub(crate) fn is_terminal(self) -> bool {
        match self {
            Self::Out => io::stdout().is_terminal(),
            Self::Err => io::stderr().is_terminal(),
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Out => "standard output",
            Self::Err => "standard error",
        }
    }
}

/// One system call for a batch, past the buffers of the standard library, whose line buffer may cut it in two.
#[cfg(unix)]
mod system {
    use super::Stream;
    use rustix::event::{PollFd, PollFlags};
    use rustix::fd::BorrowedFd;
    use std::io;

    fn descriptor(stream: Stream) -> BorrowedFd<'static> {
        match stream {
            Stream::Out => rustix::stdio::stdout(),
            Stream::Err => rustix::stdio::stderr(),
        }
    }

    pub(crate) fn write(stream: Stream, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(descriptor(stream), bytes)?)
    }

    /// Waits until the stream takes more. Somebody made it non-blocking, and its reader is slow.
    pub(crate) fn wait(stream: Stream) -> io::Result<()> {
        let stream = descriptor(stream);
        match rustix::event::poll(&mut [PollFd::new(&stream, PollFlags::OUT)], None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The standard library translates to what a console of the system understands.
#[cfg(not(unix))]
mod system {
    use super::Stream;
    use std::io::{self, Write};

    pub(crate) fn write(stream: Stream, bytes: &[u8]) -> io::Result<usize> {
        match stream {
            Stream::Out => {
                let mut out = io::stdout().lock();
                let written = out.write(bytes)?;
                out.flush().map(|()| written)
            }
            Stream::Err => io::stderr().lock().write(bytes),
        }
    }

    pub(crate) fn wait(_: Stream) -> io::Result<()> {
        std::thread::sleep(std::time::Duration::from_millis(5));
        Ok(())
    }
}

impl io::Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match system::write(*self, bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => system::wait(*self)?,
                result => {
                    return result.map_err(|error| {
                        io::Error::new(error.kind(), format!("cannot write to {}: {error}", self.label()))
                    });
                }
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
