//! The UF2 form of an image, as the boot loader of a Pico 2 takes it over USB.

use alloc::vec::Vec;

/// Flash contents at absolute addresses, whatever the processor.
/// RP2350 datasheet, section 5.5.3, "UF2 targeting rules": family `absolute`.
pub const RP2350_ABSOLUTE: u32 = 0xe48b_ff57;

/// The bytes of a block's payload.
const PAYLOAD: usize = 256;
/// The bytes of a block. UF2 specification, "Overall format".
const BLOCK: usize = 512;
const MAGIC_START: [u32; 2] = [0x0a32_4655, 0x9e5d_5157];
const MAGIC_END: u32 = 0x0ab1_6f30;
/// The block names a family.
const FLAG_FAMILY: u32 = 0x2000;

/// Returns the blocks that write `bytes` at `address` of the flash. The last one is filled with zeros.
#[must_use]
pub fn blocks(bytes: &[u8], address: u32, family: u32) -> Vec<u8> {
    let payloads = bytes.chunks(PAYLOAD);
    let count = u32::try_from(payloads.len()).unwrap_or(u32::MAX);
    let mut file = Vec::with_capacity(payloads.len() * BLOCK);
    let size = 256_u32;
    for (number, payload) in (0_u32..).zip(payloads) {
        let start = file.len();
        let target = address.wrapping_add(number.wrapping_mul(size));
        for word in [MAGIC_START[0], MAGIC_START[1], FLAG_FAMILY, target, size, number, count, family] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        file.extend_from_slice(payload);
        file.resize(start + BLOCK - 4, 0);
        file.extend_from_slice(&MAGIC_END.to_le_bytes());
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_says_where_its_bytes_go_and_for_whom() {
        let file = blocks(&[7; 300], 0x1020_0000, RP2350_ABSOLUTE);
        let word = |at: usize| file.get(at..at + 4).map(|bytes| u32::from_le_bytes(bytes.try_into().expect("four")));
        assert_eq!(file.len(), 2 * BLOCK);
        assert_eq!((word(512), word(512 + 12)), (Some(MAGIC_START[0]), Some(0x1020_0100)));
        assert_eq!((word(20), word(24), word(28)), (Some(0), Some(2), Some(RP2350_ABSOLUTE)));
        assert_eq!((file[512 + 32 + 43], file[512 + 32 + 44], word(1020)), (7, 0, Some(MAGIC_END)));
    }
}
