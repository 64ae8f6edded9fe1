//! What seven segments show, as a character.

/// Segments from bit 7 on: DP, A (the top one), B, C, D, E, F (clockwise from it) and G (the middle).
const CHARACTERS: [(u8, char); 30] = [
    (0x00, ' '),
    (0x7e, '0'),
    (0x30, '1'),
    (0x6d, '2'),
    (0x79, '3'),
    (0x33, '4'),
    (0x5b, '5'),
    (0x5f, '6'),
    (0x70, '7'),
    (0x7f, '8'),
    (0x7b, '9'),
    (0x77, 'A'),
    (0x1f, 'b'),
    (0x4e, 'C'),
    (0x0d, 'c'),
    (0x3d, 'd'),
    (0x4f, 'E'),
    (0x47, 'F'),
    (0x5e, 'G'),
    (0x37, 'H'),
    (0x17, 'h'),
    (0x0e, 'L'),
    (0x15, 'n'),
    (0x1d, 'o'),
    (0x67, 'P'),
    (0x05, 'r'),
    (0x0f, 't'),
    (0x3e, 'U'),
    (0x01, '-'),
    (0x08, '_'),
];

/// Returns the character that segments look like, `?` for none; the point is left out.
pub(super) fn character(segments: u8) -> char {
    let known = CHARACTERS.iter().find(|(bits, _)| *bits == segments & 0x7f);
    known.map_or('?', |(_, character)| *character)
}

/// Returns segments with A in bit 0 to G in bit 6, as most other drivers have them, in the order of this module.
pub(super) fn from_lowest(segments: u8) -> u8 {
    segments & 0x80 | (segments & 0x7f).reverse_bits() >> 1
}

#[cfg(test)]
mod tests {
    use super::{character, from_lowest};

    #[test]
    fn segments_are_read_in_either_order() {
        assert_eq!([0x6d, 0xed, 0x02].map(character), ['2', '2', '?']);
        assert_eq!(from_lowest(0x5b), 0x6d);
        assert_eq!(character(from_lowest(0x86)), '1');
    }
}
