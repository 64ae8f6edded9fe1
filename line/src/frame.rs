//! Frames, which share the line with text.
//!
//! A frame is a zero, its bytes by COBS, which have none, and another zero. Text has no zeros either, so that both can be told apart
//! from any byte on: what is between two zeros and does not end with its own CRC is text.

use alloc::vec::Vec;
use core::mem;

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};

/// Ends a frame, and comes before it.
const ZERO: u8 = 0;
/// Kind and number before the body, and the CRC after it.
const HEAD: usize = 2;
const TAIL: usize = 4;
/// The longest line of text that is kept together.
const LONGEST_TEXT: usize = 512;

/// CRC-32 as Ethernet and zlib have it.
pub(crate) const CRC: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

/// A frame that came whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is: a request or an answer of some kind.
    pub kind: u8,
    /// The number of the request; its answer has the same.
    pub number: u8,
    /// The rest.
    pub body: Vec<u8>,
}

/// What came over the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A frame.
    Frame(Frame),
    /// Text, or a frame that was damaged. A line of text has its end with it.
    Text(Vec<u8>),
}

impl Frame {
    /// Returns the bytes for the line, with a zero before and after.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut plain = Vec::with_capacity(HEAD + self.body.len() + TAIL);
        plain.extend_from_slice(&[self.kind, self.number]);
        plain.extend_from_slice(&self.body);
        plain.extend_from_slice(&CRC.checksum(&plain).to_le_bytes());
        let mut bytes = Vec::new();
        bytes.resize(cobs::max_encoding_length(plain.len()) + 2, ZERO);
        let len = bytes.get_mut(1..).map_or(0, |room| cobs::encode(&plain, room));
        bytes.truncate(len + 2);
        bytes
    }

    /// Reads what was between two zeros.
    fn read(stuffed: &[u8]) -> Option<Frame> {
        let mut plain = stuffed.to_vec();
        let len = cobs::decode_in_place(&mut plain).ok()?;
        plain.truncate(len);
        let (rest, crc) = plain.split_last_chunk::<TAIL>()?;
        if u32::from_le_bytes(*crc) != CRC.checksum(rest) {
            return None;
        }
        let (head, body) = rest.split_first_chunk::<HEAD>()?;
        Some(Frame { kind: head[0], number: head[1], body: body.to_vec() })
    }
}

/// Takes bytes off the line.
#[derive(Clone, Debug)]
pub struct Decoder {
    bytes: Vec<u8>,
    longest: usize,
    /// Whether what comes now is text, as far as can be known: it is, behind a frame.
    is_text: bool,
    /// More came without a zero than any frame has: it is left out.
    too_long: bool,
}

impl Decoder {
    /// Creates a decoder for frames with bodies up to a length in bytes.
    #[must_use]
    pub fn new(longest_body: usize) -> Decoder {
        let longest = cobs::max_encoding_length(HEAD + longest_body + TAIL);
        Decoder { bytes: Vec::new(), longest, is_text: true, too_long: false }
    }

    /// Takes a byte, and returns what is complete with it.
    pub fn push(&mut self, byte: u8) -> Option<Piece> {
        if byte != ZERO {
            return self.keep(byte);
        }
        let (bytes, too_long) = (mem::take(&mut self.bytes), mem::take(&mut self.too_long));
        let frame = if too_long { None } else { Frame::read(&bytes) };
        self.is_text = frame.is_some();
        match frame {
            Some(frame) => Some(Piece::Frame(frame)),
            None if bytes.is_empty() => None,
            None => Some(Piece::Text(bytes)),
        }
    }

