//! The serial line of the log, UART0, in both directions: what comes goes to memory by itself, also while the flash is written to.
#![expect(unsafe_code, reason = "registers, and memory that the DMA writes to")]

use core::cell::{Cell, UnsafeCell};

use critical_section::Mutex;
use firmware_core::LineBoard;
use rp235x_hal::pac::dma::ch::ch_ctrl_trig::{DATA_SIZE_A, TREQ_SEL_A};
use rp235x_hal::pac::dma::ch::ch_trans_count::MODE_A;
use wasm_embedded_line::slot::{HALF_BYTES, Half, SLOT_BYTES};
use wasm_embedded_line::{BLOCK_BYTES, SECTOR_BYTES};

use crate::Pico2;
use crate::chip::{self, CLOCK};
use crate::flash::{self, Part};

/// Room for what comes while the flash is erased: at 921,600 baud, a third of a second.
const ROOM: usize = 1 << ROOM_BITS;
const ROOM_BITS: u8 = 15;
/// The channel of the DMA.
const CHANNEL: usize = 0;

/// How many blocks may be under way: all of them fit, with what frames and COBS add.
const WINDOW: u8 = 6;
const WINDOW_BLOCKS: usize = 6;
const _: () = assert!(WINDOW_BLOCKS * (BLOCK_BYTES + BLOCK_BYTES / 254 + 16) < ROOM);

/// The slots in the flash, and what the board keeps for itself at the end of the firmware's half.
const SLOTS: u32 = 0x20_0000;
const SETTINGS: u32 = SLOTS - 2 * SECTOR_BYTES;

/// Where the DMA writes: it goes round, so that the place is a multiple of its length.
#[repr(align(32768))]
struct Received(UnsafeCell<[u8; ROOM]>);

// SAFETY: nobody holds a reference to it: the DMA writes, and `receive` reads byte by byte what the DMA has left behind.
unsafe impl Sync for Received {}

static RECEIVED: Received = Received(UnsafeCell::new([0; ROOM]));
/// How far it was read.
static READ: Mutex<Cell<usize>> = Mutex::new(Cell::new(0));

const _: () = assert!(align_of::<Received>() == ROOM);

/// Has what comes over the line go to memory. RP2350 datasheet, section 12.6, "DMA".
pub(crate) fn init() {
    let chip = chip::peripherals();
    chip.RESETS.reset().modify(|_, w| w.dma().clear_bit());
    while chip.RESETS.reset_done().read().dma().bit_is_clear() {}
    let channel = chip.DMA.ch(CHANNEL);
    let to = address(RECEIVED.0.get().addr());
    // SAFETY: the data register of UART0, and memory that is nobody else's.
    unsafe {
        channel.ch_read_addr().write(|w| w.bits(address(chip.UART0.uartdr().as_ptr().addr())));
        channel.ch_write_addr().write(|w| w.bits(to));
        channel.ch_trans_count().write(|w| w.mode().variant(MODE_A::ENDLESS).count().bits(1));
        channel.ch_ctrl_trig().write(|w| {
            w.data_size().variant(DATA_SIZE_A::SIZE_BYTE).incr_write().set_bit();
            // Chained to itself is to nobody.
            w.ring_sel().set_bit().ring_size().bits(ROOM_BITS).chain_to().bits(0);
            w.treq_sel().variant(TREQ_SEL_A::UART0_RX).en().set_bit()
        });
    }
}

/// The chip has 32 bits.
fn address(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(0)
}

impl LineBoard for Pico2 {
    type Flash = Part;

    const WINDOW: u8 = WINDOW;

    fn slot_flash(&self, slot: usize) -> Part {
        Part::new(place(slot), SLOT_BYTES)
    }

    fn settings_flash(&self) -> Part {
        Part::new(SETTINGS, 2 * SECTOR_BYTES)
    }

    fn half(&self, slot: usize, half: Half) -> &'static [u8] {
        // SAFETY: the image of a guest is not written to: what comes is written to the other half.
        unsafe { flash::mapped(place(slot) + half.offset(), HALF_BYTES) }
    }

    fn receive(&self, buffer: &mut [u8]) -> usize {
        let begin = RECEIVED.0.get().addr();
        let written = chip::peripherals().DMA.ch(CHANNEL).ch_write_addr().read().bits();
        let written = usize::try_from(written).unwrap_or(0).wrapping_sub(begin) % ROOM;
        critical_section::with(|cs| {
            let read = READ.borrow(cs);
            let count = (written.wrapping_sub(read.get()) % ROOM).min(buffer.len());
            for byte in buffer.iter_mut().take(count) {
                let at = read.get();
                // SAFETY: within the memory, and behind the DMA.
                *byte = unsafe { RECEIVED.0.get().cast::<u8>().add(at).read_volatile() };
                read.set((at + 1) % ROOM);
            }
            count
        })
    }

    fn send(&self, bytes: &[u8]) {
        chip::send(bytes);
    }

    fn set_speed(&self, baud: u32) {
        let port = chip::peripherals().UART0;
        while port.uartfr().read().busy().bit_is_set() {}
        // RP2350 datasheet, section 12.1.3.2.1, "Baud rate calculation", in 64ths, rounded.
        let divisor = (u64::from(CLOCK.to_Hz()) * 4 + u64::from(baud) / 2) / u64::from(baud.max(1));
        let [whole, part] = [divisor / 64, divisor % 64].map(|part| u16::try_from(part).unwrap_or(u16::MAX));
        // SAFETY: both are within their fields.
        unsafe {
            port.uartibrd().write(|w| w.baud_divint().bits(whole));
            port.uartfbrd().write(|w| w.baud_divfrac().bits(u8::try_from(part).unwrap_or(0)));
        }
        // A write of it takes both over.
        port.uartlcr_h().modify(|_, w| w);
    }

    fn newest_log(&self, take: &mut dyn FnMut(&[u8])) {
        chip::NEWEST.read(take);
    }

    fn now_us(&self) -> u64 {
        chip::now_us()
    }
}

/// Returns where a slot begins in the flash.
fn place(slot: usize) -> u32 {
    SLOTS + u32::try_from(slot).unwrap_or(0) * SLOT_BYTES
}
