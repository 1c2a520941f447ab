//! Header maps as the ABI passes them: `u32` count, then the `u32` lengths of each name and value, then each name and each
//! value with a zero byte behind it. All numbers are little endian.

use std::fmt;

/// The bytes are no header map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host returned a header map that cannot be read")
    }
}

impl std::error::Error for Malformed {}

/// Name and value of each line of a header map, in order, as bytes of the map.
pub type Pairs<'m> = Vec<(&'m [u8], &'m [u8])>;

/// Two lengths of four bytes, and two zero bytes: the least that a pair takes.
const SMALLEST_PAIR: usize = 10;

/// Reads a header map in place: names and values are bytes of `map`, whatever a client put there.
///
/// No bytes at all are an empty map, which is how hosts return one.
///
/// ```
/// use httproute_proxy_wasm::pairs;
/// let map = pairs::serialize([(&b"x-name"[..], &b"caf\xe9"[..])]);
/// assert_eq!(pairs::parse(&map), Ok(vec![(&b"x-name"[..], &b"caf\xe9"[..])]));
/// assert_eq!(pairs::parse(&map[..9]), Err(pairs::Malformed));
/// ```
pub fn parse(map: &[u8]) -> Result<Pairs<'_>, Malformed> {
    if map.is_empty() {
        return Ok(Vec::new());
    }
    let (count, rest) = map.split_first_chunk().ok_or(Malformed)?;
    let count = length(*count)?;
    if count > rest.len() / SMALLEST_PAIR {
        // Said before anything is allocated: the count is not to be trusted with memory.
        return Err(Malformed);
    }
    let (lengths, mut text) = rest.split_at_checked(count * 8).ok_or(Malformed)?;
    let mut pairs = Vec::with_capacity(count);
    let (lengths, _) = lengths.as_chunks::<8>();
    for &[a, b, c, d, e, f, g, h] in lengths {
        let (name, value);
        (name, text) = take_text(text, length([a, b, c, d])?).ok_or(Malformed)?;
        (value, text) = take_text(text, length([e, f, g, h])?).ok_or(Malformed)?;
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// Writes a header map.
pub fn serialize<'a>(pairs: impl IntoIterator<Item = (&'a [u8], &'a [u8]), IntoIter: Clone>) -> Vec<u8> {
    let pairs = pairs.into_iter();
    let (mut count, mut size) = (0, 4);
    for (name, value) in pairs.clone() {
        count += 1;
        size += SMALLEST_PAIR + name.len() + value.len();
    }
    let mut map = Vec::with_capacity(size);
    put_length(&mut map, count);
    for (name, value) in pairs.clone() {
        put_length(&mut map, name.len());
        put_length(&mut map, value.len());
    }
    for part in pairs.flat_map(|(name, value)| [name, value]) {
        map.extend_from_slice(part);
        map.push(0);
    }
    map
}

fn length(bytes: [u8; 4]) -> Result<usize, Malformed> {
    usize::try_from(u32::from_le_bytes(bytes)).map_err(|_| Malformed)
}

#[inline(always)]
fn take_text(bytes: &[u8], length: usize) -> Option<(&[u8], &[u8])> {
    match bytes.split_at_checked(length)? {
        (text, [0, rest @ ..]) => Some((text, rest)),
        _ => None,
    }
}

fn put_length(map: &mut Vec<u8>, length: usize) {
    // Memory of a module is addressed by 32 bits: no length in it is longer.
    map.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
        let bytes = || prop::collection::vec(any::<u8>(), 0..12);
        prop::collection::vec((bytes(), bytes()), 0..8)
    }

    fn write(lines: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
        serialize(lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice())))
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(lines in lines()) {
            let map = write(&lines);
            let read = parse(&map).unwrap();
            let read: Vec<_> = read.into_iter().map(|(n, v)| (n.to_vec(), v.to_vec())).collect();
            prop_assert_eq!(read, lines);
        }

        #[test]
        fn any_bytes_are_a_map_or_an_error_but_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn a_map_with_one_byte_changed_or_its_end_missing_never_panics(
            lines in lines(), at in any::<prop::sample::Index>(), byte: u8, end in any::<prop::sample::Index>(),
        ) {
            let mut map = write(&lines);
            let cut = parse(&map[..end.index(map.len())]).map(|pairs| pairs.len());
            prop_assert!(cut == Err(Malformed) || cut == Ok(0), "{cut:?}");
            let at = at.index(map.len());
            map[at] = byte;
            let _ = parse(&map);
        }
    }

    #[test]
    fn malformed_maps_are_refused() {
        let count_without_pairs = u32::MAX.to_le_bytes().to_vec();
        let mut no_zero_byte = write(&[(b"a".to_vec(), b"b".to_vec())]);
        *no_zero_byte.last_mut().unwrap() = b'!';
        let mut endless_name = write(&[(b"a".to_vec(), b"b".to_vec())]);
        endless_name[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        for map in [vec![1], vec![0, 0, 0], count_without_pairs, no_zero_byte, endless_name] {
            assert_eq!(parse(&map), Err(Malformed), "{map:?}");
        }
        assert_eq!(parse(&[]), Ok(vec![]));
        assert_eq!(parse(&[0, 0, 0, 0]), Ok(vec![]));
    }
}
