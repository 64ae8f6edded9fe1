//! The imports called by hand: with arguments that the guest crate would never send.
#![expect(unsafe_code, reason = "imports called by hand, with arguments that the hal would never send")]

/// The error cases of the interfaces, by their numbers.
pub(crate) mod code {
    pub(crate) const UNKNOWN_LABEL: u8 = 0;
    pub(crate) const WRONG_KIND: u8 = 1;
    pub(crate) const HELD: u8 = 2;
    pub(crate) const REFUSED: u8 = 3;
    pub(crate) const I2C_DENIED: u8 = 7;
    pub(crate) const I2C_TOO_LONG: u8 = 8;
    pub(crate) const I2C_UNSUPPORTED: u8 = 9;
    pub(crate) const SPI_TOO_LONG: u8 = 6;
}

/// The widths of an address.
pub(crate) const SEVEN_BIT: u32 = 0;
pub(crate) const TEN_BIT: u32 = 1;

/// What a call writes: whether it failed, and a payload.
#[repr(C, align(4))]
#[derive(Clone, Copy, Default)]
struct Reply {
    failed: u8,
    payload: [u32; 2],
}

impl Reply {
    fn result(self) -> Result<u32, u8> {
        match self.failed {
            0 => Ok(self.payload[0]),
            _ => Err(self.payload[0].to_le_bytes()[0]),
        }
    }
}

/// What a call writes that returns nothing: whether it failed, and with which error.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct ShortReply {
    failed: u8,
    error: u8,
}

#[cfg(target_arch = "wasm32")]
mod imports {
    use super::{Reply, ShortReply};

    #[link(wasm_import_module = "wasm-embedded:hal/i2c@0.5.0")]
    unsafe extern "C" {
        #[link_name = "[static]bus.open"]
        pub(super) fn bus_open(label: usize, len: usize, reply: *mut Reply);
        #[link_name = "[method]bus.read"]
        pub(super) fn bus_read(bus: u32, width: u32, address: u32, len: u32, reply: *mut Reply);
        #[link_name = "[method]bus.write"]
        pub(super) fn bus_write(bus: u32, width: u32, address: u32, bytes: usize, len: usize, reply: *mut ShortReply);
        #[link_name = "[method]bus.transaction"]
        pub(super) fn bus_transaction(
            bus: u32,
            width: u32,
            address: u32,
            operations: usize,
            count: usize,
            bytes: usize,
            len: usize,
            reply: *mut Reply,
        );
        #[link_name = "[resource-drop]bus"]
        pub(super) fn bus_drop(bus: u32);
    }
    #[link(wasm_import_module = "wasm-embedded:hal/spi@0.5.0")]
    unsafe extern "C" {
        #[link_name = "[static]device.open"]
        pub(super) fn device_open(label: usize, len: usize, reply: *mut Reply);
        #[link_name = "[method]device.read"]
        pub(super) fn device_read(device: u32, len: u32, reply: *mut Reply);
    }
    #[link(wasm_import_module = "wasm-embedded:hal/log@0.5.0")]
    unsafe extern "C" {
        #[link_name = "log"]
        pub(super) fn log(level: u32, target: usize, target_len: usize, message: usize, message_len: usize);
    }
}

/// Elsewhere than in a guest there are no imports.
#[cfg(not(target_arch = "wasm32"))]
mod imports {
    use super::{Reply, ShortReply};

    pub(super) unsafe fn bus_open(_: usize, _: usize, _: *mut Reply) {}
    pub(super) unsafe fn bus_read(_: u32, _: u32, _: u32, _: u32, _: *mut Reply) {}
    pub(super) unsafe fn bus_write(_: u32, _: u32, _: u32, _: usize, _: usize, _: *mut ShortReply) {}
    pub(super) unsafe fn bus_transaction(
        _: u32,
        _: u32,
        _: u32,
        _: usize,
        _: usize,
        _: usize,
        _: usize,
        _: *mut Reply,
    ) {
    }
    pub(super) unsafe fn bus_drop(_: u32) {}
    pub(super) unsafe fn device_open(_: usize, _: usize, _: *mut Reply) {}
    pub(super) unsafe fn device_read(_: u32, _: u32, _: *mut Reply) {}
    pub(super) unsafe fn log(_: u32, _: usize, _: usize, _: usize, _: usize) {}
}

/// Has a call fill a reply.
fn call(call: impl FnOnce(*mut Reply)) -> Result<u32, u8> {
    let mut reply = Reply::default();
    call(&raw mut reply);
    reply.result()
}

/// Opens a bus by any bytes.
pub(crate) fn open_bytes(label: usize, len: usize) -> Result<u32, u8> {
    // SAFETY: the host reads the label, wherever it is said to be, and writes the reply, which lives. The same holds below.
    call(|reply| unsafe { imports::bus_open(label, len, reply) })
}

/// Opens a bus.
pub(crate) fn open(label: &str) -> Result<u32, u8> {
    open_bytes(label.as_ptr().addr(), label.len())
}

/// Opens a device.
pub(crate) fn open_device(label: &str) -> Result<u32, u8> {
    // SAFETY: as above.
    call(|reply| unsafe { imports::device_open(label.as_ptr().addr(), label.len(), reply) })
}

/// Reads from a bus. What comes back is never freed.
pub(crate) fn read(bus: u32, width: u32, address: u32, len: u32) -> Result<u32, u8> {
    // SAFETY: as above.
    call(|reply| unsafe { imports::bus_read(bus, width, address, len, reply) })
}

/// Reads from a device.
pub(crate) fn device_read(device: u32, len: u32) -> Result<u32, u8> {
    // SAFETY: as above.
    call(|reply| unsafe { imports::device_read(device, len, reply) })
}

/// Writes bytes from anywhere.
pub(crate) fn write(bus: u32, address: u32, bytes: usize, len: usize) -> Result<u32, u8> {
    let mut reply = ShortReply::default();
    // SAFETY: as above.
    unsafe { imports::bus_write(bus, SEVEN_BIT, address, bytes, len, &raw mut reply) };
    if reply.failed == 0 { Ok(0) } else { Err(reply.error) }
}

/// Carries out operations from anywhere, with bytes from anywhere.
pub(crate) fn transaction(
    bus: u32,
    address: u32,
    operations: (usize, usize),
    bytes: (usize, usize),
) -> Result<u32, u8> {
    let ((at, count), (bytes, len)) = (operations, bytes);
    // SAFETY: as above.
    call(|reply| unsafe { imports::bus_transaction(bus, SEVEN_BIT, address, at, count, bytes, len, reply) })
}

/// Drops any handle as that of a bus.
pub(crate) fn drop_bus(bus: u32) {
    // SAFETY: the host checks the handle.
    unsafe { imports::bus_drop(bus) }
}

/// Logs with any level and any texts.
pub(crate) fn log(level: u32, target: (usize, usize), message: (usize, usize)) {
    // SAFETY: the host checks that the texts are in memory.
    unsafe { imports::log(level, target.0, target.1, message.0, message.1) }
}
