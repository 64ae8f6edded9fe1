//! The sizes of 24Cxx EEPROMs.

use core::fmt;

/// A size, called by the part's name, which counts kilobits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    /// 24C01: 128 bytes in pages of 8.
    C01,
    /// 24C02: 256 bytes in pages of 8.
    C02,
    /// 24C04: 512 bytes in pages of 16; answers at two addresses.
    C04,
    /// 24C08: 1 KiB in pages of 16; answers at four addresses.
    C08,
    /// 24C16: 2 KiB in pages of 16; answers at eight addresses.
    C16,
    /// 24C32: 4 KiB in pages of 32.
    C32,
    /// 24C64: 8 KiB in pages of 32.
    C64,
    /// 24C128: 16 KiB in pages of 64.
    C128,
    /// 24C256: 32 KiB in pages of 64.
    C256,
    /// 24C512: 64 KiB in pages of 128.
    C512,
}

/// What a size means for the part.
struct Row {
    name: &'static str,
    bytes: usize,
    page_bytes: usize,
    address_bytes: usize,
    block_mask: u8,
    possible_addresses: &'static str,
}

impl Size {
    /// Every size, in rising order.
    pub const ALL: [Size; 10] = [
        Size::C01,
        Size::C02,
        Size::C04,
        Size::C08,
        Size::C16,
        Size::C32,
        Size::C64,
        Size::C128,
        Size::C256,
        Size::C512,
    ];

    // Atmel AT24C01A/02/04/08A/16A (0180), tables 1 and 3; AT24C32/64 (0336), AT24C128/256 (0670), AT24C512 (1116).
    fn row(self) -> Row {
        let row = |name, bytes, page_bytes, address_bytes, block_mask, possible_addresses| Row {
            name,
            bytes,
            page_bytes,
            address_bytes,
            block_mask,
            possible_addresses,
        };
        const ANY: &str = "0x50 to 0x57";
        match self {
            Size::C01 => row("24C01", 128, 8, 1, 0, ANY),
            Size::C02 => row("24C02", 256, 8, 1, 0, ANY),
            Size::C04 => row("24C04", 512, 16, 1, 1, "0x50, 0x52, 0x54 or 0x56"),
            Size::C08 => row("24C08", 1024, 16, 1, 3, "0x50 or 0x54"),
            Size::C16 => row("24C16", 2048, 16, 1, 7, "0x50 only"),
            Size::C32 => row("24C32", 4096, 32, 2, 0, ANY),
            Size::C64 => row("24C64", 8192, 32, 2, 0, ANY),
            Size::C128 => row("24C128", 16_384, 64, 2, 0, ANY),
            Size::C256 => row("24C256", 32_768, 64, 2, 0, ANY),
            Size::C512 => row("24C512", 65_536, 128, 2, 0, ANY),
        }
    }

    /// Returns the size that a part name such as "24C256" means, in capitals or not.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Size> {
        Size::ALL.into_iter().find(|size| size.name().eq_ignore_ascii_case(name))
    }

    /// Returns the part name, such as "24C256".
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Returns how many bytes the memory has.
    #[must_use]
    pub fn bytes(self) -> usize {
        self.row().bytes
    }

    /// Returns how many bytes one write can hold.
    #[must_use]
    pub fn page_bytes(self) -> usize {
        self.row().page_bytes
    }

    /// Returns how many address bytes follow the device address.
    #[must_use]
    pub fn address_bytes(self) -> usize {
        self.row().address_bytes
    }

    /// Returns the bits of the device address that are the upper bits of the memory's address.
    #[must_use]
    pub fn block_mask(self) -> u8 {
        self.row().block_mask
    }

    pub(super) fn possible_addresses(self) -> &'static str {
        self.row().possible_addresses
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
