//! The hash by which tables of the configuration are searched.

/// FNV-1a, with its high bits stirred for `hashbrown`, which goes by them. No client can fill a table, so it needs no secret.
#[inline]
pub(crate) fn hash(start: u32, bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ u64::from(start);
    let hash =
        bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
