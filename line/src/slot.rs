//! A slot: two halves with an image each, and the journal that says which of them is run.
//!
//! An image is written to the half that does not run, is tried, and stays only if it does well. Who writes an image to the first half
//! otherwise, with a debug probe or as a file, finds it run: the journal knows what was there when it was written.

use crate::flash::{Flash, SECTOR_BYTES};
use crate::journal::{Journal, RECORD_BYTES, Record};
use crate::message::Digest;

/// How long a slot is, and each of its halves; the journal is at the end.
pub const SLOT_BYTES: u32 = 0x10_0000;
/// Where the second half begins: erased in units, as the first.
const HALF_STEP: u32 = 0x8_0000;
/// The room for an image.
pub const HALF_BYTES: u32 = 0x7_e000;
const JOURNAL: Journal = Journal::at(SLOT_BYTES - 2 * SECTOR_BYTES);

/// The first bytes of an image, and where its digest is: as `wasm-embedded-image` has them.
const IMAGE_MAGIC: &[u8; 8] = b"WEHIMAGE";
const DIGEST_AT: u32 = 64;

/// A half of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The first, where a probe or a file for the drive puts an image.
    A,
    /// The second.
    B,
}

/// What a slot is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The half is run.
    Runs,
    /// The half is run, and the other one is being written.
    Receives,
    /// The half is to be tried.
    Chosen,
    /// The half is being tried: whoever finds this at the start of a board knows that the trial was not survived.
    Tried,
}

/// A record of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    half: Half,
    stage: Stage,
    health_ms: u32,
    /// The beginnings of the digests that the first half may have without anybody else having written to it.
    known: [[u8; 8]; 2],
}

/// What is to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The half.
    pub half: Half,
    /// How long it has to do well to stay, in milliseconds, if it is on trial.
    pub trial_ms: Option<u32>,
    /// Whether the other half was tried before, and the board was reset in its trial.
    pub returned: bool,
}

impl Half {
    /// Returns the other one.
    #[must_use]
    pub fn other(self) -> Half {
        match self {
            Half::A => Half::B,
            Half::B => Half::A,
        }
    }

    /// Returns where it begins in its slot.
    #[must_use]
    pub fn offset(self) -> u32 {
        match self {
            Half::A => 0,
            Half::B => HALF_STEP,
        }
    }
}

/// Returns what is to be run at the start of a board. Writes down that a trial has begun, or was lost.
pub fn choose(flash: &mut dyn Flash) -> Choice {
    let plain = |half| Choice { half, trial_ms: None, returned: false };
    let Some(entry) = newest(flash) else { return plain(Half::A) };
    let first = digest(flash, Half::A);
    // Somebody else has written there.
    if entry.half == Half::B && first.is_some_and(|first| !entry.known.contains(&start(&first))) {
        return plain(Half::A);
    }
    match entry.stage {
        Stage::Runs | Stage::Receives => plain(entry.half),
        Stage::Chosen => {
            put(flash, Entry { stage: Stage::Tried, ..entry });
            Choice { half: entry.half, trial_ms: Some(entry.health_ms), returned: false }
        }
        Stage::Tried => {
            keep(flash, entry.half.other());
            Choice { half: entry.half.other(), trial_ms: None, returned: true }
        }
    }
}

/// Writes down that a half is run from now on.
pub fn keep(flash: &mut dyn Flash, half: Half) {
    let known = known(flash);
    put(flash, Entry { half, stage: Stage::Runs, health_ms: 0, known });
}

/// Writes down that an image comes to the other half than the one that is run. Returns whether it was coming already.
pub(crate) fn receive(flash: &mut dyn Flash, running: Half, digest: &Digest) -> bool {
    let known = [known(flash)[0], start(digest)];
    let entry = Entry { half: running, stage: Stage::Receives, health_ms: 0, known };
    // What the first half has now is what an interrupted attempt left there.
    let same = |old: Entry| old.half == running && old.stage == Stage::Receives && old.known[1] == known[1];
    let again = newest(flash).is_some_and(same);
    if !again {
        put(flash, entry);
    }
    again
}

/// Writes down that a half is being tried.
pub fn try_out(flash: &mut dyn Flash, half: Half, health_ms: u32) {
    let known = known(flash);
    put(flash, Entry { half, stage: Stage::Chosen, health_ms, known });
}

/// Returns what an image in a half says that it is known by. Whether it is whole is another question.
#[must_use]
pub fn digest(flash: &dyn Flash, half: Half) -> Option<Digest> {
    let head = flash.read(half.offset(), DIGEST_AT + 32);
    let head = head.strip_prefix(IMAGE_MAGIC)?;
    head.last_chunk().copied()
}

/// What the first half has now.
fn known(flash: &dyn Flash) -> [[u8; 8]; 2] {
    [digest(flash, Half::A).map_or([0; 8], |digest| start(&digest)); 2]
}