    fn keep(&mut self, byte: u8) -> Option<Piece> {
        if self.bytes.len() >= self.longest {
            // Nothing that is still to come makes a frame of it.
            self.bytes.clear();
            self.too_long = true;
        }
        self.bytes.push(byte);
        let ends = self.is_text && (byte == b'\n' || self.bytes.len() >= LONGEST_TEXT);
        ends.then(|| Piece::Text(mem::take(&mut self.bytes)))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn pieces(decoder: &mut Decoder, bytes: &[u8]) -> Vec<Piece> {
        bytes.iter().filter_map(|byte| decoder.push(*byte)).collect()
    }

    fn frame(body: &[u8]) -> Frame {
        Frame { kind: 3, number: 200, body: body.to_vec() }
    }

    #[test]
    fn frames_and_lines_of_text_come_out_as_they_went_in() {
        let (first, second) = (frame(&[0; 300]), frame(b"\n\n"));
        let bytes = [b"boot\r\n".to_vec(), first.to_bytes(), b"one\ntwo\n".to_vec(), second.to_bytes()].concat();
        let text = |text: &[u8]| Piece::Text(text.to_vec());
        let expected =
            vec![text(b"boot\r\n"), Piece::Frame(first), text(b"one\n"), text(b"two\n"), Piece::Frame(second)];
        assert_eq!(pieces(&mut Decoder::new(300), &bytes), expected);
    }

    #[test]
    fn text_without_an_end_before_a_frame_is_text() {
        let bytes = [b"no end".to_vec(), frame(b"").to_bytes()].concat();
        let expected = vec![Piece::Text(b"no end".to_vec()), Piece::Frame(frame(b""))];
        assert_eq!(pieces(&mut Decoder::new(10), &bytes), expected);
    }

    #[test]
    fn a_frame_with_one_bit_changed_is_no_frame_and_the_next_one_is() {
        let good = frame(&[7; 40]).to_bytes();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            // A zero may be gone that this frame shares with the next: two of them are whole then.
            let pieces = pieces(&mut Decoder::new(40), &[bad, good.clone(), good.clone()].concat());
            let frames: Vec<&Piece> = pieces.iter().filter(|piece| matches!(piece, Piece::Frame(_))).collect();
            assert!((1..=3).contains(&frames.len()), "bit {bit}: {pieces:?}");
            assert!(frames.iter().all(|piece| **piece == Piece::Frame(frame(&[7; 40]))), "bit {bit}");
        }
    }

    #[test]
    fn what_is_longer_than_a_frame_is_left_out_and_takes_no_memory() {
        let mut decoder = Decoder::new(100);
        decoder.push(0);
        for _ in 0..100_000 {
            assert_eq!(decoder.push(0x55), None);
            assert!(decoder.bytes.len() <= decoder.longest);
        }
        let after = pieces(&mut decoder, &[&[0][..], &frame(b"x").to_bytes()].concat());
        assert_eq!(after.last(), Some(&Piece::Frame(frame(b"x"))));
    }

    #[test]
    fn any_bytes_are_taken() {
        let mut seed = 0x9e37_79b9_u32;
        let mut decoder = Decoder::new(64);
        for _ in 0..200_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            decoder.push(seed.to_le_bytes()[3] % 5);
        }
        let last = pieces(&mut decoder, &[&[0][..], &frame(b"x").to_bytes()].concat());
        assert_eq!(last.last(), Some(&Piece::Frame(frame(b"x"))));
    }
}

#[cfg(test)]
mod noise {
    use super::*;
    use crate::message::{LONGEST_REQUEST, Request};

    #[test]
    fn a_frame_that_is_garbled_anywhere_costs_no_other_one_for_ever() {
        let block = |index: u16| {
            let bytes = (0..4096_u32).map(|at| (at * 7 + u32::from(index)).to_le_bytes()[0]).collect();
            Request::Block { index, bytes }.to_frame(1).to_bytes()
        };
        let good = block(0);
        let len = block(1).len();
        for at in (0..len).step_by(37).chain([len - 1]) {
            let mut decoder = Decoder::new(LONGEST_REQUEST);
            let mut bad = block(1);
            bad[at] ^= 0x10;
            let mut frames = 0;
            for byte in [good.clone(), bad, good.clone(), good.clone()].concat() {
                frames += usize::from(matches!(decoder.push(byte), Some(Piece::Frame(_))));
            }
            assert!(frames >= 2, "byte {at}: {frames} frames");
            let again = good.iter().filter(|byte| matches!(decoder.push(**byte), Some(Piece::Frame(_)))).count();
            assert_eq!(again, 1, "byte {at}");
        }
    }
}
