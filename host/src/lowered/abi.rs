//! The canonical ABI: how arguments lie in a guest's memory, and where results go.
//!
//! Component Model, `design/mvp/CanonicalABI.md`. Every place that a guest names is checked here before it is looked at; what
//! breaks a rule is a [`Violation`], which traps.

use core::fmt;

use crate::ctx::HalCtx;
use crate::limits::{Limits, count, size};
use crate::wit::Cases;
use crate::wit::types::Short;

/// What a guest may hand over in one call beside the bytes of a transaction: operations and texts.
const CALL_BYTES: u64 = 64 << 10;

/// How a guest breaks the rules of a call. Only a compiler's fault, or malice, does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// A number that stands for nothing.
    UnknownHandle(u32),
    /// A number that stands for a device of another kind.
    WrongHandle(u32),
    /// There are no more numbers for handles.
    Handles,
    /// A list reaches past the end of the memory.
    ListOutOfBounds,
    /// A list begins at a place that its records cannot be at.
    ListNotAligned,
    /// A text reaches past the end of the memory.
    TextOutOfBounds,
    /// A place for a result reaches past the end of the memory.
    ResultOutOfBounds,
    /// A place for a result is one that the result cannot be at.
    ResultNotAligned,
    /// What the guest allocated reaches past the end of the memory.
    AllocatedOutOfBounds,
    /// A number that is no case of its type.
    Case(u32),
    /// What `run` returned is no result.
    Result,
    /// The guest has no memory, or calls before it has one.
    NoMemory,
    /// The guest cannot allocate for a reply.
    NoAllocator,
}

/// The guest handed over more bytes in one call than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyBytes;

/// A list or a text in the memory: where it begins, and how many elements it has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    pub(crate) at: u32,
    pub(crate) len: u32,
}

/// How many bytes a call may still hand over.
#[derive(Debug)]
pub(crate) struct Allowance(u64);

impl Allowance {
    /// That of a call.
    #[inline]
    pub(crate) fn of(hal: &HalCtx) -> Allowance {
        Allowance::within(&hal.admission.limits)
    }

    #[inline]
    fn within(limits: &Limits) -> Allowance {
        Allowance(u64::from(limits.transaction_bytes) + CALL_BYTES)
    }

    #[inline]
    fn take(&mut self, bytes: usize) -> Result<(), TooManyBytes> {
        self.0 = self.0.checked_sub(count(bytes)).ok_or(TooManyBytes)?;
        Ok(())
    }
}

/// Returns so many bytes at a place of the memory.
#[inline]
fn part(memory: &[u8], at: u32, len: usize) -> Option<&[u8]> {
    let at = size(at);
    memory.get(at..at.checked_add(len)?)
}

/// Returns the bytes of a list of bytes.
#[inline]
pub(crate) fn bytes<'m>(memory: &'m [u8], list: List, allowance: &mut Allowance) -> wasmtime::Result<&'m [u8]> {
    let bytes = part(memory, list.at, size(list.len)).ok_or(Violation::ListOutOfBounds)?;
    allowance.take(bytes.len())?;
    Ok(bytes)
}

/// Returns the records of a list, each of `N` bytes and aligned to four.
#[inline]
pub(crate) fn records<'m, const N: usize>(
    memory: &'m [u8],
    list: List,
    allowance: &mut Allowance,
) -> wasmtime::Result<&'m [[u8; N]]> {
    let len = size(list.len).checked_mul(N);
    let bytes = len.and_then(|len| part(memory, list.at, len)).ok_or(Violation::ListOutOfBounds)?;
    allowance.take(bytes.len())?;
    if !list.at.is_multiple_of(4) {
        return Err(Violation::ListNotAligned.into());
    }
    Ok(bytes.as_chunks::<N>().0)
}

/// Returns the bytes of a text, which need not be UTF-8.
#[inline]
pub(crate) fn text<'m>(memory: &'m [u8], list: List, allowance: &mut Allowance) -> wasmtime::Result<&'m [u8]> {
    let bytes = part(memory, list.at, size(list.len)).ok_or(Violation::TextOutOfBounds)?;
    allowance.take(bytes.len())?;
    Ok(bytes)
}

/// Returns the word at a place of a record.
#[inline]
pub(crate) fn word(record: &[u8], at: usize) -> u32 {
    record.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |word| u32::from_le_bytes(*word))
}

/// Returns the case that a number stands for.
#[inline]
pub(crate) fn case<C: Cases>(number: u32) -> Result<C, Violation> {
    C::ALL.get(size(number)).copied().ok_or(Violation::Case(number))
}

/// Checks what a guest allocated for so many bytes.
#[inline]
pub(super) fn allocated(memory: &[u8], at: u32, len: u32) -> Result<(), Violation> {
    part(memory, at, size(len)).map(|_| ()).ok_or(Violation::AllocatedOutOfBounds)
}

