#!/usr/bin/env bash
# rp235x-hal's I2C controller returns Ok for a write that nobody acknowledges.
#
# One would expect: an error. embedded-hal 1.0, `i2c::NoAcknowledgeSource::Address`: "The device did not acknowledge its address." The
# controller reports it: RP2350 data sheet, section 12.2.17, IC_TX_ABRT_SOURCE, bit 0, ABRT_7B_ADDR_NOACK.
#
# What happens: `write_internal` asks for the reason of an abort while the FIFO is full, and at its end only if it has one already. A write
# that fits the FIFO of 16 bytes is put into it before the address has gone out: the STOP that the controller sends by itself is taken for
# the end of the write. The reason stays in IC_TX_ABRT_SOURCE, where nobody reads it. A read from the same address is an error.
#
# Version: rp235x-hal 0.4.0 of crates.io, for Armv8-M, on the few registers of an RP2350 in Unicorn 2.1.4 of PyPI.
# Concerns: whoever drives a part on a Pico 2 by this crate: commands to a part that is missing or busy, an EEPROM that is being written to
# among them, are Ok, and a scan by writes finds a part at every address.
# Needs bash, cargo with the target thumbv8m.main-none-eabihf, and Python 3 with venv. Exit status 0: still so. 1: it changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "scan"
version = "0.0.0"
edition = "2024"
[dependencies]
rp235x-hal = "=0.4.0"
embedded-hal = "=1.0.0"
[profile.release]
opt-level = 1
panic = "abort"
[workspace]
TOML
cat > src/main.rs <<'RUST'
#![no_std]
#![no_main]
use embedded_hal::i2c::I2c as _;
use rp235x_hal::fugit::RateExtU32 as _;
use rp235x_hal::gpio::{FunctionI2C, Pin, PullUp};
use rp235x_hal::{gpio, pac, Sio, I2C};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

/// Writes so many bytes to an address, or reads one byte for 0. Returns 1 for Ok and 2 for an error.
#[unsafe(no_mangle)]
pub extern "C" fn nobody(len: usize) -> u32 {
    let mut chip = unsafe { pac::Peripherals::steal() };
    let sio = Sio::new(chip.SIO);
    let pins = gpio::Pins::new(chip.IO_BANK0, chip.PADS_BANK0, sio.gpio_bank0, &mut chip.RESETS);
    let sda: Pin<_, FunctionI2C, PullUp> = pins.gpio8.reconfigure();
    let scl: Pin<_, FunctionI2C, PullUp> = pins.gpio9.reconfigure();
    let mut bus = I2C::i2c0(chip.I2C0, sda, scl, 100.kHz(), &mut chip.RESETS, 150.MHz());
    let answer = match len {
        0 => bus.read(0x51_u8, &mut [0]),
        len => bus.write(0x51_u8, &[7; 16][..len.min(16)]),
    };
    if answer.is_ok() { 1 } else { 2 }
}
RUST
cat > link.x <<'LINK'
MEMORY { FLASH : ORIGIN = 0x10000000, LENGTH = 2M  RAM : ORIGIN = 0x20000000, LENGTH = 512K }
ENTRY(nobody)
SECTIONS { .text : { *(.text*) *(.rodata*) } > FLASH .data : { *(.data*) *(.bss*) } > RAM /DISCARD/ : { *(.ARM.exidx*) } }
LINK
CARGO_TARGET_DIR="$folder/target" RUSTFLAGS="-Clink-arg=-T$folder/link.x" \
    cargo build --quiet --release --target thumbv8m.main-none-eabihf

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check unicorn==2.1.4 setuptools==80.9.0 pyelftools==0.32
venv/bin/python - target/thumbv8m.main-none-eabihf/release/scan <<'PYTHON'
import sys
from elftools.elf.elffile import ELFFile
from unicorn import UC_ARCH_ARM, UC_MODE_MCLASS, UC_MODE_THUMB, UC_PROT_ALL, Uc
from unicorn.arm_const import UC_CPU_ARM_CORTEX_M33, UC_ARM_REG_LR, UC_ARM_REG_R0, UC_ARM_REG_SP

RESETS, I2C0, SIO = 0x4002_0000, 0x4009_0000, 0xD000_0000
# RP2350 data sheet, section 12.2.17: offsets of the registers that take part in a transfer.
CON, TAR, DATA_CMD, RAW_INTR, CLR_TX_ABRT, CLR_STOP, ENABLE, STATUS, RXFLR, ABRT = (
    0x00, 0x04, 0x10, 0x34, 0x54, 0x60, 0x6C, 0x70, 0x78, 0x80)
