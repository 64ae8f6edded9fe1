//! The command's end: asks, waits for answers, asks again, and sends images.

use alloc::collections::VecDeque;
use alloc::string::{String, ToString as _};
use core::fmt;
use core::time::Duration;

use crate::frame::{CRC, Decoder, Piece};
use crate::message::{Answer, BLOCK_BYTES, Digest, LONGEST_ANSWER, Proof, Request, State, VERSION};

/// A serial line.
pub trait Port {
    /// Why it fails.
    type Error: fmt::Display + fmt::Debug;

    /// Sends bytes.
    ///
    /// # Errors
    ///
    /// The line is gone.
    fn send(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;

    /// Waits for bytes, and returns how many came: none when the time is over.
    ///
    /// # Errors
    ///
    /// The line is gone.
    fn receive(&mut self, buffer: &mut [u8], within: Duration) -> Result<usize, Self::Error>;

    /// Goes on at another speed, once all that was sent has left.
    ///
    /// # Errors
    ///
    /// The line cannot do that.
    fn set_speed(&mut self, baud: u32) -> Result<(), Self::Error>;

    /// Returns the time since any moment, always the same.
    fn now(&self) -> Duration;

    /// Takes a text that the board's guests and firmware wrote to the log meanwhile.
    fn text(&mut self, text: &[u8]);
}

/// Who is at the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The board's name, as images have it.
    pub board: String,
    /// The firmware's version.
    pub firmware: String,
    /// How many slots it has.
    pub slots: u8,
    /// The room for an image, in bytes.
    pub half_bytes: u32,
    /// Whether it takes only images of who has its key.
    pub has_key: bool,
    window: usize,
}

/// How far an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The bytes that are there, with those of an earlier attempt.
    pub done: usize,
    /// All of them.
    pub of: usize,
}

/// Why there is no answer to work with.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientError<E> {
    /// The line failed.
    Port(E),
    /// Nobody answered.
    Silent,
    /// The board refused, with its reason.
    Refused(String),
    /// The firmware has another version of the protocol.
    Version(u8),
    /// The answer is none to the question.
    Unexpected,
}

impl<E: fmt::Display> fmt::Display for ClientError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientError::Port(error) => write!(f, "the line failed: {error}"),
            ClientError::Silent => f.write_str("the board does not answer"),
            ClientError::Refused(why) => write!(f, "the board refused: {why}"),
            ClientError::Version(version) => {
                write!(f, "the firmware speaks version {version} of the protocol, this command version {VERSION}")
            }
            ClientError::Unexpected => {
                f.write_str("the answer does not fit the question: is another program at the line?")
            }
        }
    }
}

impl<E: fmt::Display + fmt::Debug> core::error::Error for ClientError<E> {}

/// How long to wait for an answer before the request is sent again: less than a board waits before it goes back to the log's speed.
const PATIENCE: Duration = Duration::from_millis(900);
/// How often a request is sent: the slowest erase of a flash memory, and what a guest computes between two waits, take seconds.
const ATTEMPTS: usize = 6;
/// How long the board takes for changing its speed, at most.
const TURN: Duration = Duration::from_millis(20);
/// The speed of the log, at which every line begins.
pub(crate) const LOG_BAUD: u32 = 115_200;

/// A conversation with a board.
#[derive(Debug)]
pub struct Client<P> {
    port: P,
    decoder: Decoder,
    number: u8,
}

impl<P: Port> Client<P> {
    /// Begins a conversation.
    pub fn new(port: P) -> Client<P> {
        Client { port, decoder: Decoder::new(LONGEST_ANSWER), number: 0 }
    }

    /// Returns the line.
    pub fn port(&mut self) -> &mut P {
        &mut self.port
    }

