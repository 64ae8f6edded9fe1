//! Whoever has the serial line of the board: sends images, looks at guests, stops and starts them. `../PROTOCOL.md` says how.

use alloc::format;
use alloc::string::{String, ToString as _};
use core::fmt;

use wasm_embedded_line::slot::{self, HALF_BYTES, Half};
use wasm_embedded_line::{
    Answer, Decoder, Digest, Flash, Frame, Journal, LONGEST_REQUEST, Piece, Proof, RECORD_BYTES, Receiver, Request,
    State, VERSION, is_proof,
};

use crate::board::Board;
use crate::console::say;
use crate::ending::Ending;
use crate::heap::Heap;
use crate::load::{LoadError, Loaded};
use crate::operator::{Operator, is_empty};
use crate::station::{Station, attended};
use crate::turns::GUESTS;

/// A board with a serial line and a flash memory that it can write to.
pub trait LineBoard: Board {
    /// A part of the flash memory.
    type Flash: Flash;

    /// How many blocks the board can take before it has written the first of them.
    const WINDOW: u8;

    /// Returns the flash memory of a slot, of which nobody else writes.
    fn slot_flash(&self, slot: usize) -> Self::Flash;

    /// Returns two sectors for what the board keeps for itself.
    fn settings_flash(&self) -> Self::Flash;

    /// Returns a half of a slot, as guests run from it. It is not written to while one does.
    fn half(&self, slot: usize, half: Half) -> &'static [u8];

    /// Takes bytes that have come over the line, and returns how many.
    fn receive(&self, buffer: &mut [u8]) -> usize;

    /// Sends bytes.
    fn send(&self, bytes: &[u8]);

    /// Changes the speed of the line, once all that was sent has left.
    fn set_speed(&self, baud: u32);

    /// Hands out the newest of the log.
    fn newest_log(&self, take: &mut dyn FnMut(&[u8]));

    /// Returns the microseconds since the start.
    fn now_us(&self) -> u64;
}

/// The speeds that a line may have, and that of the log.
const SPEEDS: core::ops::RangeInclusive<u32> = 9_600..=3_000_000;
const LOG_BAUD: u32 = 115_200;
/// A line without a request for so long is at the speed of the log again.
const SILENCE_US: u64 = 3_000_000;
const US_PER_MS: u64 = 1_000;

const SETTINGS: Journal = Journal::at(0);

/// Runs the guests in the flash, and does what comes over the line; never returns.
pub fn run_with_line<B: LineBoard>(board: &'static B, heap: &Heap) -> ! {
    attended(board, heap, &mut Line::new(board))
}

struct Line<B: 'static> {
    board: &'static B,
    decoder: Decoder,
    receiver: Option<(usize, Receiver)>,
    slots: [Slot; GUESTS],
    /// Whether the line is at another speed than the log's, and when the last request came.
    fast: bool,
    heard_us: u64,
    key: Option<[u8; 32]>,
}

/// What is known of a slot.
struct Slot {
    half: Half,
    /// Until when its image is on trial.
    trial_us: Option<u64>,
    starts: u32,
    name: String,
    last: String,
}

impl<B: LineBoard> Line<B> {
    fn new(board: &'static B) -> Line<B> {
        let slot = || Slot { half: Half::A, trial_us: None, starts: 0, name: String::new(), last: String::new() };
        let record = SETTINGS.newest(&board.settings_flash());
        let key = record.and_then(|record| if record[0] == 1 { record[1..].first_chunk().copied() } else { None });
        Line {
            board,
            decoder: Decoder::new(LONGEST_REQUEST),
            receiver: None,
            slots: core::array::from_fn(|_| slot()),
            fast: false,
            heard_us: 0,
            key,
        }
    }

    /// Answers a frame.
    fn take(&mut self, frame: &Frame, station: &mut Station) {
        self.heard_us = self.board.now_us();
        let answer = match Request::read(frame) {
            Ok(request) => self.answer(request, station, frame.number),
            Err(_) => Err("this firmware does not know the request".into()),
        };
        match answer {
            Ok(Some(answer)) => self.send(&answer, frame.number),
            Ok(None) => {}
            Err(why) => self.send(&Answer::Refused { why }, frame.number),
        }
    }

    fn send(&self, answer: &Answer, number: u8) {
        self.board.send(&answer.to_frame(number).to_bytes());
    }