NO_ACK_OF_ADDRESS, TX_EMPTY, TX_ABRT, STOP_DET, NOT_FULL, EMPTY = 1, 1 << 4, 1 << 6, 1 << 9, 1 << 1, 1 << 2


class Controller:
    """DW_apb_i2c with nobody at the bus. The address is over when the processor has looked at a register 400 times."""

    def __init__(self):
        self.memory, self.fifo, self.looks, self.abort, self.raw = {}, 0, 0, 0, 0

    def address_is_over(self):
        # Nobody acknowledged: the FIFO is flushed, the reason is kept, and a STOP is sent.
        self.fifo, self.abort, self.looks = 0, NO_ACK_OF_ADDRESS, 0
        self.raw |= TX_ABRT | STOP_DET

    def look(self):
        if self.fifo:
            self.looks += 1
            if self.looks == 400:
                self.address_is_over()

    def read(self, offset):
        self.look()
        if offset == STATUS:
            return (NOT_FULL if self.fifo < 16 else 0) | (EMPTY if self.fifo == 0 else 0)
        if offset == RAW_INTR:
            return self.raw | (TX_EMPTY if self.fifo == 0 else 0)
        if offset == ABRT:
            return self.abort
        if offset == CLR_TX_ABRT:
            self.abort, self.raw = 0, self.raw & ~TX_ABRT
            return 0
        if offset == CLR_STOP:
            self.raw &= ~STOP_DET
            return 0
        return 0 if offset == RXFLR else self.memory.get(offset, 0)

    def write(self, offset, value):
        if offset == DATA_CMD:
            # While an abort is not cleared, the FIFO stays empty.
            if not self.raw & TX_ABRT:
                self.fifo += 1
        elif offset == ENABLE and not value & 1:
            self.fifo, self.memory[offset] = 0, value
        else:
            self.memory[offset] = value


def answer(program, length):
    """Runs `nobody(length)` on a chip that was just switched on."""
    controller, others = Controller(), {}

    def read(_, offset, size, base):
        address = base + offset
        if address & ~0xFFF == I2C0:
            return controller.read(address & 0xFFF)
        # Every block is out of reset.
        return 0xFFFF_FFFF if address == RESETS + 8 else others.get(address & ~0x3000, 0)

    def write(_, offset, size, value, base):
        # RP2350 data sheet, section 2.1.3: aliases that flip, set and clear bits.
        address, how = (base + offset) & ~0x3000, (base + offset) >> 12 & 3
        is_i2c = address & ~0xFFF == I2C0
        old = controller.memory.get(address & 0xFFF, 0) if is_i2c else others.get(address, 0)
        value = [value, old ^ value, old | value, old & ~value][how] & 0xFFFF_FFFF
        if is_i2c:
            controller.write(address & 0xFFF, value)
        else:
            others[address] = value

    machine = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
    machine.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M33)
    machine.mem_map(0x1000_0000, 0x20_0000)
    machine.mem_map(0x2000_0000, 0x8_2000)
    for base, size in [(0x4000_0000, 0x100_0000), (0xD000_0000, 0x1000), (0xE000_0000, 0x10_0000)]:
        machine.mmio_map(base, size, read, base, write, base)
    for segment in program.iter_segments():
        if segment["p_type"] == "PT_LOAD" and segment["p_filesz"]:
            machine.mem_write(segment["p_vaddr"], segment.data())
    machine.reg_write(UC_ARM_REG_SP, 0x2008_0000)
    machine.reg_write(UC_ARM_REG_LR, 0x101F_F001)
    machine.reg_write(UC_ARM_REG_R0, length)
    machine.emu_start(program["e_entry"] | 1, 0x101F_F000, count=20_000_000)
    return {1: "Ok", 2: "Err"}.get(machine.reg_read(UC_ARM_REG_R0), "no answer"), hex(controller.abort)


with open(sys.argv[1], "rb") as file:
    program = ELFFile(file)
    read_one = answer(program, 0)
    written = {length: answer(program, length) for length in (1, 2, 16)}
print("read of 1 byte from an address where nobody is:", *read_one)
for length, (said, abort) in written.items():
    print(f"write of {length} bytes to it: {said}; IC_TX_ABRT_SOURCE is {abort} afterwards")
assert read_one[0] == "Err", read_one
assert all(said == "Ok" for said, _ in written.values()), "a write that nobody acknowledges is no longer Ok"
PYTHON