    /// Asks who is there, and returns it.
    ///
    /// # Errors
    ///
    /// Nobody is, or it speaks another version.
    pub fn hello(&mut self) -> Result<Who, ClientError<P::Error>> {
        match self.ask(&Request::Hello)? {
            Answer::Board { version: VERSION, slots, half_bytes, window, has_key, board, firmware } => {
                Ok(Who { board, firmware, slots, half_bytes, has_key, window: usize::from(window).max(1) })
            }
            Answer::Board { version, .. } => Err(ClientError::Version(version)),
            _ => Err(ClientError::Unexpected),
        }
    }

    /// Goes on at another speed. A line that cannot do it is at the log's speed again.
    ///
    /// # Errors
    ///
    /// The board does not answer any more at either speed.
    pub fn speed(&mut self, baud: u32) -> Result<u32, ClientError<P::Error>> {
        match self.ask(&Request::Speed { baud }) {
            Ok(_) => {}
            Err(ClientError::Refused(_)) => return Ok(LOG_BAUD),
            Err(error) => return Err(error),
        }
        self.port.set_speed(baud).map_err(ClientError::Port)?;
        self.listen(TURN)?;
        match self.hello() {
            Ok(_) => Ok(baud),
            Err(_) => {
                // It has gone back by itself meanwhile.
                self.port.set_speed(LOG_BAUD).map_err(ClientError::Port)?;
                self.hello().map(|_| LOG_BAUD)
            }
        }
    }

    /// Goes back to the speed of the log, so that a terminal can read on.
    ///
    /// # Errors
    ///
    /// The line failed.
    pub fn end(&mut self) -> Result<(), ClientError<P::Error>> {
        self.ask(&Request::Speed { baud: LOG_BAUD })?;
        self.port.set_speed(LOG_BAUD).map_err(ClientError::Port)
    }

    /// Sends an image to the half of a slot that does not run. What is there of an earlier attempt is left out.
    ///
    /// # Errors
    ///
    /// The board refuses it or stops answering: the image that runs is the same as before.
    pub fn send(
        &mut self,
        who: &Who,
        slot: u8,
        image: &[u8],
        digest: Digest,
        proof: Option<Proof>,
        mut progress: impl FnMut(Progress),
    ) -> Result<(), ClientError<P::Error>> {
        let len = u32::try_from(image.len()).unwrap_or(u32::MAX);
        let Answer::Ready { crcs } = self.ask(&Request::Begin { slot, len, digest, proof })? else {
            return Err(ClientError::Unexpected);
        };
        let blocks = image.chunks(BLOCK_BYTES).enumerate();
        let is_missing = |(index, bytes): &(usize, &[u8])| crcs.get(*index) != Some(&CRC.checksum(bytes));
        let mut waiting: VecDeque<(u16, &[u8])> =
            blocks.filter(is_missing).map(|(index, bytes)| (u16::try_from(index).unwrap_or(u16::MAX), bytes)).collect();
        let total = waiting.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
        let mut done = image.len() - total;
        progress(Progress { done, of: image.len() });
        let mut under_way: VecDeque<(u8, u16, &[u8])> = VecDeque::new();
        let mut silent = 0;
        while !waiting.is_empty() || !under_way.is_empty() {
            while under_way.len() < who.window
                && let Some((index, bytes)) = waiting.pop_front()
            {
                let number = self.tell(&Request::Block { index, bytes: bytes.to_vec() })?;
                under_way.push_back((number, index, bytes));
            }
            let Some((number, answer)) = self.answer(PATIENCE)? else {
                // Frames were lost, one way or the other: all that may be, once more.
                silent += 1;
                if silent >= ATTEMPTS {
                    return Err(ClientError::Silent);
                }
                while let Some((_, index, bytes)) = under_way.pop_back() {
                    waiting.push_front((index, bytes));
                }
                continue;
            };
            let Some(place) = under_way.iter().position(|(sent, ..)| *sent == number) else { continue };
            match answer {
                Answer::Done => {
                    let bytes = under_way.remove(place).map_or(&[][..], |(.., bytes)| bytes);
                    (silent, done) = (0, done + bytes.len());
                    progress(Progress { done, of: image.len() });
                }
                Answer::Refused { why } => return Err(ClientError::Refused(why)),
                _ => return Err(ClientError::Unexpected),
            }
        }
        Ok(())
    }

