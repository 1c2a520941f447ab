//! The two forms of a WebAssembly image that Istio's and Envoy Gateway's fetchers take
//! (<https://github.com/solo-io/wasm/tree/master/spec>).

use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};

use crate::blobs::{Layout, MANIFEST, annotated, sha256};

/// A module, and what is said of it.
#[derive(Debug)]
pub(crate) struct Module<'a> {
    /// Its name, without `.wasm`.
    pub(crate) title: &'a str,
    pub(crate) bytes: &'a [u8],
    pub(crate) version: &'a str,
    pub(crate) source: &'a str,
    pub(crate) licenses: &'a str,
}

impl Module<'_> {
    /// The annotations of the OCI image specification, without times.
    fn annotations(&self) -> Value {
        json!({
            "org.opencontainers.image.title": self.title,
            "org.opencontainers.image.description": format!("HTTPRoute filters as a proxy-wasm module: {}.wasm", self.title),
            "org.opencontainers.image.version": self.version,
            "org.opencontainers.image.source": self.source,
            "org.opencontainers.image.licenses": self.licenses,
        })
    }

    /// The image's configuration, with the digests of what its layers hold: tools that know nothing of WebAssembly still show
    /// and copy the image.
    fn config(&self, diff_ids: &[String]) -> Vec<u8> {
        let config = json!({
            "architecture": "wasm",
            // What registries know of systems for WebAssembly; the modules import one function of it.
            "os": "wasip1",
            "config": { "Labels": self.annotations() },
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
        });
        config.to_string().into_bytes()
    }
}

/// "The *compat* variant must consist of exactly one layer", with `plugin.wasm` in it.
pub(crate) fn compat(layout: &mut Layout, module: &Module<'_>) -> Result<Value, String> {
    let tar = archive(module.bytes).map_err(|error| format!("cannot make the layer: {error}"))?;
    let config = module.config(&[format!("sha256:{}", sha256(&tar))]);
    let layer = compress(&tar).map_err(|error| format!("cannot compress the layer: {error}"))?;
    let config = layout.add("application/vnd.oci.image.config.v1+json", config);
    let layer = layout.add("application/vnd.oci.image.layer.v1.tar+gzip", layer);
    let mut annotations = module.annotations();
    if let Some(annotations) = annotations.as_object_mut() {
        // "a *compat* variant image must add the annotation `module.wasm.image/variant=compat` in the manifest"
        annotations.insert("module.wasm.image/variant".to_owned(), json!("compat"));
    }
    Ok(json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config,
        "layers": [layer],
        "annotations": annotations,
    }))
}

/// "The WASM OCI Artifact Spec consists of two layers bundled together": one for the runtime, one with the module as it is.
pub(crate) fn artifact(layout: &mut Layout, module: &Module<'_>) -> Result<Value, String> {
    let runtime = json!({ "type": "envoy_proxy", "abiVersions": ["v0.2.1"], "config": { "root_ids": [] } });
    let runtime = runtime.to_string().into_bytes();
    let config = module.config(&[&runtime, module.bytes].map(|bytes| format!("sha256:{}", sha256(bytes))));
    let config = layout.add("application/vnd.oci.image.config.v1+json", config);
    let titled = |descriptor: Value, title: &str| {
        annotated(descriptor, json!({ "org.opencontainers.image.title": title }))
    };
    let runtime = layout.add("application/vnd.module.wasm.config.v1+json", runtime);
    let content = layout.add("application/vnd.module.wasm.content.layer.v1+wasm", module.bytes.to_vec());
    Ok(json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config,
        "layers": [titled(runtime, "runtime-config.json"), titled(content, "plugin.wasm")],
        "annotations": module.annotations(),
    }))
}

/// A tar archive of one file, `plugin.wasm`, of nobody and of no time.
fn archive(wasm: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut header = tar::Header::new_ustar();
    header.set_path("plugin.wasm")?;
    header.set_size(wasm.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_cksum();
    let mut archive = tar::Builder::new(Vec::new());
    archive.append(&header, wasm)?;
    archive.into_inner()
}

/// Compressed by an implementation that is part of this program, so that it is the same on every machine.
fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut writer, bytes)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    const MODULE: Module<'_> = Module {
        title: "cors",
        bytes: b"\0asm-and-so-on",
        version: "1.2.3",
        source: "https://example.com",
        licenses: "MIT",
    };

    #[test]
    fn the_image_has_one_layer_with_the_module_in_it() {
        let manifest = compat(&mut Layout::default(), &MODULE).unwrap();
        assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
        assert_eq!(manifest["annotations"]["module.wasm.image/variant"], "compat");
        assert_eq!(manifest["annotations"]["org.opencontainers.image.version"], "1.2.3");

        let layer = compress(&archive(MODULE.bytes).unwrap()).unwrap();
        assert_eq!(manifest["layers"][0]["digest"], format!("sha256:{}", sha256(&layer)));
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&layer[..]));
        let mut files = archive.entries().unwrap().map(|entry| {
            let (mut entry, mut bytes) = (entry.unwrap(), Vec::new());
            entry.read_to_end(&mut bytes).unwrap();
            (entry.path().unwrap().display().to_string(), bytes)
        });
        assert_eq!(files.next(), Some(("plugin.wasm".to_owned(), MODULE.bytes.to_vec())));
        assert_eq!(files.next(), None);
    }

    #[test]
    fn the_artifact_has_exactly_two_layers_and_the_module_as_it_is() {
        let manifest = artifact(&mut Layout::default(), &MODULE).unwrap();
        let layers = manifest["layers"].as_array().unwrap();
        let types: Vec<_> = layers.iter().map(|layer| layer["mediaType"].as_str().unwrap()).collect();
        assert_eq!(
            types,
            [
                "application/vnd.module.wasm.config.v1+json",
                "application/vnd.module.wasm.content.layer.v1+wasm"
            ]
        );
        assert_eq!(layers[1]["digest"], format!("sha256:{}", sha256(MODULE.bytes)));
    }
}
