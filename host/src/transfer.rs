//! What the calls of all buses have in common: a plan is admitted, and carried out.
//!
//! A plan knows nothing of how a guest's arguments came in: bytes are slices, wherever they are.

use crate::admit::Ask;
use crate::kind::Kind;

/// A transaction before its bytes: what it asks for, and how it is carried out.
pub(crate) trait Plan<K: Kind>: Ask<K> {
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
    ) -> Option<crate::Progress<Result<alloc::vec::Vec<u8>, Self::Error>>>;
}