    /// Has the board check an image that was sent, and run it on trial.
    ///
    /// # Errors
    ///
    /// It refuses the image: the one before runs on.
    pub fn finish(&mut self, health: Duration) -> Result<(), ClientError<P::Error>> {
        self.done(&Request::Finish { health_ms: u32::try_from(health.as_millis()).unwrap_or(u32::MAX) })
    }

    /// Returns what a slot and its guest do.
    ///
    /// # Errors
    ///
    /// There is no such slot, or no answer.
    pub fn state(&mut self, slot: u8) -> Result<State, ClientError<P::Error>> {
        match self.ask(&Request::State { slot })? {
            Answer::State(state) => Ok(state),
            _ => Err(ClientError::Unexpected),
        }
    }

    /// Has a request done that has no answer but that it is.
    ///
    /// # Errors
    ///
    /// The board refuses, or does not answer.
    pub fn done(&mut self, request: &Request) -> Result<(), ClientError<P::Error>> {
        match self.ask(request)? {
            Answer::Done => Ok(()),
            _ => Err(ClientError::Unexpected),
        }
    }

    /// Listens to the log for some time.
    ///
    /// # Errors
    ///
    /// The line failed.
    pub fn listen(&mut self, time: Duration) -> Result<(), ClientError<P::Error>> {
        self.answer(time).map(drop)
    }

    /// Asks, once more if there is no answer, and returns what is no refusal.
    fn ask(&mut self, request: &Request) -> Result<Answer, ClientError<P::Error>> {
        for _ in 0..ATTEMPTS {
            let asked = self.tell(request)?;
            while let Some((number, answer)) = self.answer(PATIENCE)? {
                match answer {
                    // Of an earlier attempt.
                    _ if number != asked => {}
                    Answer::Refused { why } => return Err(ClientError::Refused(why)),
                    answer => return Ok(answer),
                }
            }
        }
        Err(ClientError::Silent)
    }

    fn tell(&mut self, request: &Request) -> Result<u8, ClientError<P::Error>> {
        self.number = self.number.wrapping_add(1);
        self.port.send(&request.to_frame(self.number).to_bytes()).map_err(ClientError::Port)?;
        Ok(self.number)
    }

    /// Waits for a frame, and hands on the text before it.
    fn answer(&mut self, within: Duration) -> Result<Option<(u8, Answer)>, ClientError<P::Error>> {
        // However much a guest logs meanwhile, the time is over when it is.
        let until = self.port.now().saturating_add(within);
        // A byte at a time: what comes behind the frame stays on the line.
        let mut byte = [0];
        loop {
            let left = until.saturating_sub(self.port.now());
            if left.is_zero() || self.port.receive(&mut byte, left).map_err(ClientError::Port)? == 0 {
                return Ok(None);
            }
            match self.decoder.push(byte[0]) {
                Some(Piece::Frame(frame)) => {
                    let number = frame.number;
                    if let Ok(answer) = Answer::read(&frame) {
                        return Ok(Some((number, answer)));
                    }
                }
                Some(Piece::Text(text)) => self.port.text(&text),
                None => {}
            }
        }
    }
}

impl Who {
    /// Returns the sentence that a person reads first.
    #[must_use]
    pub fn describe(&self) -> String {
        let Who { board, firmware, slots, half_bytes, .. } = self;
        [
            "board ",
            board,
            ", firmware ",
            firmware,
            ", ",
            &slots.to_string(),
            " slots of ",
            &(half_bytes / 1024).to_string(),
            " KiB",
        ]
        .concat()
    }
}
