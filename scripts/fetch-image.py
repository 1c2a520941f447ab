"""Takes the module out of an OCI image layout as Istio's fetcher does, and compares it with the file that it was made of.

    python3 scripts/fetch-image.py LAYOUT compat|artifact WASM
"""

import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile

layout, form, wasm = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])


def blob(descriptor):
    algorithm, digest = descriptor["digest"].split(":")
    data = (layout / "blobs" / algorithm / digest).read_bytes()
    assert hashlib.new(algorithm, data).hexdigest() == digest, "a blob is not what its digest says"
    assert len(data) == descriptor["size"], "a blob has not the size that its descriptor says"
    return data


index = json.loads((layout / "index.json").read_text())
assert json.loads((layout / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
(entry,) = index["manifests"]
manifest = json.loads(blob(entry))
config = json.loads(blob(manifest["config"]))
layers = manifest["layers"]
if form == "compat":
    # One layer: a compressed tar archive with a file named plugin.wasm.
    (layer,) = layers
    assert layer["mediaType"] == "application/vnd.oci.image.layer.v1.tar+gzip", layer
    unpacked = gzip.decompress(blob(layer))
    assert config["rootfs"]["diff_ids"] == ["sha256:" + hashlib.sha256(unpacked).hexdigest()]
    archive = tarfile.open(fileobj=io.BytesIO(unpacked))
    assert archive.getnames() == ["plugin.wasm"], archive.getnames()
    module = archive.extractfile("plugin.wasm").read()
else:
    # Exactly two layers, one of which is the module as it is.
    assert len(layers) == 2, layers
    assert layers[-1]["mediaType"] == "application/vnd.module.wasm.content.layer.v1+wasm", layers
    assert json.loads(blob(layers[0]))["type"] == "envoy_proxy"
    module = blob(layers[-1])
assert module == wasm.read_bytes(), "the module in the image is another"
annotations = manifest["annotations"]
for name in ("title", "description", "version", "source", "licenses"):
    assert annotations["org.opencontainers.image." + name], name
assert annotations["org.opencontainers.image.title"] == wasm.stem
assert entry["annotations"]["org.opencontainers.image.ref.name"] == annotations["org.opencontainers.image.version"]
