//! Taking what all destinations in the network have.

use super::Section;
use std::path::PathBuf;
use std::time::Duration;

/// The files that TLS needs, where they are set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsFiles {
    /// Certificates of the authorities that alone are trusted.
    pub ca: Option<PathBuf>,
    /// The certificate that is shown to the server.
    pub cert: Option<PathBuf>,
    /// Its private key.
    pub key: Option<PathBuf>,
}

impl Section<'_> {
    /// As [`Section::take_duration`], of a time within which something is to be done: it is not zero.
    pub fn take_timeout(&mut self, name: &str) -> Option<Duration> {
        let timeout = self.take_duration(name)?;
        if timeout.is_zero() {
            self.refuse(name, "nothing is done in no time; write a time such as 10s");
        }
        Some(timeout)
    }

    /// Takes `ca`, `cert` and `key`, of which the last two belong together.
    pub fn take_tls(&mut self) -> TlsFiles {
        self.about(&[
            ("ca", "A file of authorities in PEM, which alone are then trusted.", "ca.pem"),
            ("cert", "A file with a certificate of its own in PEM, to show the server.", "client.pem"),
            ("key", "A file with the key of that certificate in PEM.", "client.key"),
        ]);
        let files = TlsFiles { ca: self.take_path("ca"), cert: self.take_path("cert"), key: self.take_path("key") };
        match (&files.cert, &files.key) {
            (Some(_), None) => drop(self.refuse("cert", "its key is missing; `cert` and `key` belong together")),
            (None, Some(_)) => drop(self.refuse("key", "its certificate is missing; `cert` and `key` belong together")),
            _ => {}
        }
        files
    }
}
