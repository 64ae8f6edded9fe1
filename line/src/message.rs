//! Requests of the command and answers of the board. Numbers are little-endian; a text is its length in two bytes, and UTF-8.

use alloc::string::String;
use alloc::vec::Vec;

use crate::frame::Frame;

/// The version of requests and answers: both ends must have the same.
pub const VERSION: u8 = 1;

/// How many bytes of an image go in a frame: a sector of the flash.
pub const BLOCK_BYTES: usize = 4096;

/// The longest body of a request, and of an answer.
pub const LONGEST_REQUEST: usize = BLOCK_BYTES + 2;
/// The CRCs of all blocks of a half, and room for their count.
pub const LONGEST_ANSWER: usize = 1024;

/// What an image is known by: its SHA-256, which stands in it.
pub type Digest = [u8; 32];
/// Proof that who sends an image has the key of the board: HMAC-SHA-256 of its digest.
pub type Proof = [u8; 32];

/// What the command asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Who is there?
    Hello,
    /// Go on at another speed, after the answer.
    Speed {
        /// Bits a second.
        baud: u32,
    },
    /// An image is to come.
    Begin {
        /// The slot.
        slot: u8,
        /// Its length in bytes.
        len: u32,
        /// What it is known by.
        digest: Digest,
        /// Where the board has a key, proof of having it too.
        proof: Option<Proof>,
    },
    /// A block of it.
    Block {
        /// Its place, from 0.
        index: u16,
        /// Its bytes: [`BLOCK_BYTES`], but for the last.
        bytes: Vec<u8>,
    },
    /// All blocks are there: check the image and run it.
    Finish {
        /// How long it must run without a fault to stay, in milliseconds.
        health_ms: u32,
    },
    /// What does the guest of a slot do?
    State {
        /// The slot.
        slot: u8,
    },
    /// Says the newest of the log once more.
    Log,
    /// Ends a guest, with its outputs at `on-exit`.
    Stop {
        /// The slot.
        slot: u8,
    },
    /// Starts a guest that has ended, or was stopped.
    Start {
        /// The slot.
        slot: u8,
    },
    /// Sets the key of the board, or takes it away.
    Key {
        /// The key, or none.
        key: Option<[u8; 32]>,
        /// Where the board has a key, proof of having it: of the new key as a digest, or of zeros for none.
        proof: Option<Proof>,
    },
}

/// What the board answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Who it is.
    Board {
        /// [`VERSION`] there.
        version: u8,
        /// How many slots it has.
        slots: u8,
        /// The room for an image, in bytes.
        half_bytes: u32,
        /// How many blocks may be under way before their answers.
        window: u8,
        /// Whether it has a key.
        has_key: bool,
        /// The board's name, as images have it.
        board: String,
        /// The firmware's version.
        firmware: String,
    },
    /// Done.
    Done,
    /// The image may come. For one that was begun before, the CRC-32 of each block that is there.
    Ready {
        /// None, or one a block.
        crcs: Vec<u32>,
    },
    /// What the guest of a slot does.
    State(State),
    /// Not done, with the reason for a person.
    Refused {
        /// The reason.
        why: String,
    },
}

/// What a slot and its guest do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The half that is in use: 0 or 1.
    pub half: u8,
    /// Whether its image is on trial.
    pub trial: bool,
    /// Whether a guest is there that runs, waits, or waits to be started again.
    pub runs: bool,
    /// How often it was started since the board was.
    pub starts: u32,
    /// Its name in the log; empty without one.
    pub name: String,
    /// How its last run ended, or why there is none.
    pub last: String,
}

/// Why a frame is no request, or no answer, that this end knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown;

impl Request {
    /// Returns the frame of a request.
    #[must_use]
    pub fn to_frame(&self, number: u8) -> Frame {
        let mut body = Vec::new();
        let kind = match self {
            Request::Hello => 1,
            Request::Speed { baud } => {
                body.extend_from_slice(&baud.to_le_bytes());
                2
            }
            Request::Begin { slot, len, digest, proof } => {
                body.push(*slot);
                body.extend_from_slice(&len.to_le_bytes());
                body.extend_from_slice(digest);
                body.extend_from_slice(proof.as_ref().map_or(&[], |proof| proof.as_slice()));
                3
            }
            Request::Block { index, bytes } => {
                body.extend_from_slice(&index.to_le_bytes());
                body.extend_from_slice(bytes);
                4
            }
            Request::Finish { health_ms } => {
                body.extend_from_slice(&health_ms.to_le_bytes());
                5
            }
            Request::State { slot } => slot_request(&mut body, *slot, 6),
            Request::Log => 7,
            Request::Stop { slot } => slot_request(&mut body, *slot, 8),
            Request::Start { slot } => slot_request(&mut body, *slot, 9),
            Request::Key { key, proof } => {
                body.push(u8::from(key.is_some()));
                body.extend_from_slice(&key.unwrap_or_default());
                body.extend_from_slice(proof.as_ref().map_or(&[], |proof| proof.as_slice()));
                10
            }
        };
        Frame { kind, number, body }
    }

