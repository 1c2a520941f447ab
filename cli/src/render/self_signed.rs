//! Certificates for HTTPS listeners whose Secret is not among the manifests: keys are seldom kept in Git.

use std::collections::BTreeMap;

use httproute_manifests::{Certificate, FilterChain, ObjectName, Resolution};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};

use crate::error::Failure;

/// The host of a certificate for a listener that is for any.
const ANY_HOST: &str = "localhost";

/// The certificates that have been made, by the filter chain that they are for.
#[derive(Debug, Default)]
pub(crate) struct SelfSigned(BTreeMap<String, Certificate>);

impl SelfSigned {
    /// Gives a certificate to each filter chain that would have some from Secrets that are missing, and has none.
    ///
    /// # Errors
    ///
    /// That none can be made.
    pub(crate) fn fill(&mut self, resolution: &mut Resolution) -> Result<(), Failure> {
        for chain in &mut resolution.chains {
            let Some(secret) = chain.missing_secrets.first().filter(|_| chain.certificates.is_empty()) else {
                continue;
            };
            let certificate = match self.0.get(&chain.name) {
                Some(made) => made.clone(),
                None => make(secret, chain).map_err(|error| {
                    Failure::new(format!("cannot make a certificate for {}: {error}", chain.name))
                })?,
            };
            self.0.insert(chain.name.clone(), certificate.clone());
            chain.certificates.push(certificate);
        }
        Ok(())
    }
}

fn make(secret: &ObjectName, chain: &FilterChain) -> Result<Certificate, rcgen::Error> {
    let host = chain.server_name.as_deref().unwrap_or(ANY_HOST);
    let mut wanted = CertificateParams::new([host.to_owned()])?;
    wanted.distinguished_name.push(DnType::CommonName, "httproute self-signed");
    wanted.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let made = wanted.self_signed(&key)?;
    Ok(Certificate { secret: secret.clone(), chain: made.pem(), private_key: key.serialize_pem() })
}