    /// Does what is asked for, and returns the answer if it was not sent yet.
    fn answer(&mut self, request: Request, station: &mut Station, number: u8) -> Result<Option<Answer>, String> {
        match request {
            Request::Hello => return Ok(Some(self.who())),
            Request::Speed { baud } => {
                if !SPEEDS.contains(&baud) {
                    return Err(format!("{baud} baud: the line has {} to {}", SPEEDS.start(), SPEEDS.end()));
                }
                self.send(&Answer::Done, number);
                self.board.set_speed(baud);
                self.fast = baud != LOG_BAUD;
                return Ok(None);
            }
            Request::Begin { slot, len, digest, proof } => {
                self.prove(&digest, proof)?;
                return self.begin(slot, len, digest).map(Some);
            }
            Request::Block { index, bytes } => {
                let (slot, receiver) = self.receiver.as_mut().ok_or("no image was announced")?;
                let taken = receiver.take(&mut self.board.slot_flash(*slot), index, &bytes);
                taken.map_err(|error| error.to_string())?;
            }
            Request::Finish { health_ms } => self.finish(health_ms, station, number)?,
            Request::State { slot } => return self.state(slot, station).map(Some),
            Request::Log => self.board.newest_log(&mut |text| self.board.send(text)),
            Request::Stop { slot } => self.stop(slot, station)?,
            Request::Start { slot } => self.start(slot, station)?,
            Request::Key { key, proof } => {
                self.prove(&key.unwrap_or_default(), proof)?;
                let mut record = [0; RECORD_BYTES];
                record[0] = u8::from(key.is_some());
                record.iter_mut().skip(1).zip(key.unwrap_or_default()).for_each(|(slot, byte)| *slot = byte);
                SETTINGS.add(&mut self.board.settings_flash(), &record);
                self.key = key;
            }
        }
        Ok(Some(Answer::Done))
    }

    fn who(&self) -> Answer {
        Answer::Board {
            version: VERSION,
            slots: u8::try_from(GUESTS).unwrap_or(u8::MAX),
            half_bytes: HALF_BYTES,
            window: B::WINDOW,
            has_key: self.key.is_some(),
            board: self.board.name().into(),
            firmware: env!("CARGO_PKG_VERSION").into(),
        }
    }

    /// Checks that who asks has the key of the board, if it has one.
    fn prove(&self, what: &Digest, proof: Option<Proof>) -> Result<(), String> {
        let Some(key) = &self.key else { return Ok(()) };
        let proof = proof.ok_or("this board has a key: give it with --board-key")?;
        if is_proof(key, what, &proof) { Ok(()) } else { Err("the key is another one than the board's".into()) }
    }

    fn slot(&mut self, number: u8) -> Result<(usize, &mut Slot), String> {
        let index = usize::from(number);
        self.slots.get_mut(index).map(|slot| (index, slot)).ok_or_else(|| format!("there is no slot {number}"))
    }

    fn begin(&mut self, slot: u8, len: u32, digest: Digest) -> Result<Answer, String> {
        let board = self.board;
        let (index, slot) = self.slot(slot)?;
        if slot.trial_us.is_some() {
            return Err("an image is on trial there: wait until that is over".into());
        }
        let begun = Receiver::begin(&mut board.slot_flash(index), slot.half, len, digest);
        let (receiver, crcs) = begun.map_err(|error| error.to_string())?;
        self.receiver = Some((index, receiver));
        Ok(Answer::Ready { crcs })
    }

    /// Checks the image that has come, and changes over to it. Asked again, since the answer was lost, it is done already.
    fn finish(&mut self, health_ms: u32, station: &mut Station, number: u8) -> Result<(), String> {
        let Some((index, receiver)) = &self.receiver else {
            return if self.slots.iter().any(|slot| slot.trial_us.is_some()) {
                Ok(())
            } else {
                Err("no image was announced".into())
            };
        };
        let (index, half) = (*index, receiver.half());
        let region = self.board.half(index, half);
        if slot::digest(&self.board.slot_flash(index), half).as_ref() != Some(receiver.digest()) {
            return Err("the image is another one than was announced".into());
        }
        // Checks the whole image: what could not be run is refused while the image before runs on.
        let loaded = station.load(region).map_err(|error| error.to_string())?;
        station.could_add(index, &loaded)?;
        self.receiver = None;
        slot::try_out(&mut self.board.slot_flash(index), half, health_ms);
        self.send(&Answer::Done, number);
        station.remove(index);
        let choice = slot::choose(&mut self.board.slot_flash(index));
        self.begin_trial(index, half, choice.trial_ms);
        self.add(index, loaded, station)
    }

    fn begin_trial(&mut self, index: usize, half: Half, trial_ms: Option<u32>) {
        let now_us = self.board.now_us();
        if let Some(slot) = self.slots.get_mut(index) {
            slot.half = half;
            slot.trial_us = trial_ms.map(|ms| now_us.saturating_add(u64::from(ms) * US_PER_MS));
            if trial_ms.is_some() {
                // Of another image.
                slot.last.clear();
            }
        }
    }

    fn add(&mut self, index: usize, loaded: Loaded, station: &mut Station) -> Result<(), String> {
        if let Some(slot) = self.slots.get_mut(index) {
            slot.starts = slot.starts.saturating_add(1);
            slot.name = (*loaded.name).into();
        }
        station.add(index, loaded)
    }

