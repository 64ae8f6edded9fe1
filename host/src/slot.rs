//! Devices under labels.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A device under its label, with its grant.
pub(crate) struct Slot<D: ?Sized, G> {
    pub(crate) label: String,
    pub(crate) grant: G,
    /// How many handles are open.
    pub(crate) open: u32,
    /// Not here only while a call uses it: so a call can look at the guest's memory at the same time.
    device: Option<Box<D>>,
}

/// All devices of one kind. A handle of the guest is an index: Wasmtime keeps the guest from making up handles.
pub(crate) struct Slots<D: ?Sized, G>(Vec<Slot<D, G>>);

/// The trap of a call on a handle that stands for nothing, which Wasmtime should have caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BrokenHandle;

impl<D: ?Sized, G> Default for Slots<D, G> {
    fn default() -> Slots<D, G> {
        Slots(Vec::new())
    }
}

impl<D: ?Sized, G> Slots<D, G> {
    /// Adds a device. A label that was there before stands for the new one.
    pub(crate) fn add(&mut self, label: &str, device: Box<D>, grant: G) {
        let slot = Slot { label: label.into(), grant, open: 0, device: Some(device) };
        match self.0.iter_mut().find(|old| old.label == label) {
            Some(old) => *old = slot,
            None => self.0.push(slot),
        }
    }

    /// Returns the handle of a label.
    pub(crate) fn find(&self, label: &str) -> Option<u32> {
        u32::try_from(self.0.iter().position(|slot| slot.label == label)?).ok()
    }

    /// Returns what a handle stands for.
    #[inline]
    pub(crate) fn get(&mut self, handle: u32) -> Result<&mut Slot<D, G>, BrokenHandle> {
        usize::try_from(handle).ok().and_then(|index| self.0.get_mut(index)).ok_or(BrokenHandle)
    }

    /// Returns all devices.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Slot<D, G>> {
        self.0.iter_mut()
    }
}

impl<D: ?Sized, G> Slot<D, G> {
    /// Returns the device for a call that needs nothing of the guest's memory.
    #[inline]
    pub(crate) fn device(&mut self) -> Result<&mut D, BrokenHandle> {
        self.device.as_deref_mut().ok_or(BrokenHandle)
    }

    /// Takes the device out for a call.
    #[cfg(feature = "component")]
    #[inline]
    pub(crate) fn lend(&mut self) -> Result<Box<D>, BrokenHandle> {
        self.device.take().ok_or(BrokenHandle)
    }

    /// Puts it back.
    #[cfg(feature = "component")]
    #[inline]
    pub(crate) fn give_back(&mut self, device: Box<D>) {
        self.device = Some(device);
    }
}

impl<D: ?Sized, G: fmt::Debug> fmt::Debug for Slot<D, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("label", &self.label)
            .field("grant", &self.grant)
            .field("open", &self.open)
            .finish()
    }
}

impl<D: ?Sized, G: fmt::Debug> fmt::Debug for Slots<D, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl fmt::Display for BrokenHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the guest used a handle that it does not hold")
    }
}

impl core::error::Error for BrokenHandle {}
