//! Compressed bodies.

/// How bodies are compressed.
///
/// ```
/// use tracework_http::Compression;
///
/// assert!(Compression::Gzip.check().is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// `Content-Encoding: gzip`, with the feature `gzip`.
    Gzip,
    /// `Content-Encoding: zstd` ([RFC 8878](https://www.rfc-editor.org/rfc/rfc8878)), with the feature `zstd`.
    Zstd,
}

impl Compression {
    /// Its name in a config.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Was this program built with it?
    ///
    /// # Errors
    ///
    /// It was not; the error names the feature.
    pub fn check(self) -> Result<(), String> {
        match self {
            Self::Gzip if !cfg!(feature = "gzip") => {}
            Self::Zstd if !cfg!(feature = "zstd") => {}
            _ => return Ok(()),
        }
        Err(format!("this program was built without the feature `{}`", self.name()))
    }

    /// The value of `Content-Encoding`.
    pub(crate) fn encoding(self) -> Option<&'static str> {
        (self != Self::None).then(|| self.name())
    }

    /// The bytes, compressed.
    pub(crate) fn compress(self, bytes: Vec<u8>) -> std::io::Result<Vec<u8>> {
        match self {
            #[cfg(feature = "gzip")]
            Self::Gzip => {
                use std::io::Write as _;
                // Quick rather than small: a worker has more to do.
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(4));
                encoder.write_all(&bytes)?;
                encoder.finish()
            }
            #[cfg(feature = "zstd")]
            Self::Zstd => zstd::bulk::compress(&bytes, zstd::DEFAULT_COMPRESSION_LEVEL),
            _ => Ok(bytes),
        }
    }
}
