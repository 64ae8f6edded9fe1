//! The compact form of a trace as a file.
//!
//! It begins with eight bytes, `wetrace` and the version 1. Frames follow, with numbers in little-endian order:
//!
//! | frame | bytes |
//! | --- | --- |
//! | block | `B`, 1 if nothing was under way when it began and otherwise 0, length (4), first and last time in ns (8 each), CRC-32 (4), [block](wasm_embedded_sim::trace::compact) |
//! | end | `E`, time in ns at which the run ended (8) |
//!
//! Who looks for a time goes from header to header: a file of 150 MB has about 2,300. A file without an end is one whose writer was stopped:
//! what is in it counts.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};

use wasm_embedded_sim::trace::compact::{Block, Damaged, Reader, Record};

use super::Format;
use super::recorder::TakeBlocks;

/// What a file begins with: a name and a version.
const MAGIC: [u8; 8] = *b"wetrace\x01";
const BLOCK: u8 = b'B';
const END: u8 = b'E';
/// The bytes of a header after the letter.
const HEADER_BYTES: usize = 25;
/// The longest block that a reader takes. A writer makes none of more than a mebibyte and a record.
const MAX_BLOCK_BYTES: u32 = 4 << 20;
/// How long before a window its reader begins, at least: longer than a byte of a serial port takes at 12 baud.
const WARM_UP_NS: u64 = 1_000_000_000;

/// Writes blocks to a file.
#[derive(Debug)]
pub struct CompactFile<W> {
    out: W,
    has_begun: bool,
}

impl<W: Write> CompactFile<W> {
    /// Creates the file over a writer.
    pub fn new(out: W) -> CompactFile<W> {
        CompactFile { out, has_begun: false }
    }

    fn begin(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.has_begun, true) {
            return Ok(());
        }
        self.out.write_all(&MAGIC)
    }
}

impl<W: Write + Send> TakeBlocks for CompactFile<W> {
    fn block(&mut self, block: Block) -> io::Result<()> {
        self.begin()?;
        let len = u32::try_from(block.bytes.len()).map_err(io::Error::other)?;
        let mut header = vec![BLOCK, u8::from(block.is_idle)];
        header.extend(len.to_le_bytes());
        header.extend([block.start_ns, block.last_ns].into_iter().flat_map(u64::to_le_bytes));
        header.extend(crc32fast::hash(&block.bytes).to_le_bytes());
        self.out.write_all(&header)?;
        self.out.write_all(&block.bytes)
    }

    fn finish(&mut self, end_ns: u64) -> io::Result<()> {
        self.begin()?;
        self.out.write_all(&[END])?;
        self.out.write_all(&end_ns.to_le_bytes())?;
        self.out.flush()
    }
}

/// Why a file cannot be read.
#[non_exhaustive]
#[derive(Debug)]
pub enum TraceFileError {
    /// It does not begin as a trace does.
    OtherFile,
    /// A block is not what was written.
    Damaged {
        /// Where the block's frame is in the file.
        at_byte: u64,
        /// What is wrong with it, if its check sum is right.
        why: Option<Damaged>,
    },
    /// The file cannot be read, or what it becomes not be written.
    Io(io::Error),
}

impl fmt::Display for TraceFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TraceFileError::OtherFile => {
                f.write_str("it is another kind of file: `run --trace FILE.wet` writes traces in the compact form")
            }
            TraceFileError::Damaged { at_byte, why: None } => {
                write!(f, "the block at byte {at_byte} is damaged: its check sum is another")
            }
            TraceFileError::Damaged { at_byte, why: Some(why) } => {
                write!(f, "the block at byte {at_byte} cannot be read: {why}")
            }
            TraceFileError::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TraceFileError {}

impl From<io::Error> for TraceFileError {
    fn from(error: io::Error) -> TraceFileError {
        TraceFileError::Io(error)
    }
}

/// Where a block is in a file.
#[derive(Clone, Copy, Debug)]
struct Frame {
    at_byte: u64,
    is_idle: bool,
    len: u32,
    start_ns: u64,
    last_ns: u64,
    check: u32,
}

/// A file of blocks that is read.
#[derive(Debug)]
pub struct TraceFile<R> {
    file: R,
    frames: Vec<Frame>,
    end_ns: Option<u64>,
    len: u64,
}