fn start(digest: &Digest) -> [u8; 8] {
    digest.first_chunk().copied().unwrap_or_default()
}

fn newest(flash: &dyn Flash) -> Option<Entry> {
    Entry::read(&JOURNAL.newest(flash)?)
}

fn put(flash: &mut dyn Flash, entry: Entry) {
    JOURNAL.add(flash, &entry.to_record());
}

impl Entry {
    fn to_record(self) -> Record {
        let stage = match self.stage {
            Stage::Runs => 1,
            Stage::Receives => 2,
            Stage::Chosen => 3,
            Stage::Tried => 4,
        };
        let mut record = [0; RECORD_BYTES];
        let head = [u8::from(self.half == Half::B), stage, 0, 0];
        let bytes = head.into_iter().chain(self.health_ms.to_le_bytes()).chain(self.known.into_iter().flatten());
        record.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = byte);
        record
    }

    fn read(record: &Record) -> Option<Entry> {
        let (head, rest) = record.split_first_chunk::<4>()?;
        let (health_ms, rest) = rest.split_first_chunk::<4>()?;
        let (known, _) = rest.as_chunks::<8>();
        let [first, second, ..] = known else { return None };
        Some(Entry {
            half: if head[0] == 0 { Half::A } else { Half::B },
            stage: match head[1] {
                1 => Stage::Runs,
                2 => Stage::Receives,
                3 => Stage::Chosen,
                4 => Stage::Tried,
                _ => return None,
            },
            health_ms: u32::from_le_bytes(*health_ms),
            known: [*first, *second],
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::flash::Memory;
    use crate::message::BLOCK_BYTES;
    use crate::receiver::{BlockError, Receiver};

    /// An image of a number, as far as a slot looks into one: the digest is the number, and the rest says that it is whole.
    fn image(number: u8, len: usize) -> Vec<u8> {
        let mut image: Vec<u8> = (0..len).map(|at| number ^ at.to_le_bytes()[0]).collect();
        image[..8].copy_from_slice(IMAGE_MAGIC);
        image[64..96].fill(number);
        image
    }

    fn is_whole(flash: &Memory, half: Half, image: &[u8]) -> bool {
        flash.read(half.offset(), u32::try_from(image.len()).unwrap_or(0)) == image
    }

    /// Puts an image there as a probe or a file for the drive does.
    fn probe(flash: &mut Memory, image: &[u8]) {
        for (page, part) in (0..).zip(image.chunks(256)) {
            if page * 256 % SECTOR_BYTES == 0 {
                flash.erase(page * 256, SECTOR_BYTES);
            }
            let mut whole = [0xff; 256];
            whole[..part.len()].copy_from_slice(part);
            flash.program(page * 256, &whole);
        }
    }

    /// Sends what is missing of an image to the half that does not run, as client and board do together.
    fn send(flash: &mut Memory, running: Half, image: &[u8]) -> Result<usize, BlockError> {
        let len = u32::try_from(image.len()).unwrap_or(0);
        let (mut receiver, crcs) = Receiver::begin(flash, running, len, [image[64]; 32])?;
        let mut sent = 0;
        for (index, block) in image.chunks(BLOCK_BYTES).enumerate() {
            if crcs.get(index) != Some(&crate::frame::CRC.checksum(block)) {
                receiver.take(flash, u16::try_from(index).unwrap_or(0), block)?;
                sent += 1;
            }
        }
        Ok(sent)
    }

    /// All of an update, as far as the power lasts; the trial goes well, or the board is reset in it.
    fn update(flash: &mut Memory, image: &[u8], does_well: bool) {
        let running = choose(flash).half;
        if send(flash, running, image).is_ok() && flash.has_power() {
            try_out(flash, running.other(), 1_000);
            let choice = choose(flash);
            if does_well && flash.has_power() {
                keep(flash, choice.half);
            }
        }
    }

    #[test]
    fn an_empty_slot_runs_its_first_half() {
        let mut flash = Memory::new(SLOT_BYTES);
        assert_eq!(choose(&mut flash), Choice { half: Half::A, trial_ms: None, returned: false });
        assert_eq!(flash.count, 0, "a board that was never written to over the line has no journal");
    }

    #[test]
    fn an_image_that_does_well_stays_and_one_that_does_not_goes() {
        let mut flash = Memory::new(SLOT_BYTES);
        let images: Vec<Vec<u8>> = (1..=4).map(|number| image(number, 70_000)).collect();
        probe(&mut flash, &images[0]);
        update(&mut flash, &images[1], true);
        assert_eq!(choose(&mut flash).half, Half::B);
        assert!(is_whole(&flash, Half::B, &images[1]));
        // Reset in its trial.
        update(&mut flash, &images[2], false);
        assert_eq!(choose(&mut flash), Choice { half: Half::B, trial_ms: None, returned: true });
        assert_eq!(choose(&mut flash), Choice { half: Half::B, trial_ms: None, returned: false });
        update(&mut flash, &images[3], true);
        assert_eq!(choose(&mut flash).half, Half::A);
        assert!(is_whole(&flash, Half::A, &images[3]));
    }

    #[test]
    fn an_image_that_a_probe_wrote_is_run() {
        let mut flash = Memory::new(SLOT_BYTES);
        probe(&mut flash, &image(1, 9_000));
        update(&mut flash, &image(2, 9_000), true);
        probe(&mut flash, &image(3, 9_000));
        assert_eq!(choose(&mut flash).half, Half::A);
        // Also where another one was on its way there.
        update(&mut flash, &image(4, 9_000), true);
        update(&mut flash, &image(5, 9_000), true);
        update(&mut flash, &image(6, 9_000), true);
        assert_eq!(choose(&mut flash).half, Half::B);
        flash.cut_after(3, 1);
        update(&mut flash, &image(7, 9_000), true);
        flash.switch_on();
        assert_eq!(choose(&mut flash).half, Half::B);
        probe(&mut flash, &image(8, 9_000));
        assert_eq!(choose(&mut flash).half, Half::A);
    }

    #[test]
    fn a_cut_in_any_write_or_erase_leaves_a_whole_image_to_run_and_the_next_attempt_ends() {
        let (old, middle, new) = (image(1, 150_000), image(2, 140_000), image(3, 145_000));
        // To the second half, and back to the first one.
        for back in [false, true] {
            let mut begun = Memory::new(SLOT_BYTES);
            probe(&mut begun, &old);
            if back {
                update(&mut begun, &middle, true);
            }
            let before = if back { &middle } else { &old };
            let mut whole = begun.clone();
            whole.count = 0;
            update(&mut whole, &new, true);
            assert!(whole.count > 570, "only {} writes and erases", whole.count);
            for (cut, torn) in (0..whole.count).map(|cut| (cut, cut % 3)) {
                let mut flash = begun.clone();
                flash.cut_after(cut, torn);
                update(&mut flash, &new, true);
                flash.switch_on();
                let half = choose(&mut flash).half;
                let runs_new = is_whole(&flash, half, &new);
                assert!(runs_new || is_whole(&flash, half, before), "cut {cut}, {torn}: half {half:?}");
                update(&mut flash, &new, true);
                let half = choose(&mut flash).half;
                assert!(is_whole(&flash, half, &new), "cut {cut}, {torn}: the next attempt");
            }
        }
    }

    #[test]
    fn an_attempt_goes_on_where_it_was_cut() {
        let mut flash = Memory::new(SLOT_BYTES);
        let new = image(2, 40 * 4096);
        // The first write is the journal's, and the erase after it is of all these blocks.
        flash.cut_after(1 + 1 + 16 * 10, 0);
        assert!(send(&mut flash, Half::A, &new).is_err(), "the flash did not lose its power");
        flash.switch_on();
        assert_eq!(send(&mut flash, Half::A, &new), Ok(30));
        assert!(is_whole(&flash, Half::B, &new));
        assert_eq!(send(&mut flash, Half::A, &new), Ok(0));
        // Of another image nothing is kept.
        assert_eq!(send(&mut flash, Half::A, &image(3, 40 * 4096)), Ok(40));
    }

    #[test]
    fn what_does_not_belong_to_an_image_is_not_written() {
        let mut flash = Memory::new(SLOT_BYTES);
        assert_eq!(Receiver::begin(&mut flash, Half::A, HALF_BYTES + 1, [1; 32]).err(), Some(BlockError::TooLong));
        assert_eq!(Receiver::begin(&mut flash, Half::A, 0, [1; 32]).err(), Some(BlockError::TooLong));
        let (mut receiver, _) = Receiver::begin(&mut flash, Half::A, 5_000, [1; 32]).expect("it fits");
        let before = flash.count;
        for (index, len) in [(0, 4_095), (1, 905), (1, 4_096), (2, 0), (2, 1), (u16::MAX, 4_096)] {
            assert_eq!(receiver.take(&mut flash, index, &[7].repeat(len)), Err(BlockError::Place), "{index}, {len}");
        }
        assert_eq!(flash.count, before);
        assert_eq!(receiver.take(&mut flash, 1, &[7].repeat(904)), Ok(()));
        // The longest image ends before the journal.
        let (mut receiver, _) = Receiver::begin(&mut flash, Half::A, HALF_BYTES, [2; 32]).expect("it fits");
        for index in 0..126 {
            assert_eq!(receiver.take(&mut flash, index, &[7; 4_096]), Ok(()));
        }
        assert_eq!(choose(&mut flash).half, Half::A);
        assert!(newest(&flash).is_some(), "the journal was erased");
    }
}
