# The one interface to everything: `./just` lists the recipes. `./just RECIPE` gets `just` where it is missing.

set shell := ["bash", "-euo", "pipefail", "-c"]

envoy_default := `head -n 1 tests/integration/envoy/versions.txt`
envoys := `tr '\n' ' ' < tests/integration/envoy/versions.txt`

# List the recipes
[private]
default:
    @"{{ just_executable() }}" --justfile "{{ justfile() }}" --list --unsorted

# Say what this machine lacks, and the command that brings it
doctor:
    @scripts/doctor

# Build the modules into dist/, and the command line into target/release/; --all-callbacks for hosts that call all of them
build *FLAGS:
    @scripts/build {{ FLAGS }}

# Show every filter kind at work in a real Envoy; --keep leaves it running to be played with
demo *FLAGS: build (envoy envoy_default)
    @cargo run --quiet -p httproute-integration --bin demo -- {{ FLAGS }}

# Run the upstreams of examples/envoy/, or those that are named, which say what they receive
backends *NAMES:
    @cargo run --quiet -p httproute-integration --bin backends -- {{ NAMES }}

# Run all tests: unit, property, documentation, and the cases natively and on one real Envoy
test *ARGS: build (envoy envoy_default)
    @HTTPROUTE_ENVOYS="{{ envoy_default }}" scripts/count target/logs/test.log cargo test --no-fail-fast {{ ARGS }}

# Run the cases, the conformance suite and the traps on several versions of Envoy
test-envoys *VERSIONS=envoys: build
    @for version in {{ VERSIONS }}; do scripts/envoy "$version"; done
    @HTTPROUTE_ENVOYS="{{ VERSIONS }}" scripts/count target/logs/test-envoys.log cargo test -p httproute-integration --test cases --test conformance --test traps -- "envoy "

# Run the cases, and examples/envoy/compose, with Envoy in containers; ENVOY_IMAGE names another image
test-compose: build
    @scripts/count target/logs/test-compose.log scripts/compose

# Count what a request costs each module, and reading routes, and compare it with the record; --record records it anew
fuel *FLAGS: build
    @scripts/host run --quiet --bin fuel -- {{ FLAGS }}

# Run the cases on a second proxy-wasm host, in process, and check what a request costs each module
test-host *ARGS: build
    @scripts/count target/logs/test-host.log scripts/host test {{ ARGS }}

# Build the JavaScript package into dist/js/
js:
    @scripts/js

# Run the cases on the JavaScript package in Node, and its own tests
test-js *ARGS: js
    @scripts/doctor node
    @scripts/count target/logs/test-js.log cargo test -p httproute-integration --test js -- {{ ARGS }}

# Build the playground and serve it on this machine: --port N, or a free one
playground *FLAGS: js
    @scripts/playground
    @python3 playground/serve.py dist/playground {{ FLAGS }}

# Use the playground in a real Chromium, as people do
playground-test *ARGS: js
    @scripts/doctor chromium
    @scripts/playground
    @scripts/count target/logs/playground-test.log cargo test -p httproute-integration --test playground -- --test-threads=1 {{ ARGS }}

# Take the picture of the playground in docs/
playground-picture: js
    @scripts/doctor chromium
    @scripts/playground
    @HTTPROUTE_SCREENSHOT=docs/playground.png cargo test --quiet -p httproute-integration --test playground -- a_picture_is_taken

# Run the conformance suite on one Envoy, and write docs/conformance.md
conformance *ARGS: build (envoy envoy_default)
    @HTTPROUTE_CONFORMANCE_REPORT=docs/conformance.md cargo test -p httproute-integration --test conformance {{ ARGS }}

# Write each module as OCI images, dist/oci/NAME and dist/oci/NAME-artifact, and print their digests
images: build
    @scripts/images

# Pull the images apart with tools that had no part in making them
test-images: images
    @scripts/test-images

# Make what a release consists of: modules, images, the command line, checksums
release: build images
    @scripts/release

# Measure what the modules cost in a real Envoy, beside what it brings itself; names of subjects, or --quick
bench *ARGS: build (envoy envoy_default)
    @scripts/bench {{ ARGS }}

# Time the core natively: decoding configurations, planning requests, and how often either allocates; the name of one, or all
microbench *ARGS:
    @cargo bench --quiet -p httproute-bench --bench core -- {{ ARGS }}

# Search for inputs that break what must always hold: [--runs N] [--seconds N] [--seed N] [TARGET...]
fuzz *ARGS:
    @scripts/fuzz {{ ARGS }}

# Load `httproute run` for long, with edits and traps: --requests N --reconfigurations N --traps N --concurrency N
soak *ARGS: build (envoy envoy_default)
    @cargo run --quiet --release -p httproute-integration --bin soak -- {{ ARGS }}

# Check formatting, lints, documentation
lint:
    @scripts/lint

# Check the dependencies: licences, sources, advisories
deny:
    @scripts/deny

# Everything that a change has to pass
ci:
    @scripts/ci

# Get Envoy VERSION into .tools/envoy/VERSION
envoy VERSION=envoy_default:
    @scripts/envoy "{{ VERSION }}"

# Remove what was built; .tools/ stays
clean:
    rm -rf dist
    cargo clean