/// Returns the place of a result.
#[inline]
pub(crate) fn place<const N: usize>(memory: &mut [u8], at: u32, align: u32) -> Result<&mut [u8; N], Violation> {
    if !at.is_multiple_of(align) {
        return Err(Violation::ResultNotAligned);
    }
    memory.get_mut(size(at)..).and_then(|rest| rest.first_chunk_mut()).ok_or(Violation::ResultOutOfBounds)
}

/// What a `result` begins with.
const OK: u8 = 0;
const ERR: u8 = 1;

/// Writes a `result<_, E>`.
#[inline]
pub(crate) fn put_nothing<E: Cases>(memory: &mut [u8], at: u32, result: Result<(), E>) -> Result<(), Violation> {
    let place = place::<2>(memory, at, 1)?;
    match result {
        Ok(()) => place[0] = OK,
        Err(error) => *place = [ERR, error.number()],
    }
    Ok(())
}

/// Writes a `result` of a case or a truth.
#[inline]
pub(crate) fn put_byte<E: Cases>(memory: &mut [u8], at: u32, result: Result<u8, E>) -> Result<(), Violation> {
    *place::<2>(memory, at, 1)? = match result {
        Ok(value) => [OK, value],
        Err(error) => [ERR, error.number()],
    };
    Ok(())
}

/// Writes an `option` of a case.
#[inline]
pub(crate) fn put_optional<C: Cases>(memory: &mut [u8], at: u32, value: Option<C>) -> Result<(), Violation> {
    let place = place::<2>(memory, at, 1)?;
    match value {
        None => place[0] = 0,
        Some(value) => *place = [1, value.number()],
    }
    Ok(())
}

/// Writes a `result` of a word: a number or a handle.
#[inline]
pub(crate) fn put_word<E: Cases>(memory: &mut [u8], at: u32, result: Result<u32, E>) -> Result<(), Violation> {
    let place = place::<8>(memory, at, 4)?;
    match result {
        Ok(value) => {
            place[0] = OK;
            place[4..].copy_from_slice(&value.to_le_bytes());
        }
        Err(error) => {
            place[0] = ERR;
            place[4] = error.number();
        }
    }
    Ok(())
}

/// Writes a `result` of bytes in integers.
#[inline]
pub(crate) fn put_short<E: Cases>(memory: &mut [u8], at: u32, result: Result<Short, E>) -> Result<(), Violation> {
    let place = place::<24>(memory, at, 8)?;
    match result {
        Ok(Short { low, high }) => {
            place[0] = OK;
            place[8..16].copy_from_slice(&low.to_le_bytes());
            place[16..].copy_from_slice(&high.to_le_bytes());
        }
        Err(error) => {
            place[0] = ERR;
            place[8] = error.number();
        }
    }
    Ok(())
}

/// Begins a `result` of a list, whose bytes are still to be placed, or writes the error.
#[inline]
pub(crate) fn begin_list<E: Cases>(memory: &mut [u8], at: u32, result: Result<(), E>) -> Result<(), Violation> {
    let place = place::<12>(memory, at, 4)?;
    match result {
        Ok(()) => place[0] = OK,
        Err(error) => {
            place[0] = ERR;
            place[4] = error.number();
        }
    }
    Ok(())
}

/// Ends a `result` of a list: its bytes, and where they are.
#[inline]
pub(crate) fn end_list(memory: &mut [u8], at: u32, bytes_at: u32, bytes: &[u8]) -> Result<(), Violation> {
    let to = memory.get_mut(size(bytes_at)..).and_then(|rest| rest.get_mut(..bytes.len()));
    to.ok_or(Violation::AllocatedOutOfBounds)?.copy_from_slice(bytes);
    let len = u32::try_from(bytes.len()).map_err(|_| Violation::AllocatedOutOfBounds)?;
    let place = place::<12>(memory, at, 4)?;
    place[4..8].copy_from_slice(&bytes_at.to_le_bytes());
    place[8..].copy_from_slice(&len.to_le_bytes());
    Ok(())
}

/// In the engine's own words, so that both ways in say the same.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Violation::UnknownHandle(number) => return write!(f, "unknown handle index {number}"),
            Violation::WrongHandle(number) => {
                return write!(
                    f,
                    "handle index {number} used with the wrong type, expected guest-defined resource but found a different \
                     guest-defined resource"
                );
            }
            Violation::Handles => "cannot allocate another handle: index overflow",
            Violation::ListOutOfBounds => "list pointer/length out of bounds of memory",
            Violation::ListNotAligned => "list pointer is not aligned",
            Violation::TextOutOfBounds => "string pointer/length out of bounds of memory",
            Violation::ResultOutOfBounds => "pointer out of bounds",
            Violation::ResultNotAligned => "pointer not aligned",
            Violation::AllocatedOutOfBounds => "realloc return: beyond end of memory",
            Violation::Case(number) => return write!(f, "unexpected discriminant: {number}"),
            Violation::Result => "invalid expected discriminant",
            Violation::NoMemory => "the guest has no memory",
            Violation::NoAllocator => "the guest cannot allocate for a reply",
        })
    }
}