impl<R: Read + Seek> TraceFile<R> {
    /// Reads where the blocks are.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is another kind of file.
    pub fn open(mut file: R) -> Result<TraceFile<R>, TraceFileError> {
        let len = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        let mut magic = [0; MAGIC.len()];
        match file.read_exact(&mut magic) {
            Ok(()) if magic == MAGIC => {}
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error.into()),
            _ => return Err(TraceFileError::OtherFile),
        }
        let (mut frames, mut end_ns) = (Vec::new(), None);
        let mut at_byte = file.stream_position()?;
        while let Some(letter) = exactly::<1>(&mut file)? {
            match letter {
                [BLOCK] => {
                    let Some(header) = exactly::<HEADER_BYTES>(&mut file)? else { break };
                    let frame = Frame::of(at_byte, &header).ok_or(TraceFileError::Damaged { at_byte, why: None })?;
                    at_byte = frame.end();
                    // The writer was stopped in the middle of it.
                    if at_byte > len {
                        break;
                    }
                    frames.push(frame);
                    file.seek(SeekFrom::Start(at_byte))?;
                }
                [END] => {
                    end_ns = exactly::<8>(&mut file)?.map(u64::from_le_bytes);
                    break;
                }
                _ => return Err(TraceFileError::Damaged { at_byte, why: None }),
            }
        }
        Ok(TraceFile { file, frames, end_ns, len })
    }

    /// Returns the time at which the run ended, in nanoseconds, if the file says so: its writer may have been stopped.
    #[must_use]
    pub fn end_ns(&self) -> Option<u64> {
        self.end_ns
    }

    /// Returns when the last thing happened, in nanoseconds.
    #[must_use]
    pub fn last_ns(&self) -> u64 {
        self.frames.iter().map(|frame| frame.last_ns).max().unwrap_or_default()
    }

    /// Returns how many bytes the file has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.len
    }

    /// Gives `format` what happened up to a time, and enough of what happened before `from_ns` to know the levels of the wires then, and
    /// finishes it. The times are in nanoseconds. [`TextFormat::between`](super::TextFormat::between) and
    /// [`VcdFormat::between`](super::VcdFormat::between) leave out what was before.
    ///
    /// # Errors
    ///
    /// A block is damaged, or `format` cannot write.
    pub fn replay(&mut self, format: &mut impl Format, from_ns: u64, until_ns: u64) -> Result<(), TraceFileError> {
        for index in self.first(from_ns)..self.frames.len() {
            let Some(&frame) = self.frames.get(index) else { break };
            if frame.start_ns > until_ns {
                break;
            }
            let bytes = self.read(frame)?;
            let damaged = |why| TraceFileError::Damaged { at_byte: frame.at_byte, why: Some(why) };
            let mut reader = Reader::new(&bytes, frame.start_ns).map_err(damaged)?;
            replay(&mut reader, format).map_err(damaged)??;
        }
        let end_ns = self.end_ns.unwrap_or_else(|| self.last_ns());
        Ok(format.finish(end_ns.min(until_ns))?)
    }

    /// Returns the block to begin with, so that all levels are known at a time.
    fn first(&self, from_ns: u64) -> usize {
        let from_ns = from_ns.saturating_sub(WARM_UP_NS);
        let begins = |frame: &Frame| frame.is_idle && frame.start_ns <= from_ns;
        self.frames.iter().rposition(begins).unwrap_or_default()
    }

    fn read(&mut self, frame: Frame) -> Result<Vec<u8>, TraceFileError> {
        self.file.seek(SeekFrom::Start(frame.begin()))?;
        let mut bytes = vec![0; usize::try_from(frame.len).map_err(io::Error::other)?];
        self.file.read_exact(&mut bytes)?;
        if crc32fast::hash(&bytes) != frame.check {
            return Err(TraceFileError::Damaged { at_byte: frame.at_byte, why: None });
        }
        Ok(bytes)
    }
}

impl Frame {
    fn of(at_byte: u64, header: &[u8; HEADER_BYTES]) -> Option<Frame> {
        let (idle, rest) = header.split_first()?;
        let (len, rest) = rest.split_first_chunk()?;
        let (start_ns, rest) = rest.split_first_chunk()?;
        let (last_ns, rest) = rest.split_first_chunk()?;
        let frame = Frame {
            at_byte,
            is_idle: *idle != 0,
            len: u32::from_le_bytes(*len),
            start_ns: u64::from_le_bytes(*start_ns),
            last_ns: u64::from_le_bytes(*last_ns),
            check: u32::from_le_bytes(*rest.first_chunk()?),
        };
        (frame.len <= MAX_BLOCK_BYTES).then_some(frame)
    }

    /// Returns where the block begins and ends.
    fn begin(&self) -> u64 {
        self.at_byte.saturating_add(1).saturating_add(u64::try_from(HEADER_BYTES).unwrap_or(u64::MAX))
    }

    fn end(&self) -> u64 {
        self.begin().saturating_add(self.len.into())
    }
}

/// Gives a format all records of a block.
///
/// # Errors
///
/// A record cannot be read; within, what the format returns.
pub(super) fn replay(reader: &mut Reader<'_>, format: &mut impl Format) -> Result<io::Result<()>, Damaged> {
    format.topology(reader.topology());
    let mut give = |record: Record<'_>, topology: &_| match record {
        Record::Event(event) => format.event(&event, topology),
        Record::Run(run) => format.run(&run, topology),
    };
    while let Some(taken) = reader.next(&mut give)? {
        if taken.is_err() {
            return Ok(taken);
        }
    }
    Ok(Ok(()))
}

/// Reads so many bytes, or `None` if the file ends before.
fn exactly<const N: usize>(file: &mut impl Read) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}
