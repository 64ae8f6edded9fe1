//! A policy, with devices of the caller's behind some of its labels.
#![expect(unsafe_code, reason = "C hands over pointers, and names are not mangled")]

use std::ffi::{c_char, c_void};

use wasm_embedded_policy::Policy;
use wasm_embedded_runtime::board::{Board, NoSuchLabel};

use crate::device::adc::WeAdc;
use crate::device::digital::WePin;
use crate::device::i2c::WeI2c;
use crate::device::pwm::WePwm;
use crate::device::spi::WeSpi;
use crate::device::uart::WeUart;
use crate::device::{Context, adc, digital, i2c, pwm, spi, uart};
use crate::memory::{shared, text, unique};
use crate::result::{Failure, WeResult, guarded, or};

/// A policy, with devices behind some of its labels. What stands behind the others is simulated, or opened on this machine, as the policy
/// says.
#[derive(Debug)]
pub struct WeHost {
    pub(crate) policy: Policy,
    devices: Vec<(String, Table, Context)>,
}

/// A device of the caller's.
#[derive(Clone, Copy, Debug)]
enum Table {
    I2c(WeI2c),
    Spi(WeSpi),
    Output(WePin),
    Input(WePin),
    Io(WePin),
    Pwm(WePwm),
    Adc(WeAdc),
    Uart(WeUart),
}

impl WeHost {
    /// Puts the devices on a board.
    pub(crate) fn equip(&self, board: &mut Board) -> Result<(), Failure> {
        let policy = &self.policy;
        for (label, table, context) in &self.devices {
            let put = match *table {
                Table::I2c(table) => board.replace_i2c(policy, label, i2c::Device(table, *context)),
                Table::Spi(table) => board.replace_spi(policy, label, spi::Device(table, *context)),
                Table::Output(table) => board.replace_output(policy, label, digital::Device(table, *context)),
                Table::Input(table) => board.replace_input(policy, label, digital::Device(table, *context)),
                Table::Io(table) => board.replace_io(policy, label, digital::Device(table, *context)),
                Table::Pwm(table) => board.replace_pwm(policy, label, pwm::Device(table, *context)),
                Table::Adc(table) => board.replace_adc(policy, label, adc::Device(table, *context)),
                Table::Uart(table) => board.replace_uart(policy, label, uart::Device(table, *context)),
            };
            put.map_err(|error: NoSuchLabel<'_>| Failure::new(WeResult::Policy, &error))?;
        }
        Ok(())
    }
}

/// Reads a policy from text in TOML. `name` stands for it in messages. `*host` is to be freed with we_host_free(), and `*why`, if it is set,
/// with we_string_free(); `why` may be null.
///
/// # Safety
///
/// The texts end with a NUL, and `host` and `why` are null or places for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_host_new(
    name: *const c_char,
    policy: *const c_char,
    host: *mut *mut WeHost,
    why: *mut *mut c_char,
) -> WeResult {
    guarded(why, || {
        // SAFETY: as the caller promises.
        let (name, policy, host) = unsafe { (text(name, "name")?, text(policy, "policy")?, unique(host, "host")?) };
        let policy = Policy::parse(name, policy).map_err(|error| Failure::new(WeResult::Policy, &error))?;
        *host = Box::into_raw(Box::new(WeHost { policy, devices: Vec::new() }));
        Ok(())
    })
}

/// Reads a policy from a file, as we_host_new() does.
///
/// # Safety
///
/// The same as for we_host_new().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_host_load(path: *const c_char, host: *mut *mut WeHost, why: *mut *mut c_char) -> WeResult {
    guarded(why, || {
        // SAFETY: as the caller promises.
        let (path, host) = unsafe { (text(path, "path")?, unique(host, "host")?) };
        let policy = Policy::load(path.as_ref()).map_err(|error| Failure::new(WeResult::Policy, &error))?;
        *host = Box::into_raw(Box::new(WeHost { policy, devices: Vec::new() }));
        Ok(())
    })
}

/// Frees a host. A null pointer is nothing to free.
///
/// # Safety
///
/// `host` is null, or was made by this library and not freed, and no run uses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_host_free(host: *mut WeHost) {
    or((), || {
        if !host.is_null() {
            // SAFETY: it was made by `Box::into_raw`, as the caller promises.
            drop(unsafe { Box::from_raw(host) });
        }
    });
}

