//! 24Cxx serial EEPROMs, 128 bytes to 64 KiB.

mod size;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::ops::RangeInclusive;

pub use self::size::Size;
use super::AddressError;
use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::model::{
    Addresses, BuildError, Buses, Control, Model, Pin, Preset, Readout, Role, Setting, Settings, Setup, Value,
    ValueKind,
};
use crate::net::{Level, Net};
use crate::part::{Board, Part};

/// The EEPROMs of the 24C family as a policy has them.
pub const MODEL: Model = Model {
    data_sheet: "Atmel AT24C01A/02/04/08A/16A (0180), AT24C32/64 (0336), AT24C128/256 (0670), AT24C512 (1116)",
    pins: &[Pin::optional("write-protect", Role::Input, "the WP pin: high protects the whole memory")],
    settings: &[
        Setting::new(
            "size",
            ValueKind::Choice(&[
                "24c01", "24c02", "24c04", "24c08", "24c16", "24c32", "24c64", "24c128", "24c256", "24c512",
            ]),
            Preset::Required,
            "the size of the EEPROM, such as \"24c02\"",
        ),
        Setting::new(
            "contents",
            ValueKind::Bytes,
            Preset::None,
            "what is in the memory from address 0 on; the rest is erased",
        ),
    ],
    controls: &[Control::switch("write-protected", false, "whether the WP pin is tied high, whatever its net carries")],
    readouts: &[Readout::new("contents", ValueKind::Bytes, "what is in the memory")],
    ..Model::new(
        "eeprom24",
        "an EEPROM",
        Buses { i2c: Some(Addresses { first: 0x50, last: 0x57, usual: Some(0x50), blocks }), ..Buses::NONE },
        build,
    )
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let size = Size::from_name(setup.text("size")?).ok_or("there is no EEPROM of this size")?;
    let mut part = Eeprom24::new(size, setup.i2c_address()?)?;
    part.load(0, setup.settings().bytes("contents").unwrap_or_default())?;
    Ok(Box::new(setup.connect(part, "write-protect", Eeprom24::with_write_protect_net)))
}

fn blocks(settings: &Settings) -> u8 {
    settings.text("size").and_then(Size::from_name).map_or(0, Size::block_mask)
}

// Atmel AT24C16D (8906), AC characteristics: the maximum of tWR. The other sizes have the same.
const WRITE_CYCLE_NS: u64 = 5_000_000;

/// What an erased byte reads as.
const ERASED: u8 = 0xff;

/// Contents that do not fit into the memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ContentsError {
    size: Size,
    offset: usize,
    length: usize,
}

impl fmt::Display for ContentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ContentsError { size, offset, length } = self;
        write!(f, "{length} bytes at offset {offset} do not fit into the {} bytes of a {size}", size.bytes())
    }
}

impl Error for ContentsError {}

/// A 24Cxx EEPROM.
///
/// A write takes effect at its STOP and is followed by a write cycle of 5 ms in which the part acknowledges nothing.
#[derive(Debug)]
pub struct Eeprom24 {
    size: Size,
    address: u8,
    write_protect_net: Option<Net>,
    write_protected: bool,
    contents: Vec<u8>,
    /// The address of the next byte that is read or written.
    pointer: usize,
    /// The address bytes of this write that came so far, below the block bits of the device address.
    incoming: usize,
    /// How many of them there were.
    incoming_bytes: usize,
    /// The bytes to be written at the STOP, by their place in the page of the pointer.
    page: Vec<Option<u8>>,
    busy_until_ns: u64,
}

impl Eeprom24 {
    /// Creates an erased part without a net at its WP pin, which leaves it writable.
    ///
    /// # Errors
    ///
    /// Fails if the address is not one of 0x50 to 0x57, or has a bit set that the size takes for the upper bits of the memory's
    /// address: a 24C04 takes one, a 24C08 two, a 24C16 three, and so answers at 2, 4 or 8 addresses from this one on.
    pub fn new(size: Size, address: u8) -> Result<Eeprom24, AddressError> {
        if address & 0xf8 != 0x50 || address & size.block_mask() != 0 {
            return Err(AddressError::new(size.name(), address, size.possible_addresses()));
        }
        Ok(Eeprom24 {
            size,
            address,
            write_protect_net: None,
            write_protected: false,
            contents: vec![ERASED; size.bytes()],
            pointer: 0,
            incoming: 0,
            incoming_bytes: 0,
            page: vec![None; size.page_bytes()],
            busy_until_ns: 0,
        })
    }

