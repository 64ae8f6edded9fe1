//! The commands that the model knows.

// W25Q32FV rev J, section 8.1.2: instruction set.
pub(super) const WRITE_STATUS_1: u8 = 0x01;
pub(super) const PAGE_PROGRAM: u8 = 0x02;
pub(super) const READ: u8 = 0x03;
pub(super) const WRITE_DISABLE: u8 = 0x04;
pub(super) const READ_STATUS_1: u8 = 0x05;
pub(super) const WRITE_ENABLE: u8 = 0x06;
pub(super) const FAST_READ: u8 = 0x0b;
pub(super) const WRITE_STATUS_3: u8 = 0x11;
pub(super) const READ_STATUS_3: u8 = 0x15;
pub(super) const ERASE_SECTOR: u8 = 0x20;
pub(super) const WRITE_STATUS_2: u8 = 0x31;
pub(super) const READ_STATUS_2: u8 = 0x35;
pub(super) const UNIQUE_ID: u8 = 0x4b;
pub(super) const VOLATILE_WRITE_ENABLE: u8 = 0x50;
pub(super) const ERASE_BLOCK_32K: u8 = 0x52;
pub(super) const ERASE_CHIP_60: u8 = 0x60;
pub(super) const ENABLE_RESET: u8 = 0x66;
pub(super) const MANUFACTURER_ID: u8 = 0x90;
pub(super) const RESET: u8 = 0x99;
pub(super) const JEDEC_ID: u8 = 0x9f;
pub(super) const RELEASE: u8 = 0xab;
pub(super) const POWER_DOWN: u8 = 0xb9;
pub(super) const ERASE_CHIP: u8 = 0xc7;
pub(super) const ERASE_BLOCK_64K: u8 = 0xd8;
