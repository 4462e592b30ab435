//! Certificates of an authority of one's own, and servers that show them.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// An authority that signs certificates, and a folder for its files.
///
/// ```
/// use tracework_testkit::Authority;
///
/// let authority = Authority::new();
/// let server = authority.signs(&["localhost"], 2099);
/// let config = authority.server_config(&server, false, &[]);
/// assert!(authority.ca().exists() && config.alpn_protocols.is_empty());
/// ```
pub struct Authority {
    folder: TempDir,
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
pub type Pair = (Certificate, KeyPair);

impl Authority {
    /// A new one, which nobody trusts yet.
    ///
    /// # Panics
    ///
    /// There is no randomness, or no room for a folder.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "an authority for tests");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { folder: tempfile::tempdir().expect("a folder"), certificate, issuer: Issuer::new(params, key) }
    }

    /// A certificate for servers and clients of these names, from the year 2020 to `until`.
    ///
    /// # Panics
    ///
    /// A name is none.
    #[must_use]
    pub fn signs(&self, names: &[&str], until: i32) -> Pair {
        let key = KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("parameters");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        (params.signed_by(&key, &self.issuer).expect("a certificate"), key)
    }

    /// Writes a file into its folder.
    ///
    /// # Panics
    ///
    /// It cannot be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    /// A file with its own certificate, for whoever shall trust it.
    #[must_use]
    pub fn ca(&self) -> PathBuf {
        self.write("ca.pem", &self.certificate.pem())
    }

    /// What a server needs that shows this certificate, and wants to see one of this authority if `wants_client`.
    ///
    /// # Panics
    ///
    /// The certificate and the key do not fit.
    #[must_use]
    pub fn server_config(&self, (certificate, key): &Pair, wants_client: bool, alpn: &[&str]) -> ServerConfig {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().expect("versions");
        let builder = if wants_client {
            let mut roots = RootCertStore::empty();
            roots.add(self.certificate.der().clone()).expect("an authority");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("a verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let chain = vec![certificate.der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let mut config = builder.with_single_cert(chain, key).expect("a configuration");
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }

    /// A server that shows a certificate for `localhost` which expired in 2021.
    #[must_use]
    pub fn expired(&self, before: BeforeTls) -> TlsServer {
        TlsServer::start(self.server_config(&self.signs(&["localhost"], 2021), false, &[]), before)
    }
}

/// What is said on a connection before TLS begins: nothing, or as the protocol wants it.
pub type BeforeTls = fn(&mut TcpStream) -> io::Result<()>;

/// A server that gets no further than TLS: it shows its certificate, and hangs up. It ends when it is dropped.
pub struct TlsServer {
    at: SocketAddr,
    stop: Arc<AtomicBool>,
}

impl TlsServer {
    /// How long a client may take for each step.
    const PATIENCE: Duration = Duration::from_secs(5);

    fn start(config: ServerConfig, before: BeforeTls) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("an address");
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, config) = (Arc::clone(&stop), Arc::new(config));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                // What becomes of the connection is the client's to tell.
                let _ = stream.and_then(|stream| shake_hands(stream, &config, before));
            }
        });
        Self { at, stop }
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.at.port()
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Whoever accepts is waked.
        let _ = TcpStream::connect(self.at);
    }
}

fn shake_hands(mut stream: TcpStream, config: &Arc<ServerConfig>, before: BeforeTls) -> io::Result<()> {
    stream.set_read_timeout(Some(TlsServer::PATIENCE))?;
    stream.set_write_timeout(Some(TlsServer::PATIENCE))?;
    before(&mut stream)?;
    let mut server = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    while server.is_handshaking() {
        server.complete_io(&mut stream)?;
    }
    // A client of TLS 1.3 may find only now that it does not trust the certificate.
    let _ = server.reader().read(&mut [0]);
    server.send_close_notify();
    server.complete_io(&mut stream)?;
    stream.flush()
}
