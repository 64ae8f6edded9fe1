//! The header, and the image as a whole.

use alloc::vec::Vec;
use core::fmt;

use sha2::{Digest as _, Sha256};

use wasm_embedded_policy::chip::ChipPolicy as Policy;
use wasm_embedded_policy::codec::{Damaged, Field as _, take};

/// The first bytes of every image.
pub const MAGIC: &[u8; 8] = b"WEHIMAGE";

/// Wasmtime runs code in place only where its sections are aligned as they were written.
pub const CODE_ALIGN: usize = 4096;

/// The format of header and policy; another one cannot be read.
const FORMAT: u16 = 6;
/// Where the checksum is: it covers all of the image but itself.
const DIGEST_AT: usize = 64;
const DIGEST_LEN: usize = 32;
/// Where the policy begins.
const POLICY_AT: usize = DIGEST_AT + DIGEST_LEN;
/// The room for Wasmtime's version, and for the board's name.
const VERSION_LEN: usize = 16;
const BOARD_LEN: usize = 8;

/// What an image is made of.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// The version of Wasmtime that compiled the guest, up to 16 bytes.
    pub wasmtime: &'a str,
    /// Stands for the settings that it was compiled with, and for the interfaces that it was checked against.
    pub tunables: u32,
    /// The board that the policy was checked for, up to 8 bytes.
    pub board: &'a str,
    /// Whether the code counts fuel.
    pub fuelled: bool,
    /// The policy.
    pub policy: &'a Policy,
    /// The compiled core module of the component.
    pub code: &'a [u8],
}

/// An image that was checked against its own checksum.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    wasmtime: [u8; VERSION_LEN],
    tunables: u32,
    board: [u8; BOARD_LEN],
    fuelled: bool,
    digest: &'a [u8],
    policy: &'a [u8],
    code: &'a [u8],
    len: usize,
}

/// Why there is no image to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageError {
    /// The flash is erased, or was never written.
    Empty,
    /// What is there begins otherwise than an image.
    NotAnImage,
    /// The header has a format that this program does not know.
    Format(u16),
    /// The lengths in the header do not fit the region.
    Cut,
    /// The checksum is another one: the image was written in part, or changed.
    Checksum,
    /// The policy cannot be read.
    Policy(Damaged),
    /// A part is too long for an image: its name.
    TooLong(&'static str),
}

impl Contents<'_> {
    /// Returns the image.
    ///
    /// # Errors
    ///
    /// Fails if a part is too long for its place.
    pub fn pack(&self) -> Result<Vec<u8>, ImageError> {
        let policy = self.policy.to_bytes();
        let code_at = (POLICY_AT + policy.len()).next_multiple_of(CODE_ALIGN);
        let len = |len: usize, what| u32::try_from(len).map_err(|_| ImageError::TooLong(what));
        let mut image = Vec::with_capacity(code_at + self.code.len());
        image.extend_from_slice(MAGIC);
        FORMAT.put(&mut image);
        u16::from(self.fuelled).put(&mut image);
        image.extend_from_slice(&padded::<VERSION_LEN>(self.wasmtime, "the version of Wasmtime")?);
        image.extend_from_slice(&padded::<BOARD_LEN>(self.board, "the name of the board")?);
        self.tunables.put(&mut image);
        len(policy.len(), "the policy")?.put(&mut image);
        len(code_at, "the policy")?.put(&mut image);
        len(self.code.len(), "the component")?.put(&mut image);
        image.resize(POLICY_AT, 0);
        image.extend_from_slice(&policy);
        image.resize(code_at, 0);
        image.extend_from_slice(self.code);
        let digest = digest(&image).ok_or(ImageError::Cut)?;
        if let Some(room) = image.get_mut(DIGEST_AT..POLICY_AT) {
            room.copy_from_slice(&digest);
        }
        Ok(image)
    }
}

