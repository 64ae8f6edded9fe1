//! The handles of a guest: numbers that stand for devices it has opened, each of one kind.
//!
//! Canonical ABI, `Table` and `ResourceHandle`. All of these handles are the guest's own, and a call borrows one for as long as it
//! lasts: no other call comes meanwhile, so none can be dropped while it is lent.

use alloc::vec::Vec;

use super::abi::Violation;
use crate::kind::DeviceKind;

/// The table, with the numbers that the component model would give: the first is 1, and the one that was dropped last comes first.
#[derive(Debug, Default)]
pub(crate) struct Handles {
    entries: Vec<Entry>,
    /// The first free one, which may be the next to be added.
    free: usize,
}

#[derive(Clone, Copy, Debug)]
enum Entry {
    /// Nothing, and which is free after it.
    Free { next: usize },
    /// A device of a kind, by its number among the devices of that kind.
    Held { kind: u8, device: u32 },
}

impl Handles {
    /// Adds a handle of a device, and returns its number.
    pub(crate) fn add<K: DeviceKind>(&mut self, device: u32) -> Result<u32, Violation> {
        let index = self.free;
        let number = u32::try_from(index + 1).map_err(|_| Violation::Handles)?;
        let held = Entry::Held { kind: K::NUMBER, device };
        match self.entries.get_mut(index) {
            Some(entry) => {
                self.free = match entry {
                    Entry::Free { next } => *next,
                    // Only free entries are in the list of those.
                    Entry::Held { .. } => return Err(Violation::Handles),
                };
                *entry = held;
            }
            None => {
                self.entries.push(held);
                self.free = self.entries.len();
            }
        }
        Ok(number)
    }

    /// Returns what a handle of a kind stands for.
    #[inline]
    pub(crate) fn get<K: DeviceKind>(&self, number: u32) -> Result<u32, Violation> {
        match usize::try_from(number).ok().and_then(|number| self.entries.get(number.wrapping_sub(1))) {
            Some(Entry::Held { kind, device }) if *kind == K::NUMBER => Ok(*device),
            Some(Entry::Held { .. }) => Err(Violation::WrongHandle(number)),
            Some(Entry::Free { .. }) | None => Err(Violation::UnknownHandle(number)),
        }
    }

    /// Removes a handle of a kind, and returns what it stood for.
    pub(crate) fn remove<K: DeviceKind>(&mut self, number: u32) -> Result<u32, Violation> {
        let device = self.get::<K>(number)?;
        if let Some(index) = usize::try_from(number).ok().and_then(|number| number.checked_sub(1))
            && let Some(entry) = self.entries.get_mut(index)
        {
            *entry = Entry::Free { next: self.free };
            self.free = index;
        }
        Ok(device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{i2c, spi};

    #[test]
    fn a_handle_stands_for_its_device_until_it_is_dropped_and_for_its_kind_only() {
        let mut handles = Handles::default();
        let bus = handles.add::<i2c::Handle>(7).expect("room");
        let device = handles.add::<spi::DeviceHandle>(7).expect("room");
        assert_eq!((bus, device), (1, 2));
        assert_eq!(handles.get::<i2c::Handle>(bus), Ok(7));
        assert_eq!(handles.get::<spi::DeviceHandle>(bus), Err(Violation::WrongHandle(bus)));
        assert_eq!(handles.get::<spi::BusHandle>(device), Err(Violation::WrongHandle(device)));
        assert_eq!(handles.remove::<spi::BusHandle>(device), Err(Violation::WrongHandle(device)), "it stays");
        assert_eq!(handles.remove::<i2c::Handle>(bus), Ok(7));
        assert_eq!(handles.get::<i2c::Handle>(bus), Err(Violation::UnknownHandle(bus)));
        assert_eq!(handles.remove::<i2c::Handle>(bus), Err(Violation::UnknownHandle(bus)), "dropped twice");
        for number in [0, 3, u32::MAX] {
            assert_eq!(handles.get::<spi::DeviceHandle>(number), Err(Violation::UnknownHandle(number)));
        }
    }

    #[test]
    fn the_number_that_was_dropped_last_is_given_first() {
        let mut handles = Handles::default();
        let add = |handles: &mut Handles| handles.add::<i2c::Handle>(0).expect("room");
        assert_eq!([add(&mut handles), add(&mut handles), add(&mut handles)], [1, 2, 3]);
        for number in [1, 3] {
            handles.remove::<i2c::Handle>(number).expect("held");
        }
        assert_eq!([add(&mut handles), add(&mut handles), add(&mut handles)], [3, 1, 4]);
    }
}
