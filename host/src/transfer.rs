//! What the calls of all buses have in common: a plan is admitted, and carried out.
//!
//! A plan knows nothing of how a guest's arguments came in: bytes are slices, wherever they are.

use smallvec::SmallVec;

use crate::admit::{Ask, Refused};
use crate::ctx::HalCtx;
use crate::kind::DeviceKind;
use crate::limits::size;
use crate::reply::Filling;
use crate::short;
use crate::wit::types::Short;

/// The operations of a list. Most have few.
pub(crate) type Steps<S> = SmallVec<[S; 16]>;

/// A transaction before its bytes: what it asks for, and how it is carried out.
pub(crate) trait Plan<K: DeviceKind>: Ask<K> {
    /// How the device fails.
    type Error;

    /// Returns how many bytes are read.
    fn read(&self) -> u64;

    /// Has a device carry it out. `written` are the bytes of all writes, end to end, and `read` is the room for those of all reads,
    /// both as long as the plan says.
    fn run(&self, device: &mut K::Device, written: &[u8], read: &mut [u8]) -> Result<(), Self::Error>;

    /// Has a device begin, or returns nothing if there is no memory for what is read.
    #[cfg(feature = "async")]
    fn start(
        &self,
        device: &mut K::Device,
        written: alloc::vec::Vec<u8>,
    ) -> Option<crate::Completion<Result<alloc::vec::Vec<u8>, Self::Error>>>;
}

/// Carries out a plan that reads nothing.
#[inline]
pub(crate) fn write<K: DeviceKind, P: Plan<K>>(
    hal: &mut HalCtx,
    handle: u32,
    plan: &P,
    bytes: &[u8],
) -> Result<Result<(), P::Error>, Refused> {
    Ok(plan.run(hal.admit::<K>(handle, plan)?.slot.device()?, bytes, &mut []))
}

/// Carries out a plan that reads, and returns what was read in the host's own room.
#[inline]
pub(crate) fn read<K: DeviceKind, P: Plan<K>>(
    hal: &mut HalCtx,
    handle: u32,
    plan: &P,
    bytes: &[u8],
) -> Result<(Filling, Result<(), P::Error>), Refused> {
    let mut admitted = hal.admit::<K>(handle, plan)?;
    let mut room = admitted.room(plan.read())?;
    let result = plan.run(admitted.slot.device()?, bytes, room.bytes());
    Ok((room, result))
}

/// Carries out a plan whose bytes came in integers, and returns what was read in the same form.
#[inline]
pub(crate) fn short<K: DeviceKind, P: Plan<K>>(
    hal: &mut HalCtx,
    handle: u32,
    plan: &P,
    bytes: Short,
    [write_len, read_len]: [u32; 2],
) -> Result<Result<Short, P::Error>, Refused> {
    let (written, mut read) = (short::to_bytes(bytes), [0; short::BYTES]);
    // Lengths that are not short are refused before anything is looked at.
    let (bytes, room) = (written.get(..size(write_len)), read.get_mut(..size(read_len)));
    let device = hal.admit::<K>(handle, plan)?.slot.device()?;
    let result = plan.run(device, bytes.unwrap_or_default(), room.unwrap_or_default());
    Ok(result.map(|()| short::from_bytes(read)))
}
