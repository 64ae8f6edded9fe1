//! Whether the interpreter's instructions jump to each other.
//!
//! With `pulley_assume_llvm_makes_tail_calls` every instruction of Pulley is a function that ends with a call of the next one's, and
//! the stack holds only if the compiler has made jumps of all those calls. It is not bound to, so the program is looked at.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::elf::{RISCV, half, machine, word};

/// What the names of the interpreter's functions have in them.
const MODULE: &str = "tail_loop";
/// As many instructions as Pulley has at least. LLVM merges functions that are alike.
const LEAST: usize = 150;

/// `st_info`: a function. System V ABI, "Symbol Table".
const FUNCTION: u8 = 2;
const SYMBOL_BYTES: usize = 16;

struct Symbol<'a> {
    name: &'a str,
    at: u32,
    size: u32,
    function: bool,
}

/// A call that comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Call {
    /// To where a register says.
    Indirect,
    /// To an address.
    To(u32),
}

/// Checks a program.
pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let riscv = machine(&bytes)? == RISCV;
    let symbols = symbols(&bytes)?;
    let handlers: Vec<&Symbol<'_>> =
        symbols.iter().filter(|symbol| symbol.function && symbol.name.contains(MODULE)).collect();
    ensure!(handlers.len() >= LEAST, "{} has {} functions of the interpreter", path.display(), handlers.len());
    for handler in &handlers {
        // Arm marks addresses of functions in Thumb code by an odd number.
        let start = handler.at & !1;
        let mut at = start;
        while at < start + handler.size {
            if let Some(data) = data_at(&symbols, at).filter(|_| !riscv) {
                at = data;
                continue;
            }
            let place = place(&bytes, at)?;
            let (first, second) = (half(&bytes, place)?, half(&bytes, place + 2).unwrap_or_default());
            let (call, len) = if riscv { riscv_call(at, first, second) } else { thumb_call(at, first, second) };
            let bad = match call {
                None => false,
                Some(Call::Indirect) => true,
                Some(Call::To(target)) => handlers.iter().any(|other| other.at & !1 == target),
            };
            ensure!(!bad, "{}: a call at {at:#x} in {} is no jump", path.display(), handler.name);
            at += len;
        }
    }
    Ok(())
}

/// Reads an instruction of RISC-V: its call, if it is one, and its length. RISC-V ISA manual, volume I, "RV32I", "C", "Zcmt".
fn riscv_call(at: u32, first: u16, second: u16) -> (Option<Call>, u32) {
    let bits = |value: u32, from: u32, len: u32| (value >> from) & ((1 << len) - 1);
    if first & 3 != 3 {
        let op = u32::from(first);
        let call = match first & 0xe003 {
            // c.jal: imm[11|4|9:8|10|6|7|3:1|5].
            0x2001 => {
                let offset = bits(op, 12, 1) << 11
                    | bits(op, 11, 1) << 4
                    | bits(op, 9, 2) << 8
                    | bits(op, 8, 1) << 10
                    | bits(op, 7, 1) << 6
                    | bits(op, 6, 1) << 7
                    | bits(op, 3, 3) << 1
                    | bits(op, 2, 1) << 5;
                Some(Call::To(at.wrapping_add(extended(offset, 12))))
            }
            // c.jalr; with register 0 it is c.ebreak.
            _ if first & 0xf07f == 0x9002 && first != 0x9002 => Some(Call::Indirect),
            _ => None,
        };
        return (call, 2);
    }
    let op = u32::from(first) | u32::from(second) << 16;
    let call = match (op & 0x7f, bits(op, 7, 5)) {
        (0x6f | 0x67, 0) => None,
        (0x6f, _) => {
            let offset = bits(op, 31, 1) << 20 | bits(op, 21, 10) << 1 | bits(op, 20, 1) << 11 | bits(op, 12, 8) << 12;
            Some(Call::To(at.wrapping_add(extended(offset, 21))))
        }
        // A call to a far address is taken for one that a register says: the interpreter's functions are near.
        (0x67, _) => Some(Call::Indirect),
        _ => None,
    };
    (call, 4)
}

/// As for RISC-V. Arm DDI 0553, "BL", "BLX, BLXNS".
fn thumb_call(at: u32, first: u16, second: u16) -> (Option<Call>, u32) {
    if first >> 11 < 0b11101 {
        return ((first & 0xff87 == 0x4780).then_some(Call::Indirect), 2);
    }
    if first & 0xf800 != 0xf000 || second & 0xd000 != 0xd000 {
        return (None, 4);
    }
    let bit = |value: u16, at: u16| u32::from(value >> at & 1);
    let sign = bit(first, 10);
    // I1 and I2 are NOT(J EOR S).
    let [high, low] = [13, 11].map(|place| 1 ^ bit(second, place) ^ sign);
    let offset = sign << 24 | high << 23 | low << 22 | u32::from(first & 0x3ff) << 12 | u32::from(second & 0x7ff) << 1;
    (Some(Call::To(at.wrapping_add(4).wrapping_add(extended(offset, 25)))), 4)
}