impl core::error::Error for Violation {}

impl fmt::Display for TooManyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "too much data is being copied between the host and the guest: fuel allocated for hostcalls has been exhausted",
        )
    }
}

impl core::error::Error for TooManyBytes {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wit::digital::Error;

    fn allowance() -> Allowance {
        Allowance::within(&Limits::default())
    }

    #[test]
    fn a_list_ends_with_the_memory_at_the_latest() {
        let memory = [7; 16];
        let list = |at, len| bytes(&memory, List { at, len }, &mut allowance()).map(<[u8]>::len).ok();
        assert_eq!(list(0, 16), Some(16));
        assert_eq!(list(16, 0), Some(0), "nothing, right behind the end");
        for (at, len) in [(0, 17), (16, 1), (17, 0), (u32::MAX, 0), (u32::MAX, u32::MAX), (1, u32::MAX)] {
            assert_eq!(list(at, len), None, "{len} bytes at {at}");
        }
    }

    #[test]
    fn records_are_whole_and_aligned() {
        let memory = [0; 32];
        let list = |at, len| records::<12>(&memory, List { at, len }, &mut allowance()).map(<[_]>::len);
        assert_eq!(list(4, 2).ok(), Some(2));
        assert_eq!(list(8, 2).ok(), Some(2));
        let violation = |result: wasmtime::Result<usize>| result.err().and_then(|error| error.downcast().ok());
        assert_eq!(violation(list(12, 2)), Some(Violation::ListOutOfBounds));
        assert_eq!(violation(list(6, 2)), Some(Violation::ListNotAligned));
        assert_eq!(violation(list(4, u32::MAX)), Some(Violation::ListOutOfBounds), "past all that can be counted");
    }

    #[test]
    fn the_lists_of_a_call_share_what_it_may_hand_over() {
        let memory = alloc::vec![0; 1 << 20];
        let limits = Limits::default().transaction_bytes(10);
        let mut allowance = Allowance::within(&limits);
        let list = |len| List { at: 0, len };
        assert!(bytes(&memory, list(65_536), &mut allowance).is_ok());
        assert!(text(&memory, list(10), &mut allowance).is_ok());
        let error = bytes(&memory, list(1), &mut allowance).expect_err("one too many");
        assert!(error.is::<TooManyBytes>());
    }

    #[test]
    fn a_result_is_inside_of_the_memory_and_aligned() {
        let mut memory = [0xff; 24];
        assert_eq!(place::<24>(&mut memory, 0, 8).map(|place| place.len()), Ok(24));
        assert_eq!(place::<24>(&mut memory, 8, 8), Err(Violation::ResultOutOfBounds));
        assert_eq!(place::<8>(&mut memory, 2, 4), Err(Violation::ResultNotAligned));
        assert_eq!(place::<8>(&mut memory, 20, 4), Err(Violation::ResultOutOfBounds));
        assert_eq!(place::<2>(&mut memory, u32::MAX, 1), Err(Violation::ResultOutOfBounds));
    }

    #[test]
    fn results_lie_as_the_canonical_abi_has_them() {
        let mut memory = [0xff; 24];
        put_nothing::<Error>(&mut memory, 0, Ok(())).expect("a place");
        put_byte(&mut memory, 2, Err(Error::Busy)).expect("a place");
        put_word::<Error>(&mut memory, 4, Ok(0x0403_0201)).expect("a place");
        assert_eq!(memory[..12], [0, 0xff, 1, 3, 0, 0xff, 0xff, 0xff, 1, 2, 3, 4]);
        put_short::<Error>(&mut memory, 0, Ok(Short { low: 1, high: 2 })).expect("a place");
        assert_eq!(memory[8..], [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        begin_list::<Error>(&mut memory, 0, Ok(())).expect("a place");
        end_list(&mut memory, 0, 16, &[5, 6]).expect("places");
        assert_eq!(memory[..12], [0, 3, 4, 0xff, 16, 0, 0, 0, 2, 0, 0, 0][..].replace_padding(&memory));
        assert_eq!(memory[16..18], [5, 6]);
    }

    #[test]
    fn a_number_past_the_last_case_is_none() {
        assert_eq!(case::<Error>(3), Ok(Error::Busy));
        assert_eq!(case::<Error>(4), Err(Violation::Case(4)));
        assert_eq!(case::<Error>(u32::MAX), Err(Violation::Case(u32::MAX)));
    }

    /// What lies between the parts of a result is not written.
    trait Padding {
        fn replace_padding(&self, memory: &[u8]) -> [u8; 12];
    }

    impl Padding for [u8] {
        fn replace_padding(&self, memory: &[u8]) -> [u8; 12] {
            let mut expected: [u8; 12] = self.try_into().expect("twelve bytes");
            expected[1..4].copy_from_slice(&memory[1..4]);
            expected
        }
    }
}
