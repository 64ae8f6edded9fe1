//! What the kernel gets, byte by byte, as its headers in include/uapi/linux have it.

use std::mem::offset_of;

use spidev::SpidevTransfer;

use super::*;
use crate::kernel::SpiTransfer;
use crate::real;

/// Returns a message of `struct i2c_msg` without its pointer: `addr`, `flags` and `len`, each of 16 bits.
fn head(message: &Message) -> [u8; 6] {
    let mut bytes = [0; 6];
    let fields = [
        (offset_of!(Message, address), message.address),
        (offset_of!(Message, flags), message.flags),
        (offset_of!(Message, len), message.len),
    ];
    for (offset, field) in fields {
        bytes[offset..offset + 2].copy_from_slice(&field.to_le_bytes());
    }
    bytes
}

#[test]
fn messages_of_i2c_are_those_of_the_kernels_header() {
    let (written, mut read) = ([0xaa, 0xbb], [0; 0x103]);
    let (write_at, read_at) = (written.as_ptr(), read.as_ptr());
    let operations = &mut [Operation::Write(&written), Operation::Read(&mut read)];
    // I2C_M_RD is 0x0001 and I2C_M_TEN 0x0010.
    let table = [
        (Address::SevenBit(0x76), [[0x76, 0, 0, 0, 2, 0], [0x76, 0, 1, 0, 3, 1]]),
        (Address::TenBit(0x150), [[0x50, 1, 0x10, 0, 2, 0], [0x50, 1, 0x11, 0, 3, 1]]),
    ];
    for (address, expected) in table {
        let messages = messages(address, operations).expect("they are short");
        assert_eq!(messages.iter().map(head).collect::<Vec<_>>(), expected, "{address}");
        let buffers: Vec<*const u8> = messages.iter().map(|message| message.buffer.cast_const()).collect();
        assert_eq!(buffers, [write_at, read_at], "{address}");
    }
    let word = size_of::<usize>();
    assert_eq!((size_of::<Message>(), offset_of!(Message, buffer)), (8 + word, 8));
    let rdwr = (size_of::<Messages>(), offset_of!(Messages, messages), offset_of!(Messages, count));
    assert_eq!(rdwr, (2 * word, 0, word), "`struct i2c_rdwr_ioctl_data`");
}

#[test]
fn a_message_is_as_long_as_sixteen_bits_can_say_or_refused() {
    let longest = vec![0; 0xffff];
    let messages = messages(Address::SevenBit(0x50), &mut [Operation::Write(&longest)]);
    assert_eq!(messages.map(|messages| messages[0].len), Ok(0xffff));
    let longer = vec![0; 0x1_0000];
    assert!(matches!(super::messages(Address::SevenBit(0x50), &mut [Operation::Write(&longer)]), Err(Errno::INVAL)));
}

#[test]
fn calls_have_the_numbers_of_the_kernels_headers() {
    let mut transaction = Messages { messages: std::ptr::null_mut(), count: 0 };
    assert_eq!(Ioctl::opcode(&transaction), 0x0707, "I2C_RDWR");
    let at = (&raw mut transaction).cast();
    assert_eq!(transaction.as_ptr(), at, "the structure itself");
    // SAFETY: these are made and not called.
    let (ten_bit, slave) =
        unsafe { (IntegerSetter::<I2C_TENBIT>::new_usize(0), IntegerSetter::<I2C_SLAVE>::new_usize(0)) };
    assert_eq!((Ioctl::opcode(&ten_bit), Ioctl::opcode(&slave)), (0x0704, 0x0703), "I2C_TENBIT, I2C_SLAVE");
    // SAFETY: these are made and not called.
    let (functions, queue) = unsafe { (Getter::<I2C_FUNCS, c_ulong>::new(), Getter::<TIOCOUTQ, c_int>::new()) };
    assert_eq!((Ioctl::opcode(&functions), Ioctl::opcode(&queue)), (0x0705, 0x5411), "I2C_FUNCS, TIOCOUTQ");
    assert_eq!((claimed(Address::SevenBit(0x76)), claimed(Address::TenBit(0x150))), ((0, 0x76), (1, 0x150)));
    // SAFETY: the pointer is not looked at.
    let counts = [2, 0, -1].map(|count| unsafe { Messages::output_from_ptr(count, std::ptr::null_mut()) });
    assert_eq!(counts, [Ok(2), Ok(0), Err(Errno::IO)]);
}

/// Returns the bytes of `struct spi_ioc_transfer`.
fn bytes(transfer: &SpidevTransfer<'_, '_>) -> [u8; 32] {
    const { assert!(size_of::<SpidevTransfer<'_, '_>>() == 32) };
    // SAFETY: the structure consists of integers, without padding between them, and is as long as the array.
    unsafe { std::ptr::from_ref(transfer).cast::<[u8; 32]>().read() }
}

/// Returns the bytes of a transfer: `tx_buf`, `rx_buf` and `len`, no clock of its own, `delay_usecs`, and neither a width of its own
/// nor a change of select.
fn golden(tx: *const u8, rx: *const u8, len: u32, delay_us: u16) -> [u8; 32] {
    let mut bytes = [0; 32];
    let address = |at: *const u8| u64::try_from(at.addr()).expect("an address has at most 64 bits");
    bytes[..8].copy_from_slice(&address(tx).to_ne_bytes());
    bytes[8..16].copy_from_slice(&address(rx).to_ne_bytes());
    bytes[16..20].copy_from_slice(&len.to_ne_bytes());
    bytes[24..26].copy_from_slice(&delay_us.to_ne_bytes());
    bytes
}

#[test]
fn transfers_of_spi_are_those_of_the_kernels_header() {
    let (sent, mut room) = ([1, 2, 3], [0; 3]);
    let (tx, rx, none) = (sent.as_ptr(), room.as_ptr(), std::ptr::null());
    let got = |mut transfer: SpiTransfer<'_>| real::transfer(&mut transfer).map(|transfer| bytes(&transfer));
    assert_eq!(got(SpiTransfer { tx: Some(&sent), rx: None, delay_us: 0 }), Ok(golden(tx, none, 3, 0)));
    assert_eq!(got(SpiTransfer { tx: None, rx: Some(&mut room), delay_us: 0x201 }), Ok(golden(none, rx, 3, 0x201)));
    assert_eq!(
        got(SpiTransfer { tx: Some(&sent), rx: Some(&mut room), delay_us: 9 }),
        Ok(golden(tx, rx, 3, 9)),
        "both ways"
    );
    assert_eq!(got(SpiTransfer { delay_us: 0xffff, ..SpiTransfer::default() }), Ok(golden(none, none, 0, 0xffff)));
    let uneven = SpiTransfer { tx: Some(&sent), rx: Some(&mut room[..2]), delay_us: 0 };
    assert_eq!(got(uneven), Err(Errno::INVAL), "there is one length");
}
