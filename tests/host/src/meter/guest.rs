//! The module's memory, as calls of the host reach it.

use wasmtime::{Caller, Memory, Result, bail, format_err};

use super::proxy::{Lines, Proxy, REQUEST_HEADERS};

/// What a call returns that did what it was asked to.
pub(super) const OK: i32 = 0;
/// What was asked for does not exist.
pub(super) const NOT_FOUND: i32 = 1;
/// An argument is wrong.
pub(super) const BAD_ARGUMENT: i32 = 2;

/// The module that makes a call.
pub(super) struct Guest<'c>(pub(super) Caller<'c, Proxy>);

impl Guest<'_> {
    /// The proxy that is called.
    pub(super) fn proxy(&mut self) -> &mut Proxy {
        self.0.data_mut()
    }

    fn memory(&mut self) -> Result<Memory> {
        let memory = self.0.get_export("memory").and_then(|export| export.into_memory());
        memory.ok_or_else(|| format_err!("the module exports no memory"))
    }

    /// Bytes that the module passes.
    pub(super) fn read(&mut self, at: u32, size: u32) -> Result<Vec<u8>> {
        let mut bytes = vec![0; size as usize];
        self.memory()?.read(&self.0, at as usize, &mut bytes)?;
        Ok(bytes)
    }

    /// Puts bytes where the module wants them.
    pub(super) fn write(&mut self, at: u32, bytes: &[u8]) -> Result<()> {
        Ok(self.memory()?.write(&mut self.0, at as usize, bytes)?)
    }

    /// Puts a number where the module wants it.
    pub(super) fn write_number(&mut self, at: u32, number: u32) -> Result<()> {
        self.write(at, &number.to_le_bytes())
    }

    /// Gives bytes to the module, in memory that it allocates for them.
    pub(super) fn give(&mut self, bytes: &[u8], at: u32, size_at: u32) -> Result<i32> {
        let mut place = 0;
        if !bytes.is_empty() {
            let allocate = self.0.get_export("malloc").and_then(|export| export.into_func());
            let allocate = allocate.ok_or_else(|| format_err!("the module exports no allocator"))?;
            place = allocate.typed::<u32, u32>(&self.0)?.call(&mut self.0, bytes.len() as u32)?;
            self.write(place, bytes)?;
        }
        self.write_number(at, place)?;
        self.write_number(size_at, bytes.len() as u32)?;
        Ok(OK)
    }

    /// A header map that the module passes.
    pub(super) fn read_map(&mut self, at: u32, size: u32) -> Result<Lines> {
        parse(&self.read(at, size)?).ok_or_else(|| format_err!("the module passed a header map that is none"))
    }

    /// Gives what is there to the module; what is not there is not found.
    pub(super) fn give_if(&mut self, bytes: Option<Vec<u8>>, at: u32, size_at: u32) -> Result<i32> {
        match bytes {
            Some(bytes) => self.give(&bytes, at, size_at),
            None => Ok(NOT_FOUND),
        }
    }

    /// Changes one header, unless the host does not do so.
    pub(super) fn change_header(
        &mut self,
        map: u32,
        name: &[u8],
        change: impl FnOnce(&mut Lines),
    ) -> Result<i32> {
        let habits = self.proxy().habits;
        let is_one_of = |names: &[&str]| {
            map == REQUEST_HEADERS && names.iter().any(|&n| n == "*" || n.as_bytes() == name)
        };
        if is_one_of(habits.refuses) {
            return Ok(BAD_ARGUMENT);
        }
        if is_one_of(habits.ignores) {
            return Ok(OK);
        }
        self.change(map, change)
    }

    /// Changes a header map that the module may change now.
    pub(super) fn change(&mut self, map: u32, change: impl FnOnce(&mut Lines)) -> Result<i32> {
        match self.proxy().map(map) {
            Some(lines) => change(lines),
            None => bail!("the module changes header map {map}, which is not there now"),
        }
        Ok(OK)
    }
}

/// A header map as the ABI passes it: count, lengths, and then texts with a zero byte behind each.
pub(super) fn serialize(lines: &Lines) -> Vec<u8> {
    let mut map = (lines.len() as u32).to_le_bytes().to_vec();
    for text in lines.iter().flat_map(|(name, value)| [name, value]) {
        map.extend((text.len() as u32).to_le_bytes());
    }
    for text in lines.iter().flat_map(|(name, value)| [name, value]) {
        map.extend_from_slice(text);
        map.push(0);
    }
    map
}

fn parse(map: &[u8]) -> Option<Lines> {
    if map.is_empty() {
        return Some(Lines::new());
    }
    let number = |at: usize| Some(u32::from_le_bytes(map.get(at..at + 4)?.try_into().ok()?) as usize);
    let count = number(0)?;
    let mut at = 4 + count * 8;
    let mut texts = Vec::new();
    for text in 0..count * 2 {
        let size = number(4 + text * 4)?;
        texts.push(map.get(at..at + size)?.to_vec());
        at += size + 1;
    }
    Some(texts.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_map_arrives_as_it_was_passed() {
        let lines: Lines = vec![(b"a".to_vec(), b"1\xff".to_vec()), (b"b".to_vec(), Vec::new())];
        assert_eq!(parse(&serialize(&lines)), Some(lines.clone()));
        assert_eq!(parse(&serialize(&lines)[..9]), None);
        assert_eq!(parse(b""), Some(Lines::new()));
    }
}
