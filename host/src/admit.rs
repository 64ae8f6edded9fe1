//! The one way to a device, for a guest's blocking and asynchronous calls and for an operator's commands: the interrupt, the handle
//! or label, its grant, the limits, and what the log hears of a refusal.

use alloc::boxed::Box;

use crate::ctx::HalCtx;
use crate::interrupt::{Interrupt, Interrupted};
use crate::kind::{DeviceKind, Devices};
use crate::limits::{Asked, Limits, count};
use crate::log::Log;
use crate::refusal::Refusal;
use crate::reply::{Filling, ReplyBuffer};
use crate::slot::{BrokenHandle, Slot};

/// What is asked before a device is reached, and who hears of the answer.
pub(crate) struct Admission {
    pub(crate) interrupt: Interrupt,
    pub(crate) limits: Limits,
    pub(crate) log: Box<dyn Log>,
    #[cfg(feature = "async")]
    pub(crate) calls: crate::calls::Calls,
}

/// What a call asks of a device of a kind.
pub(crate) trait Ask<K: DeviceKind> {
    /// Checks it against what the label grants and the limits.
    fn check<'a>(&self, label: &'a str, grant: &K::Grant, limits: &Limits) -> Result<(), No<'a>>;
}

/// Why a call is not admitted.
#[derive(Debug)]
pub(crate) enum No<'a> {
    /// It is refused, and the log hears why.
    Refused(Refusal<'a>),
    /// No device of the kind can do it.
    Unsupported,
}

/// What is granted with its label, and not bounded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Free;

/// A list of so many operations, before it is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operations(pub(crate) usize);

/// How a device is named: by a guest's handle, or by an operator's label.
pub(crate) trait Name<'n> {
    /// Returns the handle.
    fn handle<K: DeviceKind>(self, devices: &mut Devices) -> Result<u32, Refusal<'n>>;
}

/// A call that was admitted: the device, and what it may need besides.
pub(crate) struct Admitted<'a, K: DeviceKind> {
    pub(crate) slot: &'a mut Slot<K::Device, K::Grant>,
    pub(crate) admission: &'a mut Admission,
    reply: &'a mut ReplyBuffer,
}

/// A call that was not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The guest is to be stopped: a trap.
    Interrupted(Interrupted),
    /// The handle stands for nothing: a trap.
    Broken(BrokenHandle),
    /// The caller is told, as a value.
    Denied(Denied),
}

/// What the caller is told of a refusal; the log heard the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The label is not there.
    UnknownLabel,
    /// The label stands for another kind of hardware.
    WrongKind,
    /// The label is held already.
    Held,
    /// There are as many handles as there may be.
    Handles,
    /// There are as many asynchronous calls as there may be.
    Calls,
    /// The label does not grant it.
    NotGranted,
    /// It is past a limit, or its lengths do not add up.
    TooLong,
    /// The host has no memory for it.
    OutOfMemory,
    /// The hardware cannot do it.
    Unsupported,
}

impl HalCtx {
    /// Admits a call to a device, or tells the log why not. Nothing reaches a device in another way.
    #[inline]
    pub(crate) fn admit<'n, K: DeviceKind>(
        &mut self,
        name: impl Name<'n>,
        ask: &impl Ask<K>,
    ) -> Result<Admitted<'_, K>, Refused> {
        let HalCtx { devices, admission, reply, .. } = self;
        admission.interrupt.check()?;
        let handle = name.handle::<K>(devices).map_err(|refusal| admission.refuse(&refusal))?;
        let slot = K::slots(devices).get(handle)?;
        match ask.check(&slot.label, &slot.grant, &admission.limits) {
            Ok(()) => Ok(Admitted { slot, admission, reply }),
            Err(No::Refused(refusal)) => Err(admission.refuse(&refusal).into()),
            Err(No::Unsupported) => Err(Denied::Unsupported.into()),
        }
    }
}

impl Admission {
    /// Tells the log of a refusal, and returns what the caller is told.
    #[cold]
    pub(crate) fn refuse(&mut self, refusal: &Refusal<'_>) -> Denied {
        self.log.refused(refusal);
        match refusal {
            Refusal::UnknownLabel { .. } => Denied::UnknownLabel,
            Refusal::WrongKind { .. } => Denied::WrongKind,
            Refusal::Held { .. } | Refusal::HeldBy { .. } => Denied::Held,
            Refusal::Handles { .. } => Denied::Handles,
            Refusal::Calls { .. } => Denied::Calls,
            Refusal::Address { .. } | Refusal::PortReadOnly { .. } => Denied::NotGranted,
            Refusal::Malformed { .. } | Refusal::TooLong { .. } => Denied::TooLong,
            Refusal::Memory { .. } => Denied::OutOfMemory,
        }
    }