    /// Reads a request.
    ///
    /// # Errors
    ///
    /// The frame is none that this version knows.
    pub fn read(frame: &Frame) -> Result<Request, Unknown> {
        let mut rest = Rest(&frame.body);
        let request = match frame.kind {
            1 => Request::Hello,
            2 => Request::Speed { baud: rest.u32()? },
            3 => {
                let (slot, len, digest) = (rest.u8()?, rest.u32()?, *rest.array()?);
                Request::Begin { slot, len, digest, proof: rest.proof()? }
            }
            4 => Request::Block { index: rest.u16()?, bytes: rest.all().to_vec() },
            5 => Request::Finish { health_ms: rest.u32()? },
            6 => Request::State { slot: rest.u8()? },
            7 => Request::Log,
            8 => Request::Stop { slot: rest.u8()? },
            9 => Request::Start { slot: rest.u8()? },
            10 => {
                let (has, key) = (rest.u8()?, *rest.array()?);
                Request::Key { key: (has != 0).then_some(key), proof: rest.proof()? }
            }
            _ => return Err(Unknown),
        };
        rest.end().map(|()| request)
    }
}

fn slot_request(body: &mut Vec<u8>, slot: u8, kind: u8) -> u8 {
    body.push(slot);
    kind
}

impl Answer {
    /// Returns the frame of an answer to the request of this number.
    #[must_use]
    pub fn to_frame(&self, number: u8) -> Frame {
        let mut body = Vec::new();
        let kind = match self {
            Answer::Board { version, slots, half_bytes, window, has_key, board, firmware } => {
                body.extend_from_slice(&[*version, *slots, *window, u8::from(*has_key)]);
                body.extend_from_slice(&half_bytes.to_le_bytes());
                put_text(&mut body, board);
                put_text(&mut body, firmware);
                129
            }
            Answer::Done => 130,
            Answer::Ready { crcs } => {
                crcs.iter().for_each(|crc| body.extend_from_slice(&crc.to_le_bytes()));
                131
            }
            Answer::State(state) => {
                let (trial, runs) = (u8::from(state.trial), u8::from(state.runs));
                body.extend_from_slice(&[state.half, trial, runs]);
                body.extend_from_slice(&state.starts.to_le_bytes());
                put_text(&mut body, &state.name);
                put_text(&mut body, &state.last);
                132
            }
            Answer::Refused { why } => {
                put_text(&mut body, why);
                133
            }
        };
        Frame { kind, number, body }
    }

    /// Reads an answer.
    ///
    /// # Errors
    ///
    /// The frame is none that this version knows.
    pub fn read(frame: &Frame) -> Result<Answer, Unknown> {
        let mut rest = Rest(&frame.body);
        let answer = match frame.kind {
            129 => {
                let [version, slots, window, has_key] = *rest.array()?;
                let half_bytes = rest.u32()?;
                let (board, firmware) = (rest.text()?, rest.text()?);
                Answer::Board { version, slots, half_bytes, window, has_key: has_key != 0, board, firmware }
            }
            130 => Answer::Done,
            131 => {
                let (crcs, odd) = rest.all().as_chunks::<4>();
                if !odd.is_empty() {
                    return Err(Unknown);
                }
                Answer::Ready { crcs: crcs.iter().map(|crc| u32::from_le_bytes(*crc)).collect() }
            }
            132 => {
                let [half, trial, runs] = *rest.array()?;
                let starts = rest.u32()?;
                let (name, last) = (rest.text()?, rest.text()?);
                Answer::State(State { half, trial: trial != 0, runs: runs != 0, starts, name, last })
            }
            133 => Answer::Refused { why: rest.text()? },
            _ => return Err(Unknown),
        };
        rest.end().map(|()| answer)
    }
}

/// Appends a text, cut to what an answer has room for.
fn put_text(body: &mut Vec<u8>, text: &str) {
    const LONGEST: usize = 400;
    let len = (0..=text.len().min(LONGEST)).rev().find(|len| text.is_char_boundary(*len)).unwrap_or(0);
    body.extend_from_slice(&u16::try_from(len).unwrap_or(0).to_le_bytes());
    body.extend_from_slice(text.as_bytes().get(..len).unwrap_or_default());
}

