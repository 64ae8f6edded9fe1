//! Whether the interpreter's instructions jump to each other.
//!
//! With `pulley_assume_llvm_makes_tail_calls` every instruction of Pulley is a function that ends with a call of the next one's, and
//! the stack holds only if the compiler has made jumps of all those calls. It is not bound to, so the program is looked at: no
//! function of the interpreter, and no piece that the compiler has taken out of one, may call over a register.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::elf::{RISCV, half, machine, word};

/// What the names of the interpreter's functions have in them.
const MODULE: &str = "tail_loop";
/// What the names of shared pieces begin with.
const SHARED: &str = "OUTLINED_FUNCTION_";
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

/// A function, with what goes elsewhere in it.
struct Function {
    name: String,
    start: u32,
    branches: Vec<(u32, Branch)>,
}

struct Program {
    functions: Vec<Function>,
}

/// An instruction that goes elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Branch {
    /// A call, to where a register says.
    Indirect,
    /// A call of an address.
    Call(u32),
    /// A jump to an address.
    Jump(u32),
}

/// Checks a program.
pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    let program = Program::read(&fs::read(path).with_context(|| format!("cannot read {}", path.display()))?)?;
    let named = |part: &str| program.functions.iter().filter(|function| function.name.contains(part)).collect();
    let (own, shared): (Vec<&Function>, Vec<&Function>) = (named(MODULE), named(SHARED));
    ensure!(own.len() >= LEAST, "{} has {} functions of the interpreter", path.display(), own.len());
    let unfit = |function: &&&Function| function.branches.iter().any(|(_, branch)| *branch == Branch::Indirect);
    let unfit: Vec<u32> = shared.iter().filter(unfit).map(|function| function.start).collect();
    for function in &own {
        for (at, branch) in &function.branches {
            let bad = match branch {
                Branch::Indirect => true,
                Branch::Call(target) => own.iter().any(|other| other.start == *target) || unfit.contains(target),
                Branch::Jump(target) => unfit.contains(target),
            };
            ensure!(!bad, "{}: a call at {at:#x} in {} is no jump", path.display(), function.name);
        }
    }
    Ok(())
}

/// Reads an instruction of RISC-V: its call, if it is one, and its length. RISC-V ISA manual, volume I, "RV32I", "C", "Zcmt".
fn riscv(at: u32, first: u16, second: u16) -> (Option<Branch>, u32) {
    let bits = |value: u32, from: u32, len: u32| (value >> from) & ((1 << len) - 1);
    if first & 3 != 3 {
        // imm[11|4|9:8|10|6|7|3:1|5].
        let op = u32::from(first);
        let offset = bits(op, 12, 1) << 11
            | bits(op, 11, 1) << 4
            | bits(op, 9, 2) << 8
            | bits(op, 8, 1) << 10
            | bits(op, 7, 1) << 6
            | bits(op, 6, 1) << 7
            | bits(op, 3, 3) << 1
            | bits(op, 2, 1) << 5;
        let target = at.wrapping_add(extended(offset, 12));
        let branch = match first & 0xe003 {
            0x2001 => Some(Branch::Call(target)),
            0xa001 => Some(Branch::Jump(target)),
            // c.jalr; with register 0 it is c.ebreak.
            _ if first & 0xf07f == 0x9002 && first != 0x9002 => Some(Branch::Indirect),
            _ => None,
        };
        return (branch, 2);
    }
    let op = u32::from(first) | u32::from(second) << 16;
    let offset = bits(op, 31, 1) << 20 | bits(op, 21, 10) << 1 | bits(op, 20, 1) << 11 | bits(op, 12, 8) << 12;
    let target = at.wrapping_add(extended(offset, 21));
    let branch = match (op & 0x7f, bits(op, 7, 5)) {
        (0x6f, 0) => Some(Branch::Jump(target)),
        (0x6f, _) => Some(Branch::Call(target)),
        (0x67, 0) => None,
        // A call of a far address is taken for one that a register says: what the interpreter calls is near.
        (0x67, _) => Some(Branch::Indirect),
        _ => None,
    };
    (branch, 4)
}