impl<'a> Image<'a> {
    /// Checks the image at the beginning of a region, which may be longer.
    ///
    /// # Errors
    ///
    /// There is none, or it is damaged.
    pub fn verify(region: &'a [u8]) -> Result<Image<'a>, ImageError> {
        let header = region.get(..POLICY_AT).ok_or(ImageError::Cut)?;
        if [0x00, 0xff].iter().any(|erased| header.iter().all(|byte| byte == erased)) {
            return Err(ImageError::Empty);
        }
        let mut rest = header.strip_prefix(MAGIC).ok_or(ImageError::NotAnImage)?;
        let image = Image::read(&mut rest, region).map_err(|damaged| damaged.unwrap_or(ImageError::Cut))?;
        let whole = region.get(..image.len).ok_or(ImageError::Cut)?;
        if digest(whole).as_ref().map(<[u8; DIGEST_LEN]>::as_slice) == Some(image.digest) {
            Ok(image)
        } else {
            Err(ImageError::Checksum)
        }
    }

    /// Reads the header behind its magic. `None` stands for lengths that do not fit.
    fn read(rest: &mut &[u8], region: &'a [u8]) -> Result<Image<'a>, Option<ImageError>> {
        let cut = |_| None;
        match u16::get(rest).map_err(cut)? {
            FORMAT => {}
            other => return Err(Some(ImageError::Format(other))),
        }
        let fuelled = u16::get(rest).map_err(cut)? != 0;
        let wasmtime = take(rest, VERSION_LEN).map_err(cut)?.try_into().map_err(|_| None)?;
        let board = take(rest, BOARD_LEN).map_err(cut)?.try_into().map_err(|_| None)?;
        let tunables = u32::get(rest).map_err(cut)?;
        let mut len = || u32::get(rest).ok().and_then(|len| usize::try_from(len).ok());
        let (policy_len, code_at, code_len) = (len().ok_or(None)?, len().ok_or(None)?, len().ok_or(None)?);
        let policy_end = POLICY_AT.checked_add(policy_len).filter(|end| *end <= code_at).ok_or(None)?;
        let len = code_at.checked_add(code_len).ok_or(None)?;
        if !code_at.is_multiple_of(CODE_ALIGN) {
            return Err(None);
        }
        Ok(Image {
            wasmtime,
            tunables,
            board,
            fuelled,
            digest: region.get(DIGEST_AT..POLICY_AT).ok_or(None)?,
            policy: region.get(POLICY_AT..policy_end).ok_or(None)?,
            code: region.get(code_at..len).ok_or(None)?,
            len,
        })
    }

    /// Returns the version of Wasmtime that compiled the guest.
    #[must_use]
    pub fn wasmtime(&self) -> &str {
        unpadded(&self.wasmtime)
    }

    /// Returns what stands for the settings that it was compiled with.
    #[must_use]
    pub fn tunables(&self) -> u32 {
        self.tunables
    }

    /// Returns the board that the policy was checked for.
    #[must_use]
    pub fn board(&self) -> &str {
        unpadded(&self.board)
    }

    /// Returns whether the code counts fuel.
    #[must_use]
    pub fn is_fuelled(&self) -> bool {
        self.fuelled
    }

    /// Returns the policy.
    ///
    /// # Errors
    ///
    /// Another version of the tool made it.
    pub fn policy(&self) -> Result<Policy, ImageError> {
        Policy::from_bytes(self.policy).map_err(ImageError::Policy)
    }

    /// Returns the compiled core module of the component.
    #[must_use]
    pub fn code(&self) -> &'a [u8] {
        self.code
    }

    /// Returns the SHA-256 of all but itself.
    #[must_use]
    pub fn digest(&self) -> &'a [u8] {
        self.digest
    }

    /// Returns how long the image is, in bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an image has a header, and is never empty")]
    pub fn len(&self) -> usize {
        self.len
    }
}

/// The checksum of an image, which leaves out its own place.
fn digest(image: &[u8]) -> Option<[u8; DIGEST_LEN]> {
    let digest = Sha256::new().chain_update(image.get(..DIGEST_AT)?).chain_update(image.get(POLICY_AT..)?);
    Some(digest.finalize().into())
}

fn padded<const N: usize>(text: &str, what: &'static str) -> Result<[u8; N], ImageError> {
    let mut room = [0; N];
    room.get_mut(..text.len()).ok_or(ImageError::TooLong(what))?.copy_from_slice(text.as_bytes());
    Ok(room)
}

fn unpadded(room: &[u8]) -> &str {
    let text = room.split(|byte| *byte == 0).next().unwrap_or_default();
    core::str::from_utf8(text).unwrap_or("?")
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImageError::Empty => f.write_str("no image: the flash is empty"),
            ImageError::NotAnImage => f.write_str("not an image of `wasm-embedded-rt compile`"),
            ImageError::Format(format) => write!(f, "the image has format {format}, this program reads {FORMAT}"),
            ImageError::Cut => f.write_str("the image is cut off: its end is missing"),
            ImageError::Checksum => f.write_str("the checksum is wrong: the image is incomplete or damaged"),
            ImageError::Policy(damaged) => damaged.fmt(f),
            ImageError::TooLong(what) => write!(f, "{what} is too long for an image"),
        }
    }
}

impl core::error::Error for ImageError {}
