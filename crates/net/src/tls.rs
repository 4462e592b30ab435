//! TLS for clients.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracework_core::Description;

/// Whom a client trusts, and what it shows of itself. By default it trusts what the system trusts, and shows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// A file of certificates in PEM. They alone are then trusted.
    pub ca: Option<PathBuf>,
    /// A file with the client's own certificate in PEM, and those between it and the authority.
    pub cert: Option<PathBuf>,
    /// A file with the private key of that certificate in PEM.
    pub key: Option<PathBuf>,
}

/// Certificates or keys cannot be used.
#[derive(Debug)]
pub struct TlsError(String);

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TlsError {}

impl Tls {
    /// Adds what is set to a description, as `ca`, `cert` and `key`.
    #[must_use]
    pub fn describe(&self, said: Description) -> Description {
        let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        said.with_some("ca", shown(&self.ca)).with_some("cert", shown(&self.cert)).with_some("key", shown(&self.key))
    }

    /// What rustls needs to know. The files are read anew each time, so certificates may be renewed while the program
    /// runs.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or holds no certificate or key; a certificate has no key, or the other way round, or they
    /// do not fit.
    pub fn client_config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = versions.map_err(|error| TlsError(format!("TLS cannot be set up: {error}")))?;
        let builder = builder.with_root_certificates(self.roots()?);
        let config = match (&self.cert, &self.key) {
            (None, None) => builder.with_no_client_auth(),
            (Some(cert), Some(key)) => {
                let made = builder.with_client_auth_cert(certificates(cert)?, private_key(key)?);
                made.map_err(|error| TlsError(format!("{} and {}: {error}", cert.display(), key.display())))?
            }
            (Some(cert), None) => return Err(TlsError(format!("{}: its `key` is missing", cert.display()))),
            (None, Some(key)) => return Err(TlsError(format!("{}: its `cert` is missing", key.display()))),
        };
        Ok(Arc::new(config))
    }

    fn roots(&self) -> Result<RootCertStore, TlsError> {
        let mut roots = RootCertStore::empty();
        let Some(ca) = &self.ca else {
            let found = rustls_native_certs::load_native_certs();
            let (added, _) = roots.add_parsable_certificates(found.certs);
            let error = || found.errors.first().map_or("none were found".to_owned(), ToString::to_string);
            return match added {
                0 => Err(TlsError(format!("the system's certificates: {}; `ca` names a file of others", error()))),
                _ => Ok(roots),
            };
        };
        for certificate in certificates(ca)? {
            roots.add(certificate).map_err(|error| TlsError(format!("{}: {error}", ca.display())))?;
        }
        Ok(roots)
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |error: &dyn fmt::Display| TlsError(format!("{}: {error}", path.display()));
    let read = CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))?;
    let certificates = read.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(&error))?;
    if certificates.is_empty() { Err(wrong(&"there is no certificate in it")) } else { Ok(certificates) }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| TlsError(format!("{}: {error}", path.display())))
}