/// As for RISC-V. Arm DDI 0553, "BL", "BLX, BLXNS".
fn thumb(at: u32, first: u16, second: u16) -> (Option<Branch>, u32) {
    let target = |offset: u32, bits: u32| at.wrapping_add(4).wrapping_add(extended(offset, bits));
    if first >> 11 < 0b11101 {
        let branch = match first {
            _ if first & 0xff87 == 0x4780 => Some(Branch::Indirect),
            _ if first >> 11 == 0b11100 => Some(Branch::Jump(target(u32::from(first & 0x7ff) << 1, 12))),
            _ => None,
        };
        return (branch, 2);
    }
    let bit = |value: u16, at: u16| u32::from(value >> at & 1);
    let sign = bit(first, 10);
    // I1 and I2 are NOT(J EOR S).
    let [high, low] = [13, 11].map(|place| 1 ^ bit(second, place) ^ sign);
    let offset = sign << 24 | high << 23 | low << 22 | u32::from(first & 0x3ff) << 12 | u32::from(second & 0x7ff) << 1;
    let branch = match (first & 0xf800, second & 0xd000) {
        (0xf000, 0xd000) => Some(Branch::Call(target(offset, 25))),
        (0xf000, 0x9000) => Some(Branch::Jump(target(offset, 25))),
        _ => None,
    };
    (branch, 4)
}

/// Extends the sign of a number of so many bits.
fn extended(value: u32, bits: u32) -> u32 {
    if value >> (bits - 1) & 1 == 1 { value | !((1 << bits) - 1) } else { value }
}

impl Program {
    fn read(bytes: &[u8]) -> anyhow::Result<Program> {
        let is_riscv = machine(bytes)? == RISCV;
        let symbols = symbols(bytes)?;
        let mark = |symbol: &Symbol<'_>| {
            let is_data = symbol.name.starts_with("$d");
            (is_data || ["$t", "$x"].iter().any(|mark| symbol.name.starts_with(mark))).then_some((symbol.at, is_data))
        };
        let mut marks: Vec<(u32, bool)> = symbols.iter().filter_map(mark).collect();
        marks.sort_unstable();
        let wanted =
            |symbol: &&Symbol<'_>| symbol.function && (symbol.name.contains(MODULE) || symbol.name.starts_with(SHARED));
        let function = |symbol: &Symbol<'_>| {
            // Arm marks addresses of functions in Thumb code by an odd number.
            let start = symbol.at & !1;
            let mut branches = Vec::new();
            let mut at = start;
            while at < start + symbol.size {
                if let Some(data) = data_at(&marks, at) {
                    at = data;
                    continue;
                }
                let place = place(bytes, at)?;
                let (first, second) = (half(bytes, place)?, half(bytes, place + 2).unwrap_or_default());
                let (branch, len) = if is_riscv { riscv(at, first, second) } else { thumb(at, first, second) };
                branches.extend(branch.map(|branch| (at, branch)));
                at += len;
            }
            Ok(Function { name: symbol.name.to_owned(), start, branches })
        };
        let functions = symbols.iter().filter(wanted).map(function).collect::<anyhow::Result<_>>()?;
        Ok(Program { functions })
    }
}

/// Returns where code goes on behind data at an address, if there is data. `marks` are the addresses, in order, where data begin or
/// where code does. Arm AAELF32, "Mapping symbols"; RISC-V has the same.
fn data_at(marks: &[(u32, bool)], at: u32) -> Option<u32> {
    let next = marks.partition_point(|(place, _)| *place <= at);
    let (_, is_data) = marks.get(next.checked_sub(1)?)?;
    is_data.then(|| marks.get(next).map_or(u32::MAX, |(place, _)| *place))
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
        // jalr a5; jr a5; jal +0x10; j +0x10; both short; a call over a register; c.ebreak.
        assert_eq!(riscv(0, 0x9782, 0), (Some(Branch::Indirect), 2));
        assert_eq!(riscv(0, 0x8782, 0), (None, 2));
        assert_eq!(riscv(0x100, 0x00ef, 0x0100), (Some(Branch::Call(0x110)), 4));
        assert_eq!(riscv(0x100, 0x006f, 0x0100), (Some(Branch::Jump(0x110)), 4));
        assert_eq!(riscv(0x100, 0x2801, 0), (Some(Branch::Call(0x110)), 2));
        assert_eq!(riscv(0x100, 0xa801, 0), (Some(Branch::Jump(0x110)), 2));
        assert_eq!(riscv(0, 0x80e7, 0x0007), (Some(Branch::Indirect), 4));
        assert_eq!(riscv(0, 0x9002, 0), (None, 2));
        // blx r3; bx r3; bl +0x10 behind the next instruction; bl to itself; b.w; b to itself.
        assert_eq!(thumb(0, 0x4798, 0), (Some(Branch::Indirect), 2));
        assert_eq!(thumb(0, 0x4718, 0), (None, 2));
        assert_eq!(thumb(0x100, 0xf000, 0xf808), (Some(Branch::Call(0x114)), 4));
        assert_eq!(thumb(0x100, 0xf7ff, 0xfffe), (Some(Branch::Call(0x100)), 4));
        assert_eq!(thumb(0x100, 0xf000, 0xb808), (Some(Branch::Jump(0x114)), 4));
        assert_eq!(thumb(0x100, 0xe7fe, 0), (Some(Branch::Jump(0x100)), 2));
    }
}