/// Extends the sign of a number of so many bits.
fn extended(value: u32, bits: u32) -> u32 {
    if value >> (bits - 1) & 1 == 1 { value | !((1 << bits) - 1) } else { value }
}

/// Returns where code goes on behind data at an address, if there is data. Arm AAELF32, "Mapping symbols".
fn data_at(symbols: &[Symbol<'_>], at: u32) -> Option<u32> {
    let mapping = |symbol: &&Symbol<'_>| symbol.name.starts_with("$d") || symbol.name.starts_with("$t");
    let before = symbols.iter().filter(mapping).filter(|symbol| symbol.at <= at).max_by_key(|symbol| symbol.at)?;
    if before.name.starts_with("$t") {
        return None;
    }
    let behind = symbols.iter().filter(mapping).filter(|symbol| symbol.at > at).map(|symbol| symbol.at).min();
    Some(behind.unwrap_or(u32::MAX))
}

/// Returns where the file has what is loaded at an address.
fn place(bytes: &[u8], address: u32) -> anyhow::Result<usize> {
    let (headers, size, count) = (word(bytes, 28)?, half(bytes, 42)?, half(bytes, 44)?);
    for index in 0..u32::from(count) {
        let at = usize::try_from(headers + index * u32::from(size))?;
        let [kind, offset, used, in_file] = [0, 4, 8, 16].map(|field| word(bytes, at + field).unwrap_or_default());
        if kind == 1 && address >= used && address - used < in_file {
            return Ok(usize::try_from(offset + address - used)?);
        }
    }
    anyhow::bail!("nothing is loaded at {address:#x}")
}

/// Reads the symbols. System V ABI, "Sections", "Symbol Table".
fn symbols(bytes: &[u8]) -> anyhow::Result<Vec<Symbol<'_>>> {
    const SYMBOLS: u32 = 2;
    let (headers, size, count) = (word(bytes, 32)?, half(bytes, 46)?, half(bytes, 48)?);
    let section = |index: u32| usize::try_from(headers + index * u32::from(size)).unwrap_or(usize::MAX);
    let table = (0..u32::from(count)).map(section).find(|at| word(bytes, at + 4).ok() == Some(SYMBOLS));
    let table = table.context("the program has no symbols")?;
    let names = section(word(bytes, table + 24)?);
    let names = usize::try_from(word(bytes, names + 16)?)?;
    let (start, len) = (usize::try_from(word(bytes, table + 16)?)?, usize::try_from(word(bytes, table + 20)?)?);
    let symbol = |at: usize| {
        let name = bytes.get(names + usize::try_from(word(bytes, at)?)?..).context("the ELF file is cut off")?;
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        let function = bytes.get(at + 12).is_some_and(|info| info & 0xf == FUNCTION);
        Ok(Symbol { name: std::str::from_utf8(name)?, at: word(bytes, at + 4)?, size: word(bytes, at + 8)?, function })
    };
    (start..start + len).step_by(SYMBOL_BYTES).map(symbol).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_from_jumps() {
        // As `llvm-mc` has them: jalr a5; jr a5; jal +0x10; j +0x10; call over a register; c.ebreak.
        assert_eq!(riscv_call(0, 0x9782, 0), (Some(Call::Indirect), 2));
        assert_eq!(riscv_call(0, 0x8782, 0), (None, 2));
        assert_eq!(riscv_call(0x100, 0x00ef, 0x0100), (Some(Call::To(0x110)), 4));
        assert_eq!(riscv_call(0x100, 0x006f, 0x0100), (None, 4));
        assert_eq!(riscv_call(0x100, 0x2801, 0), (Some(Call::To(0x110)), 2));
        assert_eq!(riscv_call(0, 0x80e7, 0x0007), (Some(Call::Indirect), 4));
        assert_eq!(riscv_call(0, 0x9002, 0), (None, 2));
        // blx r3; bx r3; bl +0x10 behind the next instruction; bl back to itself; b.w.
        assert_eq!(thumb_call(0, 0x4798, 0), (Some(Call::Indirect), 2));
        assert_eq!(thumb_call(0, 0x4718, 0), (None, 2));
        assert_eq!(thumb_call(0x100, 0xf000, 0xf808), (Some(Call::To(0x114)), 4));
        assert_eq!(thumb_call(0x100, 0xf7ff, 0xfffe), (Some(Call::To(0x100)), 4));
        assert_eq!(thumb_call(0x100, 0xf000, 0xb808), (None, 4));
    }
}
