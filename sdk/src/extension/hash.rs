//! A hash for decisions that are to stay the same.

/// A hash of `parts` that never changes: not from one worker to the next, and not with a new version. Parts are kept apart, so `["ab", "c"]`
/// and `["a", "bc"]` differ.
///
/// It is for decisions that are to be the same each time, such as which backend a session goes to. It is no cryptography: a client can find input for
/// any output.
///
/// ```
/// use httproute_sdk::extension::stable_hash;
/// assert_eq!(stable_hash(&[b"session-1", b"shop/canary/8080"]), 0x1b31_3dde_601e_19de);
/// ```
pub fn stable_hash(parts: &[&[u8]]) -> u64 {
    // FNV-1a, and then the mixing step of SplitMix64: its upper bits alone are too regular.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut byte = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    for part in parts {
        (part.len() as u64).to_le_bytes().into_iter().for_each(&mut byte);
        part.iter().copied().for_each(&mut byte);
    }
    crate::Draw::seeded(hash).next_u64()
}
