//! TLS for connections: what the server shows is always verified.

use std::{error::Error, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Trusts the authorities in a PEM file, or those of the system.
pub(super) fn connector(
    root_certificates: Option<&Path>,
) -> Result<MakeRustlsConnect, Box<dyn Error + Send + Sync>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = match root_certificates {
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_file_iter(path)
                .map_err(|error| format!("sslrootcert {}: {error}", path.display()))?
            {
                roots.add(certificate?)?;
            }
            if roots.is_empty() {
                return Err(format!("sslrootcert {} holds no certificate", path.display()).into());
            }
            builder.with_root_certificates(roots).with_no_client_auth()
        }
        None => builder.with_platform_verifier()?.with_no_client_auth(),
    };
    Ok(MakeRustlsConnect::new(config))
}