    /// Tells the log that there is no memory for what would be read.
    #[cold]
    pub(crate) fn no_memory(&mut self, label: &str, bytes: u64) -> Denied {
        self.refuse(&Refusal::Memory { label, bytes })
    }

    /// Counts an asynchronous call, or refuses it if there are as many as the guest may have.
    #[cfg(feature = "async")]
    pub(crate) fn begin_call(&mut self) -> Result<crate::calls::Call, Denied> {
        let limit = self.limits.calls;
        self.calls.begin(limit).ok_or_else(|| self.refuse(&Refusal::Calls { limit }))
    }
}

impl<'a, K: DeviceKind> Admitted<'a, K> {
    /// Returns room for what the guest reads.
    #[inline]
    pub(crate) fn room(&mut self, bytes: u64) -> Result<Filling, Denied> {
        match usize::try_from(bytes).ok().and_then(|len| self.reply.take(len)) {
            Some(room) => Ok(room),
            None => Err(self.admission.no_memory(&self.slot.label, bytes)),
        }
    }

    /// Returns the device.
    #[inline]
    pub(crate) fn device(self) -> Result<&'a mut K::Device, Refused> {
        Ok(self.slot.device()?)
    }
}

impl Refused {
    /// Returns what a call gives that was not admitted: a trap, or an error of its interface.
    #[cold]
    pub(crate) fn told<R, E: From<Denied>>(self) -> wasmtime::Result<Result<R, E>> {
        match self {
            Refused::Interrupted(interrupted) => Err(interrupted.into()),
            Refused::Broken(broken) => Err(broken.into()),
            Refused::Denied(denied) => Ok(Err(denied.into())),
        }
    }

    /// Returns the trap of a call without errors, to which nothing is denied.
    #[cold]
    pub(crate) fn into_trap(self) -> wasmtime::Error {
        match self {
            Refused::Interrupted(interrupted) => interrupted.into(),
            Refused::Broken(_) | Refused::Denied(_) => BrokenHandle.into(),
        }
    }
}

impl Name<'static> for u32 {
    #[inline]
    fn handle<K: DeviceKind>(self, _: &mut Devices) -> Result<u32, Refusal<'static>> {
        Ok(self)
    }
}

impl<'n> Name<'n> for &'n str {
    fn handle<K: DeviceKind>(self, devices: &mut Devices) -> Result<u32, Refusal<'n>> {
        K::slots(devices).find(self).ok_or_else(|| match devices.kind_of(self) {
            Some(is) => Refusal::WrongKind { label: self, is, wanted: K::NAME },
            None => Refusal::UnknownLabel { label: self },
        })
    }
}

impl<K: DeviceKind> Ask<K> for Free {
    #[inline]
    fn check<'a>(&self, _: &'a str, _: &K::Grant, _: &Limits) -> Result<(), No<'a>> {
        Ok(())
    }
}

impl<K: DeviceKind> Ask<K> for Operations {
    #[inline]
    fn check<'a>(&self, label: &'a str, _: &K::Grant, limits: &Limits) -> Result<(), No<'a>> {
        limits.operations_of(count(self.0)).within(label)
    }
}

/// Checks numbers of the caller's in their order.
#[inline]
pub(crate) fn all_within<'a>(label: &'a str, numbers: &[Asked]) -> Result<(), No<'a>> {
    numbers.iter().try_for_each(|number| number.within(label))
}

impl<'a> From<Refusal<'a>> for No<'a> {
    fn from(refusal: Refusal<'a>) -> No<'a> {
        No::Refused(refusal)
    }
}

impl From<Interrupted> for Refused {
    #[inline]
    fn from(interrupted: Interrupted) -> Refused {
        Refused::Interrupted(interrupted)
    }
}

impl From<BrokenHandle> for Refused {
    #[inline]
    fn from(broken: BrokenHandle) -> Refused {
        Refused::Broken(broken)
    }
}

impl From<Denied> for Refused {
    #[inline]
    fn from(denied: Denied) -> Refused {
        Refused::Denied(denied)
    }
}

/// Says what an interface calls a denial. A guest can meet those of labels and handles only when it opens a label.
macro_rules! denials {
    ($error:ty, too long: $too_long:ident, out of memory: $out_of_memory:ident) => {
        impl From<crate::admit::Denied> for $error {
            fn from(denied: crate::admit::Denied) -> $error {
                use crate::admit::Denied;

                match denied {
                    Denied::TooLong => <$error>::$too_long,
                    Denied::OutOfMemory => <$error>::$out_of_memory,
                    Denied::Unsupported => <$error>::Unsupported,
                    Denied::Calls | Denied::Held => <$error>::Busy,
                    Denied::NotGranted | Denied::UnknownLabel | Denied::WrongKind | Denied::Handles => <$error>::Denied,
                }
            }
        }
    };
}
pub(crate) use denials;