    fn state(&mut self, number: u8, station: &Station) -> Result<Answer, String> {
        let (index, slot) = self.slot(number)?;
        let runs = station.has(index);
        Ok(Answer::State(State {
            half: u8::from(slot.half == Half::B),
            trial: slot.trial_us.is_some(),
            runs,
            starts: slot.starts,
            name: slot.name.clone(),
            last: slot.last.clone(),
        }))
    }

    fn stop(&mut self, number: u8, station: &mut Station) -> Result<(), String> {
        let (index, slot) = self.slot(number)?;
        if slot.trial_us.is_some() {
            return Err("its image is on trial: wait until that is over".into());
        }
        if !station.remove(index) {
            return Err(format!("no guest runs in slot {number}"));
        }
        slot.last = "stopped over the line".into();
        Ok(())
    }

    fn start(&mut self, number: u8, station: &mut Station) -> Result<(), String> {
        let board = self.board;
        let (index, slot) = self.slot(number)?;
        if station.has(index) {
            return Err(format!("{} runs in slot {number}", slot.name));
        }
        let loaded = station.load(board.half(index, slot.half)).map_err(|error| error.to_string())?;
        self.add(index, loaded, station)
    }

    /// Ends a trial, well or not.
    fn end_trial(&mut self, index: usize, why: Option<&dyn fmt::Display>, station: &mut Station) {
        let board = self.board;
        let Some(slot) = self.slots.get_mut(index) else { return };
        slot.trial_us = None;
        let Some(why) = why else {
            slot::keep(&mut board.slot_flash(index), slot.half);
            return say(board, format_args!("slot {index}: the new image stays"));
        };
        let before = slot.half.other();
        match station.load(board.half(index, before)) {
            Ok(loaded) => {
                slot.half = before;
                slot::keep(&mut board.slot_flash(index), before);
                say(board, format_args!("slot {index}: back to the image before: {why}"));
                station.remove(index);
                if let Err(why) = self.add(index, loaded, station) {
                    say(board, format_args!("slot {index}: refused: {why}"));
                }
            }
            Err(_) => {
                slot::keep(&mut board.slot_flash(index), slot.half);
                say(board, format_args!("slot {index}: there is no image before to go back to"));
            }
        }
    }
}

impl<B: LineBoard> Operator for Line<B> {
    const STAYS: bool = true;

    fn load(
        &mut self,
        index: usize,
        load: &mut dyn FnMut(&'static [u8]) -> Result<Loaded, LoadError>,
    ) -> Result<Loaded, LoadError> {
        let board = self.board;
        let choice = slot::choose(&mut board.slot_flash(index));
        self.begin_trial(index, choice.half, choice.trial_ms);
        if choice.returned {
            say(board, format_args!("slot {index}: back to the image before: the board was reset in the trial"));
        }
        let loaded = load(board.half(index, choice.half)).or_else(|error| {
            // An image that is damaged is no reason to run none.
            let other = choice.half.other();
            let Ok(loaded) = load(board.half(index, other)) else { return Err(error) };
            if !is_empty(&error) {
                say(board, format_args!("slot {index}: {error}; the other half has an image"));
            }
            slot::keep(&mut board.slot_flash(index), other);
            self.begin_trial(index, other, None);
            Ok(loaded)
        });
        if let Some(slot) = self.slots.get_mut(index) {
            match &loaded {
                Ok(loaded) => (slot.starts, slot.name) = (1, (*loaded.name).into()),
                Err(error) => slot.last = error.to_string(),
            }
            if choice.returned {
                slot.last = "the board was reset in the trial of another image".into();
            }
        }
        loaded
    }

    fn attend(&mut self, station: &mut Station) {
        let mut bytes = [0; 64];
        loop {
            let count = self.board.receive(&mut bytes);
            for byte in bytes.iter().take(count) {
                if let Some(Piece::Frame(frame)) = self.decoder.push(*byte) {
                    self.take(&frame, station);
                }
            }
            if count == 0 {
                break;
            }
        }
        if self.fast && self.board.now_us().saturating_sub(self.heard_us) > SILENCE_US {
            self.board.set_speed(LOG_BAUD);
            self.fast = false;
        }
        for index in 0..GUESTS {
            let over = self.slots.get(index).and_then(|slot| slot.trial_us);
            if over.is_some_and(|over_us| self.board.now_us() >= over_us) {
                self.end_trial(index, None, station);
            }
        }
    }

    fn ended(&mut self, station: &mut Station, index: usize, ending: &Ending, again: bool) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        slot.last = ending.to_string();
        slot.starts = slot.starts.saturating_add(u32::from(again));
        if slot.trial_us.is_some() {
            let failed = *ending != Ending::Success;
            self.end_trial(index, failed.then_some(ending as &dyn fmt::Display), station);
        }
    }
}
