//! The decision about a request, against the oracle.

use arbitrary::Unstructured;

use crate::{generate, matching, observe};

/// Configuration and requests are generated from the bytes; the core picks the rule that the oracle picks, which is written
/// from the text of the specification.
pub fn plan(bytes: &[u8]) {
    let mut bytes = Unstructured::new(bytes);
    let Ok((configuration, document)) = generate::configuration(&mut bytes) else { return };
    let routes = observe::decoded(&document);
    // What decoding costs is worth a few requests.
    for _ in 0..4 {
        let Ok(request) = generate::request(&mut bytes) else { return };
        // Of what a redirect needs the oracle knows nothing.
        if !request.names_a_host() {
            continue;
        }
        let expected = matching::verdict(&configuration, &request);
        assert_eq!(observe::verdict(&routes, &request), expected, "{request:?} in {document}");
    }
}