    /// Puts a net at the WP pin: high protects the whole memory.
    #[must_use]
    pub fn with_write_protect_net(mut self, net: Net) -> Eeprom24 {
        self.write_protect_net = Some(net);
        self
    }

    /// Protects the memory as a WP pin at the supply does, whatever the net at the pin carries.
    pub fn set_write_protected(&mut self, write_protected: bool) {
        self.write_protected = write_protected;
    }

    /// Returns the size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// Returns the contents.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.contents
    }

    /// Replaces contents from an offset on, as a programmer does before the part is soldered in.
    ///
    /// # Errors
    ///
    /// Fails, and changes nothing, if the bytes reach beyond the end of the memory.
    pub fn load(&mut self, offset: usize, bytes: &[u8]) -> Result<(), ContentsError> {
        let place = self.contents.get_mut(offset..).and_then(|rest| rest.get_mut(..bytes.len()));
        place.ok_or(ContentsError { size: self.size, offset, length: bytes.len() })?.copy_from_slice(bytes);
        Ok(())
    }

    fn protected(&self, board: &dyn Board) -> bool {
        self.write_protected || self.write_protect_net.is_some_and(|net| board.level(net) == Level::High)
    }

    /// Returns the pointer's place within its page.
    fn place(&self) -> usize {
        self.pointer % self.size.page_bytes()
    }

    fn receive_address(&mut self, byte: u8) {
        self.incoming = self.incoming << 8 | usize::from(byte);
        self.incoming_bytes += 1;
        if self.incoming_bytes == self.size.address_bytes() {
            self.pointer = self.incoming % self.size.bytes();
        }
    }

    fn receive_data(&mut self, byte: u8) {
        let place = self.place();
        self.page[place] = Some(byte);
        self.pointer = self.pointer - place + (place + 1) % self.size.page_bytes();
    }
}

impl Part for Eeprom24 {
    fn power_off(&mut self, _board: &mut dyn Board) {
        self.pointer = 0;
        self.incoming_bytes = 0;
        self.page.fill(None);
        self.busy_until_ns = 0;
    }

    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        match (control, value) {
            ("write-protected", Value::Switch(on)) => self.set_write_protected(*on),
            _ => return false,
        }
        true
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "contents" => Some(Value::Bytes(self.contents.clone())),
            "write-protected" => Some(self.write_protected.into()),
            _ => None,
        }
    }
}

// Atmel AT24C16D (8906), sections 5 (writes) and 6 (reads).
impl I2cTarget for Eeprom24 {
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        Some(self.address..=self.address | self.size.block_mask())
    }

    fn start(&mut self, address: Address, direction: Direction, board: &mut dyn Board) -> Ack {
        // A START before the STOP abandons what was to be written.
        self.page.fill(None);
        let block_mask = self.size.block_mask();
        let block = match address {
            Address::SevenBit(address) if address & !block_mask == self.address => address & block_mask,
            _ => return Ack::Nack,
        };
        if board.now_ns() < self.busy_until_ns {
            return Ack::Nack;
        }
        // A read goes on where the last access ended, whatever block its device address names.
        if direction == Direction::Write {
            self.incoming = usize::from(block);
            self.incoming_bytes = 0;
        }
        Ack::Ack
    }

    fn write(&mut self, byte: u8, _board: &mut dyn Board) -> Ack {
        if self.incoming_bytes < self.size.address_bytes() {
            self.receive_address(byte);
        } else {
            self.receive_data(byte);
        }
        Ack::Ack
    }

    fn read(&mut self, _board: &mut dyn Board) -> u8 {
        let byte = self.contents[self.pointer];
        self.pointer = (self.pointer + 1) % self.contents.len();
        byte
    }

    fn stop(&mut self, board: &mut dyn Board) {
        // Section 5.5: WP counts at the STOP; with it everything is acknowledged, but there is no write cycle.
        if self.page.iter().any(Option::is_some) && !self.protected(board) {
            let page_start = self.pointer - self.place();
            for (stored, byte) in self.contents[page_start..].iter_mut().zip(&self.page) {
                *stored = byte.unwrap_or(*stored);
            }
            self.busy_until_ns = board.now_ns() + WRITE_CYCLE_NS;
        }
        self.page.fill(None);
    }
}
