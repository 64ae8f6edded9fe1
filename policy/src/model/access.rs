//! Reading and writing.

/// What a guest may do with a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Access {
    /// Read only. Devices that need a register pointer to be written first cannot be used so.
    ReadOnly,
    /// Read and write.
    #[default]
    ReadWrite,
}
