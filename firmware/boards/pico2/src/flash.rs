//! The flash memory, which is written to while the firmware runs from it: by functions of the boot ROM, called from memory.
#![expect(unsafe_code, reason = "functions of the boot ROM, and the flash mapped into memory")]

use core::{mem, ptr, slice};

use rp235x_hal::rom_data;
use wasm_embedded_line::{Flash, Page, UNIT_BYTES};

use crate::chip;

/// Where the flash is mapped. RP2350 datasheet, section 2.2, "Address map".
const MAPPED: usize = 0x1000_0000;
/// Where the boot ROM leaves the function that sets up fast reads of the flash, for whoever has switched them off: its first 256 bytes.
/// Section 5.4.8.9, "flash_enter_cmd_xip", and 2.2, "BOOTRAM".
const SET_UP: usize = 0x400e_0000;
const SET_UP_WORDS: usize = 64;
/// The command of the memory that erases [`UNIT_BYTES`]. Winbond W25Q32JV, section 8.2.19.
const BLOCK_ERASE: u8 = 0xd8;

/// A part of the flash memory, by offsets from its beginning.
#[derive(Debug)]
pub(crate) struct Part {
    at: u32,
    len: u32,
}

impl Part {
    /// Creates the only one of this place.
    pub(crate) const fn new(at: u32, len: u32) -> Part {
        Part { at, len }
    }
}

/// Returns bytes of the flash, by the offset from its beginning.
///
/// # Safety
///
/// They are not written to for as long as the slice is used.
pub(crate) unsafe fn mapped<'a>(at: u32, len: u32) -> &'a [u8] {
    let [at, len] = [at, len].map(|number| usize::try_from(number).unwrap_or(0));
    // SAFETY: all of the flash is mapped, and the caller's promise.
    unsafe { slice::from_raw_parts(ptr::with_exposed_provenance(MAPPED + at), len) }
}

impl Flash for Part {
    fn read(&self, at: u32, len: u32) -> &[u8] {
        let at = at.min(self.len);
        // SAFETY: only this part writes there, which is borrowed.
        unsafe { mapped(self.at + at, len.min(self.len - at)) }
    }

    fn erase(&mut self, at: u32, len: u32) {
        if at.checked_add(len).is_some_and(|end| end <= self.len) {
            let len = usize::try_from(len).unwrap_or(0);
            change(&Change { at: self.at + at, len, page: ptr::null() });
        }
    }

    fn program(&mut self, at: u32, page: &Page) {
        if at < self.len {
            change(&Change { at: self.at + at, len: 256, page: page.as_ptr() });
        }
    }
}

/// What is to be done: an erase, or with a page a write.
struct Change {
    at: u32,
    len: usize,
    page: *const u8,
}

/// The functions of the boot ROM: looked up while the flash can be read. Section 5.4, "Bootrom APIs".
struct Rom {
    connect: unsafe extern "C" fn(),
    exit: unsafe extern "C" fn(),
    erase: unsafe extern "C" fn(u32, usize, u32, u8),
    program: unsafe extern "C" fn(u32, *const u8, usize),
    flush: unsafe extern "C" fn(),
    set_up: unsafe extern "C" fn(),
}

fn change(change: &Change) {
    chip::feed_watchdog();
    let mut code = [0_u32; SET_UP_WORDS];
    for (index, word) in code.iter_mut().enumerate() {
        // SAFETY: words of the boot memory, which can be read.
        *word = unsafe { ptr::with_exposed_provenance::<u32>(SET_UP + 4 * index).read_volatile() };
    }
    // The lowest bit says that it is code of Arm's Thumb.
    let entry = code.as_ptr().expose_provenance() | usize::from(cfg!(target_arch = "arm"));
    let rom = Rom {
        connect: rom_data::connect_internal_flash::ptr(),
        exit: rom_data::flash_exit_xip::ptr(),
        erase: rom_data::flash_range_erase::ptr(),
        program: rom_data::flash_range_program::ptr(),
        flush: rom_data::flash_flush_cache::ptr(),
        // SAFETY: a function without arguments, as the boot ROM left it, that may run anywhere.
        set_up: unsafe { mem::transmute::<*const (), unsafe extern "C" fn()>(ptr::with_exposed_provenance(entry)) },
    };
    // SAFETY: the addresses are of a part of the flash that nobody reads meanwhile; nothing but what follows runs, since there is no
    // interrupt and the second core stays in the boot ROM.
    critical_section::with(|_| unsafe { from_memory(&rom, change) });
}

/// Changes the flash, from memory: nothing can be read from the flash meanwhile, no code either.
///
/// # Safety
///
/// The functions are the boot ROM's, and the place is one that may be changed.
#[unsafe(link_section = ".data.flash_change")]
#[inline(never)]
unsafe fn from_memory(rom: &Rom, change: &Change) {
    // SAFETY: the caller's promise; in the order of section 5.4.8.10, "flash_range_erase".
    unsafe {
        #[cfg(target_arch = "arm")]
        core::arch::asm!("dsb", "isb");
        #[cfg(target_arch = "riscv32")]
        core::arch::asm!("fence.i");
        (rom.connect)();
        (rom.exit)();
        if change.page.is_null() {
            (rom.erase)(change.at, change.len, UNIT_BYTES, BLOCK_ERASE);
        } else {
            (rom.program)(change.at, change.page, change.len);
        }
        (rom.flush)();
        (rom.set_up)();
    }
}
