//! What the boot ROM leaves for a program: functions for the flash, and the one in the boot memory that sets reads of it up again.
//! RP2350 data sheet, section 5.4, "Bootrom APIs".
//!
//! The ROM's own code does not run. Each function is a stub that stores its arguments and its number in registers which the chip does not
//! have, and returns what it finds there; [`Call`] is what it asks for.

use super::{Block, Cx};

/// Where the boot memory is, and where the stubs store arguments and number.
pub(crate) const BOOT_MEMORY: u32 = 0x400e_0000;
const ARGUMENTS: u32 = 0xff0;
const NUMBER: u32 = 0xffc;

/// Where the ROM has the pointer to its look-up, its version, and the stubs.
const LOOK_UP_POINTER: usize = 0x16;
const VERSION: (usize, u8) = (0x13, 2);
const STUBS: usize = 0x100;
const STUB_WORDS: usize = 6;

/// The functions, by their codes; the stub of the first is the look-up itself, and that of the last is in the boot memory.
const CODES: [&[u8; 2]; 6] = [b"IF", b"EX", b"RE", b"RP", b"FC", b"CX"];

/// What a program asks of the ROM.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Call {
    /// The flash cannot be read from here on: it waits for commands.
    Exit,
    /// It can be read again.
    Enter,
    Erase {
        at: u32,
        len: u32,
        block: u32,
    },
    Program {
        at: u32,
        data: u32,
        len: u32,
    },
}

#[derive(Default, Debug)]
pub(crate) struct Rom {
    arguments: [u32; 3],
    call: Option<Call>,
}

/// Returns the ROM, as far as it is there.
pub(crate) fn image() -> Vec<u8> {
    let mut rom = vec![0; STUBS];
    if let Some(version) = rom.get_mut(VERSION.0) {
        *version = VERSION.1;
    }
    let pointer = stub_address(0).to_le_bytes();
    rom.iter_mut().skip(LOOK_UP_POINTER).zip(pointer).take(2).for_each(|(slot, byte)| *slot = byte);
    for number in 0..=CODES.len() {
        rom.extend(stub(number).into_iter().flat_map(u32::to_le_bytes));
    }
    rom
}

/// Thumb: the lowest bit is set.
fn stub_address(number: usize) -> u32 {
    u32::try_from(STUBS + number * STUB_WORDS * 4).unwrap_or(0) | 1
}

/// push {r4, lr}; ldr r4, [pc, #16]; str r0, [r4]; str r1, [r4, #4]; str r2, [r4, #8]; movs r0, #number; str r0, [r4, #12];
/// ldr r0, [r4]; pop {r4, pc}; nop; where the registers are.
fn stub(number: usize) -> [u32; STUB_WORDS] {
    let number = u32::try_from(number).unwrap_or(0);
    [0x4c04_b510, 0x6061_6020, 0x2000_60a2 | number << 16, 0x6820_60e0, 0xbf00_bd10, BOOT_MEMORY + ARGUMENTS]
}

impl Rom {
    /// Returns what the program has asked for.
    pub(crate) fn take(&mut self) -> Option<Call> {
        self.call.take()
    }

    fn call(&mut self, number: u32) -> Option<()> {
        let [first, second, third] = self.arguments;
        self.call = match number {
            0 => {
                let code = u16::try_from(first).ok()?.to_le_bytes();
                let known = CODES.iter().position(|known| **known == code);
                self.arguments[0] = known.map_or(0, |index| stub_address(index + 1));
                None
            }
            1 | 5 => None,
            2 => Some(Call::Exit),
            3 => Some(Call::Erase { at: first, len: second, block: third }),
            4 => Some(Call::Program { at: first, data: second, len: third }),
            6 => Some(Call::Enter),
            _ => return None,
        };
        Some(())
    }
}

impl Block for Rom {
    fn peek(&self, offset: u32, _: &Cx<'_>) -> Option<u32> {
        let index = usize::try_from(offset / 4).ok()?;
        match offset {
            // The function that sets up reads: that of the commands does the same here.
            0..0x100 => Some(stub(CODES.len()).get(index).copied().unwrap_or(0)),
            ARGUMENTS => Some(self.arguments[0]),
            _ => None,
        }
    }

    fn write(&mut self, offset: u32, value: u32, _: &mut Cx<'_>) -> Option<()> {
        match offset {
            ARGUMENTS..NUMBER => {
                let index = usize::try_from((offset - ARGUMENTS) / 4).ok()?;
                *self.arguments.get_mut(index)? = value;
                Some(())
            }
            NUMBER => self.call(value),
            _ => None,
        }
    }
}
