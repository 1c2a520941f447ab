//! An OCI image layout: blobs under the digests of their bytes, and an index that names the manifest.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The media type of a manifest.
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// An image layout that is not written yet.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// By digest, without `sha256:`.
    blobs: BTreeMap<String, Vec<u8>>,
}

/// The digest of `bytes` in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A descriptor with annotations.
pub(crate) fn annotated(mut descriptor: Value, annotations: Value) -> Value {
    if let Some(descriptor) = descriptor.as_object_mut() {
        descriptor.insert("annotations".to_owned(), annotations);
    }
    descriptor
}

impl Layout {
    /// Adds a blob, and returns its descriptor.
    pub(crate) fn add(&mut self, media_type: &str, bytes: Vec<u8>) -> Value {
        let digest = sha256(&bytes);
        let descriptor =
            json!({ "mediaType": media_type, "digest": format!("sha256:{digest}"), "size": bytes.len() });
        self.blobs.insert(digest, bytes);
        descriptor
    }

    /// Writes the layout into `folder`, in the place of what was there; `tag` is the name that tools know the manifest by.
    /// Returns the digest of the manifest.
    pub(crate) fn write(mut self, folder: &Path, manifest: &Value, tag: &str) -> Result<String, String> {
        let bytes = manifest.to_string().into_bytes();
        let digest = format!("sha256:{}", sha256(&bytes));
        let descriptor = self.add(MANIFEST, bytes);
        let descriptor = annotated(descriptor, json!({ "org.opencontainers.image.ref.name": tag }));
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [descriptor],
        });
        self.put(folder, &index)
            .map_err(|error| format!("cannot write the image to {}: {error}", folder.display()))?;
        Ok(digest)
    }

    fn put(&self, folder: &Path, index: &Value) -> std::io::Result<()> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        let blobs = folder.join("blobs/sha256");
        std::fs::create_dir_all(&blobs)?;
        for (digest, bytes) in &self.blobs {
            std::fs::write(blobs.join(digest), bytes)?;
        }
        std::fs::write(folder.join("index.json"), index.to_string())?;
        std::fs::write(folder.join("oci-layout"), json!({ "imageLayoutVersion": "1.0.0" }).to_string())
    }
}
