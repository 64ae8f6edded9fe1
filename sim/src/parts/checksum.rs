//! Checksums of eight bits.

/// Returns the checksum of bytes with a polynomial (its x^8 left out) and a start, nothing reflected or inverted.
pub(super) fn crc8(polynomial: u8, start: u8, bytes: &[u8]) -> u8 {
    bytes.iter().fold(start, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ polynomial })
    })
}

/// Sensirion's: polynomial 0x31, start 0xff. "Checksum calculation" in the data sheets of the SHT3x, SGP40 and others.
pub(super) fn sensirion(bytes: &[u8]) -> u8 {
    crc8(0x31, 0xff, bytes)
}

/// Returns a word as Sensirion's parts send it: the upper byte first, and a checksum.
pub(super) fn word(word: u16) -> [u8; 3] {
    let [upper, lower] = word.to_be_bytes();
    [upper, lower, sensirion(&[upper, lower])]
}

/// Returns the word of three such bytes, if its checksum is right.
pub(super) fn checked(bytes: &[u8]) -> Option<u16> {
    let [upper, lower, crc] = bytes else { return None };
    (sensirion(&[*upper, *lower]) == *crc).then_some(u16::from_be_bytes([*upper, *lower]))
}

#[cfg(test)]
mod tests {
    use super::{checked, crc8, sensirion, word};

    /// The examples of the data sheets: 0xbeef of the SHT3x, and three readings of the HTU21D.
    #[test]
    fn the_data_sheets_examples_have_their_checksums() {
        assert_eq!(sensirion(&[0xbe, 0xef]), 0x92);
        for (bytes, crc) in [(&[0xdc][..], 0x79), (&[0x68, 0x3a], 0x7c), (&[0x4e, 0x85], 0x6b)] {
            assert_eq!(crc8(0x31, 0, bytes), crc);
        }
        assert_eq!((word(0xbeef), checked(&[0xbe, 0xef, 0x92])), ([0xbe, 0xef, 0x92], Some(0xbeef)));
        assert_eq!(checked(&[0xbe, 0xef, 0x93]), None);
    }
}
