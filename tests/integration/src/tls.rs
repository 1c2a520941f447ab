//! Certificates of an authority that exists for one run only, and clients that trust it.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// What a client reads from and writes to.
pub trait Stream: Read + Write + fmt::Debug + Send {}
impl Stream for TcpStream {}
impl Stream for StreamOwned<ClientConnection, TcpStream> {}

/// A certificate, its key, and clients that trust it.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate, as PEM.
    pub certificate: String,
    /// Its private key, as PEM.
    pub key: String,
    /// Clients that trust the authority and nobody else.
    pub trust: Arc<ClientConfig>,
}

impl Identity {
    /// A new one for `names`, by a new authority.
    pub fn generate(names: &[&str]) -> Result<Self, String> {
        let told = |e: rcgen::Error| format!("certificate: {e}");
        let mut authority = CertificateParams::new(Vec::new()).map_err(told)?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().map_err(told)?;
        let root = authority.self_signed(&authority_key).map_err(told)?;
        let issuer = Issuer::new(authority, authority_key);
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let key = KeyPair::generate().map_err(told)?;
        let leaf =
            CertificateParams::new(names).and_then(|leaf| leaf.signed_by(&key, &issuer)).map_err(told)?;

        let mut roots = RootCertStore::empty();
        roots.add(root.der().clone()).map_err(|e| e.to_string())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| e.to_string())?;
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Identity { certificate: leaf.pem(), key: key.serialize_pem(), trust: Arc::new(config) })
    }
}

/// `stream` with TLS, in which the client asks for `server_name`.
pub(crate) fn connect(
    stream: TcpStream,
    trust: &Arc<ClientConfig>,
    server_name: &str,
) -> io::Result<Box<dyn Stream>> {
    let name = ServerName::try_from(server_name.to_owned()).map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::clone(trust), name).map_err(io::Error::other)?;
    Ok(Box::new(StreamOwned::new(connection, stream)))
}