/// Adds a device to the list of a host.
///
/// # Safety
///
/// The same as for we_host_i2c().
unsafe fn put<T: Copy>(
    (host, label, table, context): (*mut WeHost, *const c_char, *const T, *mut c_void),
    why: *mut *mut c_char,
    of: impl FnOnce(T) -> Table,
) -> WeResult {
    guarded(why, || {
        // SAFETY: as the caller promises.
        let (host, label, table) = unsafe { (unique(host, "host")?, text(label, "label")?, shared(table, "table")?) };
        host.devices.push((label.to_owned(), of(*table), Context(context)));
        Ok(())
    })
}

/// Puts an I2C bus behind a label of the policy, in the place of what the policy says stands there. What the label grants stays as it is.
/// `context` goes to each function of the table. A label that the policy lacks is told of by we_run(). The same goes for the other kinds.
///
/// # Safety
///
/// `host` is null or lives and is used by nobody else; `label` ends with a NUL; `table` is null or lives during the call, and its functions
/// may be called with `context` for as long as the host lives.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_host_i2c(
    host: *mut WeHost,
    label: *const c_char,
    table: *const WeI2c,
    context: *mut c_void,
    why: *mut *mut c_char,
) -> WeResult {
    // SAFETY: as the caller promises.
    unsafe { put((host, label, table, context), why, Table::I2c) }
}

// One function a kind of device, written out: the header is made from the source, in which a macro would hide them.

/// Puts an SPI device, or a bus behind a label with `select = "none"` behind a label, as we_host_i2c() does a bus.
///
/// # Safety
///
/// The same as for we_host_i2c().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_host_spi(
    host: *mut WeHost,
    label: *const c_char,
    table: *const WeSpi,
    context: *mut c_void,
    why: *mut *mut c_char,
) -> WeResult {
    // SAFETY: as the caller promises.
    unsafe { put((host, label, table, context), why, Table::Spi) }
}

/// Puts an output behind a label, as we_host_i2c() does a bus.
///
/// # Safety
///
/// The same as for we_host_i2c().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_host_output(
    host: *mut WeHost,
    label: *const c_char,
    table: *const WePin,
    context: *mut c_void,
    why: *mut *mut c_char,
) -> WeResult {
    // SAFETY: as the caller promises.
    unsafe { put((host, label, table, context), why, Table::Output) }
}

/// Puts an input behind a label, as we_host_i2c() does a bus.
///
/// # Safety
///
/// The same as for we_host_i2c().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_host_input(
    host: *mut WeHost,
    label: *const c_char,
    table: *const WePin,
    context: *mut c_void,
    why: *mut *mut c_char,
) -> WeResult {
    // SAFETY: as the caller promises.
    unsafe { put((host, label, table, context), why, Table::Input) }
}

/// Puts an open-drain pin behind a label, as we_host_i2c() does a bus.
///
/// # Safety
///
/// The same as for we_host_i2c().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_host_io(
    host: *mut WeHost,
    label: *const c_char,
    table: *const WePin,
    context: *mut c_void,
    why: *mut *mut c_char,
) -> WeResult {
    // SAFETY: as the caller promises.
    unsafe { put((host, label, table, context), why, Table::Io) }
}

/// Puts a PWM output behind a label, as we_host_i2c() does a bus.
///
/// # Safety
///
/// The same as for we_host_i2c().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_host_pwm(
    host: *mut WeHost,
    label: *const c_char,
    table: *const WePwm,
    context: *mut c_void,
    why: *mut *mut c_char,
) -> WeResult {
    // SAFETY: as the caller promises.
    unsafe { put((host, label, table, context), why, Table::Pwm) }
}

/// Puts an analogue input behind a label, as we_host_i2c() does a bus.
///
/// # Safety
///
/// The same as for we_host_i2c().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_host_adc(
    host: *mut WeHost,
    label: *const c_char,
    table: *const WeAdc,
    context: *mut c_void,
    why: *mut *mut c_char,
) -> WeResult {
    // SAFETY: as the caller promises.
    unsafe { put((host, label, table, context), why, Table::Adc) }
}

/// Puts a serial port behind a label, as we_host_i2c() does a bus.
///
/// # Safety
///
/// The same as for we_host_i2c().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_host_uart(
    host: *mut WeHost,
    label: *const c_char,
    table: *const WeUart,
    context: *mut c_void,
    why: *mut *mut c_char,
) -> WeResult {
    // SAFETY: as the caller promises.
    unsafe { put((host, label, table, context), why, Table::Uart) }
}
