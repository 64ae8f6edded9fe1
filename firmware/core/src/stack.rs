//! Stacks for guests, and the switch from one stack to another.
#![expect(unsafe_code, reason = "stacks are exchanged, in assembly")]

use core::arch::naked_asm;
use core::cell::UnsafeCell;

/// The bytes of each guest's stack: what Wasmtime and the host functions need. The guest's own functions have theirs on the heap.
pub const STACK_BYTES: usize = 10 * 1024;

/// What an unused stack is filled with, to see later how much was used.
const PAINT: u8 = 0xa5;

/// A stack.
#[repr(C, align(16))]
#[derive(Debug)]
pub(crate) struct Stack(UnsafeCell<[u8; STACK_BYTES]>);

// SAFETY: one processor, and no interrupt uses it: `turns` alone does, between switches.
unsafe impl Sync for Stack {}

/// The words that [`switch`] keeps on a stack: 16 of floats and 9 others on Arm, 13 on RISC-V; the last is where it goes on.
#[cfg(target_arch = "arm")]
const KEPT_WORDS: usize = 16 + 9;
#[cfg(not(target_arch = "arm"))]
const KEPT_WORDS: usize = 16;

/// Where the address to go on is among them.
#[cfg(target_arch = "arm")]
const RETURN_WORD: usize = KEPT_WORDS - 1;
#[cfg(not(target_arch = "arm"))]
const RETURN_WORD: usize = 0;

impl Stack {
    pub(crate) const fn new() -> Stack {
        Stack(UnsafeCell::new([0; STACK_BYTES]))
    }

    /// Prepares the stack so that a switch to what is returned calls `entry`. Nothing may run on it.
    pub(crate) fn prepare(&'static self, entry: extern "C" fn() -> !) -> *mut u8 {
        let bottom: *mut u8 = self.0.get().cast();
        // SAFETY: all of it is within the stack, which nobody uses; the top is aligned for words.
        unsafe {
            bottom.write_bytes(PAINT, STACK_BYTES);
            // One word of room keeps the first frame within the stack, 8 bytes aligned as the procedure call standards ask.
            let kept: *mut usize = bottom.add(STACK_BYTES - (KEPT_WORDS * 4).next_multiple_of(16)).cast();
            kept.write_bytes(0, KEPT_WORDS);
            kept.add(RETURN_WORD).write(entry as usize);
            kept.cast()
        }
    }

    /// Returns how many bytes were used at most since [`Stack::prepare`].
    pub(crate) fn used(&'static self) -> usize {
        let bottom: *const u8 = self.0.get().cast();
        // SAFETY: reads within the stack.
        let untouched = (0..STACK_BYTES).take_while(|&at| unsafe { bottom.add(at).read_volatile() } == PAINT);
        STACK_BYTES - untouched.count()
    }

    /// Returns whether the last bytes were reached: what is below is no longer what it was.
    pub(crate) fn is_full(&'static self) -> bool {
        let bottom: *const u8 = self.0.get().cast();
        // SAFETY: as above.
        (0..16).any(|at| unsafe { bottom.add(at).read_volatile() } != PAINT)
    }
}

/// Stores what the caller must find again and its stack pointer at `from`, and goes on where the stack `to` was left.
///
/// # Safety
///
/// `to` is what [`Stack::prepare`] returned or a switch stored, and was not gone to since; `from` can be written to.
#[cfg(target_arch = "arm")]
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn switch(from: *mut *mut u8, to: *mut u8) {
    // AAPCS32: r4 to r11 and s16 to s31 belong to the caller. Wasmtime's own switch leaves the floats out.
    naked_asm!(
        // Naked functions are assembled without the processor's features.
        ".fpu fpv5-sp-d16",
        "push {{r4-r11, lr}}",
        "vpush {{s16-s31}}",
        "str sp, [r0]",
        "mov sp, r1",
        "vpop {{s16-s31}}",
        "pop {{r4-r11, pc}}",
    )
}

/// As on Arm.
///
/// # Safety
///
/// As on Arm.
#[cfg(target_arch = "riscv32")]
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn switch(from: *mut *mut u8, to: *mut u8) {
    // RISC-V calling convention: s0 to s11 belong to the caller. There are no float registers.
    naked_asm!(
        "addi sp, sp, -64",
        "sw ra, 0(sp)",
        "sw s0, 4(sp)",
        "sw s1, 8(sp)",
        "sw s2, 12(sp)",
        "sw s3, 16(sp)",
        "sw s4, 20(sp)",
        "sw s5, 24(sp)",
        "sw s6, 28(sp)",
        "sw s7, 32(sp)",
        "sw s8, 36(sp)",
        "sw s9, 40(sp)",
        "sw s10, 44(sp)",
        "sw s11, 48(sp)",
        "sw sp, 0(a0)",
        "mv sp, a1",
        "lw ra, 0(sp)",
        "lw s0, 4(sp)",
        "lw s1, 8(sp)",
        "lw s2, 12(sp)",
        "lw s3, 16(sp)",
        "lw s4, 20(sp)",
        "lw s5, 24(sp)",
        "lw s6, 28(sp)",
        "lw s7, 32(sp)",
        "lw s8, 36(sp)",
        "lw s9, 40(sp)",
        "lw s10, 44(sp)",
        "lw s11, 48(sp)",
        "addi sp, sp, 64",
        "ret",
    )
}
