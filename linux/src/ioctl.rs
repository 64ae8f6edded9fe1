//! The three calls of `linux/i2c-dev.h` that the back end makes, and one of terminals. No crate offers `I2C_FUNCS`, nor a
//! message's length unclipped, nor what is left in a terminal.
#![expect(unsafe_code, reason = "ioctls pass pointers to the kernel")]

#[cfg(test)]
mod tests;

use std::ffi::{c_int, c_ulong, c_void};
use std::fs::File;
use std::os::fd::AsFd;

use crate::i2c::Address;
use embedded_hal::i2c::Operation;
use rustix::io::Errno;
use rustix::ioctl::{Getter, IntegerSetter, Ioctl, IoctlOutput, Opcode, ioctl};

// include/uapi/linux/i2c-dev.h
const I2C_SLAVE: Opcode = 0x0703;
const I2C_TENBIT: Opcode = 0x0704;
const I2C_TIMEOUT: Opcode = 0x0702;
const I2C_FUNCS: Opcode = 0x0705;
const I2C_RDWR: Opcode = 0x0707;

// include/uapi/asm-generic/ioctls.h, which the architectures of the boards have
const TIOCOUTQ: Opcode = 0x5411;

// include/uapi/linux/i2c.h
const I2C_M_RD: u16 = 0x0001;
const I2C_M_TEN: u16 = 0x0010;

/// `struct i2c_msg` of `linux/i2c.h`.
#[repr(C)]
#[derive(Debug)]
struct Message {
    address: u16,
    flags: u16,
    len: u16,
    buffer: *mut u8,
}

/// `struct i2c_rdwr_ioctl_data` of `linux/i2c-dev.h`.
#[repr(C)]
#[derive(Debug)]
struct Messages {
    messages: *mut Message,
    count: u32,
}

/// Returns what an adapter can do.
pub(super) fn functions(file: &File) -> Result<c_ulong, Errno> {
    // SAFETY: I2C_FUNCS stores an unsigned long.
    unsafe { ioctl(file, Getter::<I2C_FUNCS, c_ulong>::new()) }
}

/// Returns how many bytes a terminal has taken and not sent yet: `TIOCOUTQ`.
pub(super) fn bytes_to_send(terminal: impl AsFd) -> Result<c_int, Errno> {
    // SAFETY: TIOCOUTQ stores an int.
    unsafe { ioctl(terminal, Getter::<TIOCOUTQ, c_int>::new()) }
}

/// Sets how long the adapter waits for a transaction, in steps of 10 ms.
pub(super) fn set_timeout(file: &File, steps: usize) -> Result<(), Errno> {
    // SAFETY: I2C_TIMEOUT takes an integer.
    unsafe { ioctl(file, IntegerSetter::<I2C_TIMEOUT>::new_usize(steps)) }
}

/// Asks for an address.
pub(super) fn claim(file: &File, address: Address) -> Result<(), Errno> {
    let (ten_bit, address) = claimed(address);
    // SAFETY: I2C_TENBIT takes an integer of which it looks at whether it is 0.
    unsafe { ioctl(file, IntegerSetter::<I2C_TENBIT>::new_usize(ten_bit)) }?;
    // SAFETY: I2C_SLAVE takes an integer and refuses what is no address.
    unsafe { ioctl(file, IntegerSetter::<I2C_SLAVE>::new_usize(address)) }
}

/// Returns what `I2C_TENBIT` and `I2C_SLAVE` take for an address.
fn claimed(address: Address) -> (usize, usize) {
    match address {
        Address::SevenBit(address) => (0, usize::from(address)),
        Address::TenBit(address) => (1, usize::from(address)),
    }
}

/// Returns the messages of a transaction: one for each operation.
fn messages(address: Address, operations: &mut [Operation<'_>]) -> Result<Vec<Message>, Errno> {
    let (address, width) = match address {
        Address::SevenBit(address) => (u16::from(address), 0),
        Address::TenBit(address) => (address, I2C_M_TEN),
    };
    let message = |operation: &mut Operation<'_>| {
        let (flags, len, buffer) = match operation {
            Operation::Read(bytes) => (I2C_M_RD | width, bytes.len(), bytes.as_mut_ptr()),
            Operation::Write(bytes) => (width, bytes.len(), bytes.as_ptr().cast_mut()),
        };
        let len = u16::try_from(len).map_err(|_| Errno::INVAL)?;
        Ok(Message { address, flags, len, buffer })
    };
    operations.iter_mut().map(message).collect()
}

/// Carries out one transaction.
pub(super) fn transfer(file: &File, address: Address, operations: &mut [Operation<'_>]) -> Result<usize, Errno> {
    let mut messages = messages(address, operations)?;
    let count = u32::try_from(messages.len()).map_err(|_| Errno::INVAL)?;
    // SAFETY: I2C_RDWR takes `count` messages. Each points to `len` bytes that are borrowed until the call has returned; the
    // kernel writes only to those of messages with I2C_M_RD, which come from exclusive borrows.
    unsafe { ioctl(file, Messages { messages: messages.as_mut_ptr(), count }) }
}

// SAFETY: the pointer is to the structure that I2C_RDWR takes on every platform, and the result is a number, not memory.
unsafe impl Ioctl for Messages {
    type Output = usize;

    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        I2C_RDWR
    }

    fn as_ptr(&mut self) -> *mut c_void {
        (&raw mut *self).cast()
    }

    unsafe fn output_from_ptr(count: IoctlOutput, _: *mut c_void) -> Result<usize, Errno> {
        usize::try_from(count).map_err(|_| Errno::IO)
    }
}
