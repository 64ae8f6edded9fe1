//! The asynchronous imports, each as a call that starts when it is polled.
//!
//! The arguments are the host's as soon as a call has started, so they may be on the stack.

use super::{Call, Reply, started};
use crate::place::Failure;

/// Declares imports by their names in the interface; elsewhere than in WebAssembly they exist but cannot be called.
macro_rules! imports {
    ($interface:literal: $($name:literal fn $function:ident($($argument:ident: $type:ty),*);)*) => {
        #[cfg(target_arch = "wasm32")]
        #[link(wasm_import_module = $interface)]
        unsafe extern "C" {
            $(#[link_name = $name] fn $function($($argument: $type),*) -> u32;)*
        }

        $(#[cfg(not(target_arch = "wasm32"))]
        unsafe fn $function($($argument: $type),*) -> u32 {
            let _ = ($($argument,)*);
            crate::native::end()
        })*
    };
}

/// More than four arguments are passed in memory. This is `(borrow, variant, ...)` of the I2C functions, whose address is a
/// variant of one and two bytes.
#[repr(C)]
struct OnI2c<T> {
    bus: u32,
    width: u8,
    address: u16,
    rest: T,
}

/// The arguments of short calls.
#[repr(C)]
struct Short {
    low: u64,
    high: u64,
    write_len: u32,
    read_len: u32,
}

/// A list.
#[repr(C)]
struct List<T>(*const T, usize);

/// The records and the bytes of a transaction.
#[repr(C)]
struct Lists<T>(List<T>, List<u8>);

impl<T> List<T> {
    fn of(slice: &[T]) -> List<T> {
        List(slice.as_ptr(), slice.len())
    }
}

/// Returns the result of a call without data.
fn nothing(reply: Option<Reply>) -> Result<(), Failure> {
    // A byte of discriminant, a byte of error.
    let [tag, error, ..] = reply.ok_or(Failure::NoMemory)?[0].to_le_bytes();
    if tag == 0 { Ok(()) } else { Err(Failure::Error(error)) }
}

/// Returns the result of a short call.
fn short(reply: Option<Reply>) -> Result<(u64, u64), Failure> {
    let [tag, low, high] = reply.ok_or(Failure::NoMemory)?;
    if tag.to_le_bytes()[0] == 0 { Ok((low, high)) } else { Err(Failure::Error(low.to_le_bytes()[0])) }
}

/// The imports of `wit/reply.wit`.
pub(crate) mod reply {
    use super::{Failure, Reply};
    use crate::bindings::wasm_embedded::hal::reply::Reply as Handle;
    use crate::place;

    /// Returns the number of the reply in a result.
    fn number(reply: Reply) -> Result<u32, Failure> {
        // A word of discriminant, a word of handle or error.
        let [tag, _, _, _, number @ ..] = reply[0].to_le_bytes();
        if tag == 0 { Ok(u32::from_le_bytes(number)) } else { Err(Failure::Error(number[0])) }
    }

    /// Drops a reply that nobody takes.
    pub(crate) fn discard(reply: Reply) {
        if let Ok(number) = number(reply) {
            // SAFETY: the host made the handle for this result, which nobody has looked at.
            drop(unsafe { Handle::from_handle(number) });
        }
    }

    /// Returns the reply of a call.
    pub(crate) fn of(reply: Option<Reply>) -> Result<Handle, Failure> {
        let number = number(reply.ok_or(Failure::NoMemory)?)?;
        // SAFETY: the host made the handle for this result, which is looked at once.
        Ok(unsafe { Handle::from_handle(number) })
    }

    /// Fills a buffer with the bytes of a reply.
    pub(crate) fn take(reply: &Handle, buffer: &mut [u8]) -> Result<(), Failure> {
        place::take(reply.take_handle(), buffer)
    }
}

/// The imports of `wit/i2c-async.wit`.
pub(crate) mod i2c {
    use super::{Call, Failure, List, Lists, OnI2c, Reply, Short, reply, started};
    use crate::bindings::wasm_embedded::hal::i2c::{Address, Bus};
    use crate::bindings::wasm_embedded::hal::reply::Reply as Handle;
    use crate::short::{ShortBytes, ShortReply};

    imports! {
        "wasm-embedded:hal/i2c-async@0.5.0":
        "[async-lower]write-read-short" fn write_read_short(arguments: *const OnI2c<Short>, reply: *mut Reply);
        "[async-lower]write" fn write_bytes(arguments: *const OnI2c<List<u8>>, reply: *mut Reply);
        "[async-lower]transaction" fn run(arguments: *const OnI2c<Lists<[u32; 2]>>, reply: *mut Reply);
    }

    fn on<T>(bus: &Bus, address: Address, rest: T) -> OnI2c<T> {
        let (width, address) = match address {
            Address::SevenBit(address) => (0, u16::from(address)),
            Address::TenBit(address) => (1, address),
        };
        OnI2c { bus: bus.handle(), width, address, rest }
    }

    pub(crate) async fn short(
        bus: &Bus,
        address: Address,
        written: ShortBytes,
        read_len: u32,
    ) -> Result<ShortReply, Failure> {
        let call = Call::new(|reply| {
            let bytes = written.to_wire();
            let rest = Short { low: bytes.low, high: bytes.high, write_len: written.len(), read_len };
            let arguments = on(bus, address, rest);
            // SAFETY: the arguments have the layout of the interface and live until the call has started, `reply` until it has
            // ended.
            started(unsafe { write_read_short(&raw const arguments, reply) })
        });
        super::short(call.await).map(|(low, high)| ShortReply::of(low, high))
    }

    pub(crate) async fn write(bus: &Bus, address: Address, bytes: &[u8]) -> Result<(), Failure> {
        super::nothing(
            Call::new(|reply| {
                let arguments = on(bus, address, List::of(bytes));
                // SAFETY: as above.
                started(unsafe { write_bytes(&raw const arguments, reply) })
            })
            .await,
        )
    }

    /// `lay_out` calls its argument with the records of the interface, direction and length, and the bytes to be written.
    pub(crate) async fn transaction(
        bus: &Bus,
        address: Address,
        lay_out: impl FnOnce(&mut dyn FnMut(&[[u32; 2]], &[u8]) -> Option<u32>) -> Option<u32>,
    ) -> Result<Handle, Failure> {
        let call = Call::with(
            |reply| {
                lay_out(&mut |records, bytes| {
                    let arguments = on(bus, address, Lists(List::of(records), List::of(bytes)));
                    // SAFETY: as above, and the records have the layout of `list<operation>`.
                    started(unsafe { run(&raw const arguments, reply) })
                })
            },
            reply::discard,
        );
        reply::of(call.await)
    }
}

/// The imports of `wit/spi-async.wit`.
pub(crate) mod spi {
    use super::{Call, Failure, List, Lists, Reply, Short, reply, started};
    use crate::bindings::wasm_embedded::hal::reply::Reply as Handle;
    use crate::bindings::wasm_embedded::hal::spi::{Bus, Device};
    use crate::short::{ShortBytes, ShortReply};

    /// More than four arguments are passed in memory.
    #[repr(C)]
    struct OnSpi<T>(u32, T);

    imports! {
        "wasm-embedded:hal/spi-async@0.5.0":
        "[async-lower]device-transfer-short" fn device_transfer_short(arguments: *const OnSpi<Short>, reply: *mut Reply);
        "[async-lower]device-write" fn device_write_bytes(device: u32, bytes: *const u8, count: usize, reply: *mut Reply);
        "[async-lower]device-transaction" fn device_run(arguments: *const OnSpi<Lists<[u32; 3]>>, reply: *mut Reply);
        "[async-lower]bus-transfer-short" fn bus_transfer_short(arguments: *const OnSpi<Short>, reply: *mut Reply);
        "[async-lower]bus-write" fn bus_write_bytes(bus: u32, bytes: *const u8, count: usize, reply: *mut Reply);
        "[async-lower]bus-transfer" fn bus_transfer_bytes(bus: u32, bytes: *const u8, count: usize, read_len: u32, reply: *mut Reply);
        "[async-lower]bus-flush" fn bus_wait_flush(bus: u32, reply: *mut Reply);
    }

    fn on(handle: u32, sent: ShortBytes, read_len: u32) -> OnSpi<Short> {
        let bytes = sent.to_wire();
        OnSpi(handle, Short { low: bytes.low, high: bytes.high, write_len: sent.len(), read_len })
    }

    pub(crate) async fn device_short(device: &Device, sent: ShortBytes, read_len: u32) -> Result<ShortReply, Failure> {
        let call = Call::new(|reply| {
            let arguments = on(device.handle(), sent, read_len);
            // SAFETY: the arguments have the layout of the interface and live until the call has started, `reply` until it has
            // ended.
            started(unsafe { device_transfer_short(&raw const arguments, reply) })
        });
        super::short(call.await).map(|(low, high)| ShortReply::of(low, high))
    }

    pub(crate) async fn device_write(device: &Device, bytes: &[u8]) -> Result<(), Failure> {
        // SAFETY: as above.
        let start = |reply| started(unsafe { device_write_bytes(device.handle(), bytes.as_ptr(), bytes.len(), reply) });
        super::nothing(Call::new(start).await)
    }

    /// `lay_out` calls its argument with the records of the interface, write length, read length and nanoseconds, and the bytes
    /// to be written.
    pub(crate) async fn device_transaction(
        device: &Device,
        lay_out: impl FnOnce(&mut dyn FnMut(&[[u32; 3]], &[u8]) -> Option<u32>) -> Option<u32>,
    ) -> Result<Handle, Failure> {
        let call = Call::with(
            |reply| {
                lay_out(&mut |records, bytes| {
                    let arguments = OnSpi(device.handle(), Lists(List::of(records), List::of(bytes)));
                    // SAFETY: as above, and the records have the layout of `list<operation>`.
                    started(unsafe { device_run(&raw const arguments, reply) })
                })
            },
            reply::discard,
        );
        reply::of(call.await)
    }

    pub(crate) async fn bus_short(bus: &Bus, sent: ShortBytes, read_len: u32) -> Result<ShortReply, Failure> {
        let call = Call::new(|reply| {
            let arguments = on(bus.handle(), sent, read_len);
            // SAFETY: as above.
            started(unsafe { bus_transfer_short(&raw const arguments, reply) })
        });
        super::short(call.await).map(|(low, high)| ShortReply::of(low, high))
    }

    pub(crate) async fn bus_write(bus: &Bus, bytes: &[u8]) -> Result<(), Failure> {
        // SAFETY: as above.
        let start = |reply| started(unsafe { bus_write_bytes(bus.handle(), bytes.as_ptr(), bytes.len(), reply) });
        super::nothing(Call::new(start).await)
    }

    pub(crate) async fn bus_transfer(bus: &Bus, bytes: &[u8], read_len: u32) -> Result<Handle, Failure> {
        let start = |reply| {
            // SAFETY: as above.
            started(unsafe { bus_transfer_bytes(bus.handle(), bytes.as_ptr(), bytes.len(), read_len, reply) })
        };
        reply::of(Call::with(start, reply::discard).await)
    }

    pub(crate) async fn bus_flush(bus: &Bus) -> Result<(), Failure> {
        // SAFETY: as above.
        super::nothing(Call::new(|reply| started(unsafe { bus_wait_flush(bus.handle(), reply) })).await)
    }
}

/// The imports of `wit/digital-async.wit`.
pub(crate) mod digital {
    use super::{Call, Failure, Reply, started};
    use crate::bindings::wasm_embedded::hal::digital::{Error, InputPin, IoPin};

    pub(crate) use crate::bindings::wasm_embedded::hal::digital_async::Condition;

    imports! {
        "wasm-embedded:hal/digital-async@0.5.0":
        "[async-lower]wait-input" fn wait_input(pin: u32, condition: u32, reply: *mut Reply);
        "[async-lower]wait-io" fn wait_io(pin: u32, condition: u32, reply: *mut Reply);
        "[async-lower]wait-edge-input" fn wait_edge_input(pin: u32, reply: *mut Reply);
        "[async-lower]wait-edge-io" fn wait_edge_io(pin: u32, reply: *mut Reply);
    }

    fn number(condition: Condition) -> u32 {
        match condition {
            Condition::High => 0,
            Condition::Low => 1,
            Condition::RisingEdge => 2,
            Condition::FallingEdge => 3,
            Condition::AnyEdge => 4,
        }
    }

    pub(crate) async fn input(pin: &InputPin, condition: Condition) -> Result<(), Failure> {
        // SAFETY: the arguments are those of the interface, and `reply` lives until the call has ended.
        let start = |reply| started(unsafe { wait_input(pin.handle(), number(condition), reply) });
        super::nothing(Call::new(start).await)
    }

    pub(crate) async fn io(pin: &IoPin, condition: Condition) -> Result<(), Failure> {
        // SAFETY: as above.
        let start = |reply| started(unsafe { wait_io(pin.handle(), number(condition), reply) });
        super::nothing(Call::new(start).await)
    }

    pub(crate) async fn input_edge(pin: &InputPin) -> Result<(), Failure> {
        // SAFETY: as above.
        super::nothing(Call::new(|reply| started(unsafe { wait_edge_input(pin.handle(), reply) })).await)
    }

    pub(crate) async fn io_edge(pin: &IoPin) -> Result<(), Failure> {
        // SAFETY: as above.
        super::nothing(Call::new(|reply| started(unsafe { wait_edge_io(pin.handle(), reply) })).await)
    }

    /// Converts an error's number.
    pub(crate) fn error(number: u8) -> Error {
        // SAFETY: the host can lower only the numbers of the enum; Wasmtime checks the type when it links.
        unsafe { Error::_lift(number) }
    }
}

/// The imports of `wit/uart-async.wit`.
pub(crate) mod uart {
    use super::{Call, Failure, Reply, started};
    use crate::bindings::wasm_embedded::hal::uart::Port;

    imports! {
        "wasm-embedded:hal/uart-async@0.5.0":
        "[async-lower]wait-read" fn wait_read(port: u32, reply: *mut Reply);
        "[async-lower]wait-write" fn wait_write(port: u32, reply: *mut Reply);
        "[async-lower]wait-sent" fn wait_sent(port: u32, reply: *mut Reply);
    }

    pub(crate) async fn readable(port: &Port) -> Result<(), Failure> {
        // SAFETY: the argument is that of the interface, and `reply` lives until the call has ended.
        super::nothing(Call::new(|reply| started(unsafe { wait_read(port.handle(), reply) })).await)
    }

    pub(crate) async fn writable(port: &Port) -> Result<(), Failure> {
        // SAFETY: as above.
        super::nothing(Call::new(|reply| started(unsafe { wait_write(port.handle(), reply) })).await)
    }

    pub(crate) async fn sent(port: &Port) -> Result<(), Failure> {
        // SAFETY: as above.
        super::nothing(Call::new(|reply| started(unsafe { wait_sent(port.handle(), reply) })).await)
    }
}

/// The import of `wit/delay-async.wit`.
pub(crate) mod delay {
    use super::{Call, started};

    imports! {
        "wasm-embedded:hal/delay-async@0.5.0":
        "[async-lower]wait-ns" fn wait_ns(ns: u64);
    }

    pub(crate) async fn wait(ns: u64) {
        Call::new(|_| start(ns)).await;
    }

    /// Starts a wait, and returns what the host says of it.
    pub(crate) fn start(ns: u64) -> Option<u32> {
        // SAFETY: the argument is that of the interface. There is no result to be placed.
        started(unsafe { wait_ns(ns) })
    }
}
