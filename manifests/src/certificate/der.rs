//! DER, read as strictly as BoringSSL reads it: one value after the other.

/// The tags that certificates and keys consist of.
pub(super) mod tag {
    pub(in super::super) const BOOLEAN: u8 = 0x01;
    pub(in super::super) const INTEGER: u8 = 0x02;
    pub(in super::super) const BIT_STRING: u8 = 0x03;
    pub(in super::super) const OCTET_STRING: u8 = 0x04;
    pub(in super::super) const NULL: u8 = 0x05;
    pub(in super::super) const OBJECT: u8 = 0x06;
    pub(in super::super) const UTF8_STRING: u8 = 0x0c;
    pub(in super::super) const UTC_TIME: u8 = 0x17;
    pub(in super::super) const GENERALIZED_TIME: u8 = 0x18;
    pub(in super::super) const UNIVERSAL_STRING: u8 = 0x1c;
    pub(in super::super) const BMP_STRING: u8 = 0x1e;
    pub(in super::super) const SEQUENCE: u8 = 0x30;
    pub(in super::super) const SET: u8 = 0x31;

    /// `[number]` around another value.
    pub(in super::super) const fn explicit(number: u8) -> u8 {
        0xa0 | number
    }

    /// `[number]` in the place of the tag of a primitive value.
    pub(in super::super) const fn implicit(number: u8) -> u8 {
        0x80 | number
    }
}

/// The values that are still to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Der<'d>(pub(super) &'d [u8]);

impl<'d> Der<'d> {
    /// Reads the next value: its tag and its content.
    pub(super) fn any(&mut self) -> Option<(u8, &'d [u8])> {
        let [tag, length, rest @ ..] = self.0 else { return None };
        // Tags of several bytes are in no certificate.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, rest) = match usize::from(*length) {
            short @ 0..=0x7f => (short, rest),
            long @ 0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(long - 0x80)?;
                let length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
                // As short as can be, or it is not DER.
                let is_shortest = length > 0x7f && bytes.first() != Some(&0);
                (is_shortest.then_some(length)?, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        is_sound(*tag, content).then_some((*tag, content))
    }

    /// Reads the content of the next value, which has this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'d [u8]> {
        self.any().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }

    /// Likewise, if the next value has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Option<Option<&'d [u8]>> {
        if self.0.first() == Some(&tag) { self.take(tag).map(Some) } else { Some(None) }
    }

    /// Reads what is within the next value, which has this tag.
    pub(super) fn within(&mut self, tag: u8) -> Option<Der<'d>> {
        self.take(tag).map(Der)
    }

    /// Reads an integer that is not negative, without leading zeros.
    pub(super) fn unsigned(&mut self) -> Option<&'d [u8]> {
        match self.integer()? {
            [0] => Some(&[]),
            [0, rest @ ..] => Some(rest),
            [0x80..=0xff, ..] => None,
            number => Some(number),
        }
    }

    /// Reads an integer as it is written.
    pub(super) fn integer(&mut self) -> Option<&'d [u8]> {
        let number = self.take(tag::INTEGER)?;
        let is_longer_than_needed = matches!(number, [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..]);
        (!number.is_empty() && !is_longer_than_needed).then_some(number)
    }

    /// Reads a string of whole bytes that is written as one of bits.
    pub(super) fn bytes_of_bits(&mut self) -> Option<&'d [u8]> {
        match self.take(tag::BIT_STRING)? {
            [0, bytes @ ..] => Some(bytes),
            _ => None,
        }
    }

    /// That nothing is left.
    pub(super) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// Whether a value of one of the general kinds can be what its tag says.
fn is_sound(found: u8, content: &[u8]) -> bool {
    let is_constructed = found & 0x20 != 0;
    match found {
        // Not one of the general kinds.
        0x40..=0xff => true,
        tag::SEQUENCE | tag::SET => true,
        _ if is_constructed => false,
        tag::NULL => content.is_empty(),
        tag::BOOLEAN => content.len() == 1,
        tag::UTF8_STRING => std::str::from_utf8(content).is_ok(),
        tag::BMP_STRING => content.len().is_multiple_of(2),
        tag::UNIVERSAL_STRING => content.len().is_multiple_of(4),
        // The first byte counts the bits of the last one that are none, and zero.
        tag::BIT_STRING => match content {
            [0] => true,
            [unused @ 0..=7, .., last] => last & ((1 << unused) - 1) == 0,
            _ => false,
        },
        // The last byte of each number has no high bit, and none begins with zeros.
        tag::OBJECT => {
            let begins = std::iter::once(&0).chain(content);
            content.last().is_some_and(|byte| byte & 0x80 == 0)
                && !begins.zip(content).any(|(before, byte)| before & 0x80 == 0 && *byte == 0x80)
        }
        _ => true,
    }
}