/// What is left of a body.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], Unknown> {
        let (first, rest) = self.0.split_first_chunk().ok_or(Unknown)?;
        self.0 = rest;
        Ok(first)
    }

    fn u8(&mut self) -> Result<u8, Unknown> {
        self.array::<1>().map(|[byte]| *byte)
    }

    fn u16(&mut self) -> Result<u16, Unknown> {
        self.array().map(|bytes| u16::from_le_bytes(*bytes))
    }

    fn u32(&mut self) -> Result<u32, Unknown> {
        self.array().map(|bytes| u32::from_le_bytes(*bytes))
    }

    fn text(&mut self) -> Result<String, Unknown> {
        let len = usize::from(self.u16()?);
        let (text, rest) = self.0.split_at_checked(len).ok_or(Unknown)?;
        self.0 = rest;
        core::str::from_utf8(text).map(String::from).map_err(|_| Unknown)
    }

    fn proof(&mut self) -> Result<Option<Proof>, Unknown> {
        if self.0.is_empty() { Ok(None) } else { self.array().map(|proof| Some(*proof)) }
    }

    fn all(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.0)
    }

    fn end(&self) -> Result<(), Unknown> {
        if self.0.is_empty() { Ok(()) } else { Err(Unknown) }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn requests() -> Vec<Request> {
        vec![
            Request::Hello,
            Request::Speed { baud: 921_600 },
            Request::Begin { slot: 1, len: 110_000, digest: [3; 32], proof: None },
            Request::Begin { slot: 0, len: 1, digest: [3; 32], proof: Some([4; 32]) },
            Request::Block { index: 300, bytes: vec![0; BLOCK_BYTES] },
            Request::Finish { health_ms: 10_000 },
            Request::State { slot: 1 },
            Request::Log,
            Request::Stop { slot: 0 },
            Request::Start { slot: 0 },
            Request::Key { key: Some([9; 32]), proof: Some([8; 32]) },
            Request::Key { key: None, proof: None },
        ]
    }

    fn answers() -> Vec<Answer> {
        let state = State {
            half: 1,
            trial: true,
            runs: false,
            starts: 7,
            name: "station".into(),
            last: "trapped: \u{b0}".into(),
        };
        vec![
            Answer::Board {
                version: VERSION,
                slots: 2,
                half_bytes: 0x7_e000,
                window: 6,
                has_key: true,
                board: "pico2".into(),
                firmware: "0.5.0".into(),
            },
            Answer::Done,
            Answer::Ready { crcs: vec![1, u32::MAX] },
            Answer::State(state),
            Answer::Refused { why: String::new() },
        ]
    }

    #[test]
    fn requests_and_answers_come_out_as_they_went_in() {
        for request in requests() {
            let frame = request.to_frame(9);
            assert!(frame.body.len() <= LONGEST_REQUEST, "{request:?}");
            assert_eq!(Request::read(&frame), Ok(request));
        }
        for answer in answers() {
            let frame = answer.to_frame(9);
            assert!(frame.body.len() <= LONGEST_ANSWER, "{answer:?}");
            assert_eq!(Answer::read(&frame), Ok(answer));
        }
    }

    #[test]
    fn a_body_that_is_cut_or_too_long_is_unknown() {
        for request in requests().into_iter().filter(|request| !matches!(request, Request::Block { .. })) {
            let frame = request.to_frame(0);
            for len in 0..frame.body.len() {
                let cut = Frame { body: frame.body[..len].to_vec(), ..frame.clone() };
                // Without its proof a request is whole.
                let whole = matches!(&request, Request::Begin { .. } if len == 37)
                    || matches!(&request, Request::Key { .. } if len == 33);
                assert_eq!(Request::read(&cut).is_ok(), whole, "{request:?} cut to {len}");
            }
            let long = Frame { body: [&frame.body[..], &[0; 33]].concat(), ..frame };
            assert_eq!(Request::read(&long), Err(Unknown), "{request:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let why = "\u{b5}".repeat(3_000);
        let Ok(Answer::Refused { why: cut }) = Answer::read(&Answer::Refused { why: why.clone() }.to_frame(0)) else {
            panic!("it is read");
        };
        assert!(why.starts_with(&cut) && cut.len() == 400, "{}", cut.len());
    }

    #[test]
    fn any_frame_is_read_or_unknown() {
        let mut seed = 1_u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes()[0]
        };
        for _ in 0..100_000 {
            let (kind, len) = (random() % 12 + if random() < 128 { 0 } else { 126 }, random() % 80);
            let frame = Frame { kind, number: random(), body: (0..len).map(|_| random()).collect() };
            if let Ok(request) = Request::read(&frame) {
                assert_eq!(Request::read(&request.to_frame(0)), Ok(request));
            }
            if let Ok(answer) = Answer::read(&frame) {
                assert_eq!(Answer::read(&answer.to_frame(0)), Ok(answer));
            }
        }
    }
}
