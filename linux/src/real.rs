//! The kernel that this process runs on.

#[cfg(test)]
mod tests;

use std::ffi::c_ulong;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::i2c::Address;
use embedded_hal::digital::PinState;
use embedded_hal::i2c::Operation;
use gpiocdev::Request;
use gpiocdev::chip::Chip;
use gpiocdev::line::{self, EdgeDetection, EdgeKind, Value};
use gpiocdev::request::{Builder, Config};
use rustix::thread::clock_nanosleep_absolute;
use rustix::time::{ClockId, Timespec, clock_gettime};
use spidev::{SpiModeFlags, Spidev, SpidevOptions, SpidevTransfer};

use super::gpio::{Bias, ChipInfo, Direction, Edge, LineInfo, LineRequest};
use super::ioctl;
use super::kernel::{Errno, I2cFile, Kernel, LineFile, SpiFile, SpiTransfer};

/// The kernel that this process runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealKernel;

#[derive(Debug)]
struct RealI2c(File);

#[derive(Debug)]
struct RealSpi(Spidev);

#[derive(Debug)]
struct RealLine(Arc<Request>);

impl Kernel for RealKernel {
    fn open_i2c(&self, path: &Path) -> Result<Box<dyn I2cFile>, Errno> {
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(from_io)?;
        Ok(Box::new(RealI2c(file)))
    }

    fn open_spi(&self, path: &Path) -> Result<Box<dyn SpiFile>, Errno> {
        Ok(Box::new(RealSpi(Spidev::open(path).map_err(from_io)?)))
    }

    fn chip(&self, path: &Path) -> Result<ChipInfo, Errno> {
        let chip = Chip::from_path(path).map_err(from_gpio)?;
        let info = chip.info().map_err(from_gpio)?;
        let lines = (0..info.num_lines).map(|offset| Ok(line_info(chip.line_info(offset).map_err(from_gpio)?)));
        Ok(ChipInfo { name: info.name, label: info.label, lines: lines.collect::<Result<_, Errno>>()? })
    }

    fn request_line(&self, chip: &Path, request: &LineRequest) -> Result<Box<dyn LineFile>, Errno> {
        let request = builder(chip, request).request().map_err(from_gpio)?;
        Ok(Box::new(RealLine(Arc::new(request))))
    }

    fn read_attribute(&self, path: &Path) -> Result<String, Errno> {
        let text = fs::read_to_string(path).map_err(from_io)?;
        Ok(text.trim_end_matches('\n').to_owned())
    }

    fn write_attribute(&self, path: &Path, value: &str) -> Result<(), Errno> {
        // One call of `write`: the kernel takes each as a value. And no file is made where there is none.
        let mut file = OpenOptions::new().write(true).open(path).map_err(from_io)?;
        file.write_all(value.as_bytes()).map_err(from_io)
    }

    fn now(&self) -> Duration {
        // The monotonic clock starts at zero.
        Duration::try_from(clock_gettime(ClockId::Monotonic)).unwrap_or_default()
    }

    fn sleep_until(&self, deadline: Duration) -> Result<(), Errno> {
        let deadline = Timespec::try_from(deadline).map_err(|_| Errno::INVAL)?;
        clock_nanosleep_absolute(ClockId::Monotonic, &deadline)
    }
}

impl I2cFile for RealI2c {
    fn functions(&mut self) -> Result<c_ulong, Errno> {
        ioctl::functions(&self.0)
    }

    fn set_timeout(&mut self, steps: usize) -> Result<(), Errno> {
        ioctl::set_timeout(&self.0, steps)
    }

    fn claim(&mut self, address: Address) -> Result<(), Errno> {
        ioctl::claim(&self.0, address)
    }

    fn transfer(&mut self, address: Address, messages: &mut [Operation<'_>]) -> Result<usize, Errno> {
        ioctl::transfer(&self.0, address, messages)
    }
}

impl SpiFile for RealSpi {
    fn mode(&mut self) -> Result<u8, Errno> {
        spidev::spidevioctl::get_mode(self.0.as_raw_fd()).map_err(from_io)
    }

    fn set_mode(&mut self, mode: u8) -> Result<(), Errno> {
        let mode = SpiModeFlags::from_bits_retain(mode.into());
        self.configure(|options| options.mode(mode))
    }

    fn set_bits_per_word(&mut self, bits: u8) -> Result<(), Errno> {
        self.configure(|options| options.bits_per_word(bits))
    }

    fn set_frequency(&mut self, hz: u32) -> Result<(), Errno> {
        self.configure(|options| options.max_speed_hz(hz))
    }

    fn message(&mut self, transfers: &mut [SpiTransfer<'_>]) -> Result<(), Errno> {
        let mut raw = transfers.iter_mut().map(transfer).collect::<Result<Vec<_>, Errno>>()?;
        self.0.transfer_multiple(&mut raw).map_err(from_io)
    }
}

impl RealSpi {
    fn configure(&mut self, set: impl FnOnce(&mut SpidevOptions) -> &mut SpidevOptions) -> Result<(), Errno> {
        self.0.configure(set(&mut SpidevOptions::new())).map_err(from_io)
    }
}

impl LineFile for RealLine {
    fn set(&mut self, high: bool) -> Result<(), Errno> {
        self.0.set_lone_value(if high { Value::Active } else { Value::Inactive }).map_err(from_gpio)
    }

    fn get(&mut self) -> Result<bool, Errno> {
        Ok(self.0.lone_value().map_err(from_gpio)? == Value::Active)
    }

    fn wait(&mut self, timeout: Duration) -> Result<Option<Edge>, Errno> {
        if !self.0.wait_edge_event(timeout).map_err(from_gpio)? {
            return Ok(None);
        }
        let event = self.0.read_edge_event().map_err(from_gpio)?;
        Ok(Some(Edge {
            rising: event.kind == EdgeKind::Rising,
            at: Duration::from_nanos(event.timestamp_ns),
            number: event.line_seqno,
        }))
    }

    fn report_edges(&mut self) -> Result<Box<dyn LineFile>, Errno> {
        self.0.reconfigure(&reporting(self.0.config())?).map_err(from_gpio)?;
        Ok(Box::new(RealLine(self.0.clone())))
    }
}

/// Returns the request of a line as the kernel gets it.
fn builder(chip: &Path, request: &LineRequest) -> Builder {
    let mut builder = Request::builder();
    builder.on_chip(chip).with_consumer(request.consumer.as_str()).with_line(request.offset);
    match request.direction {
        Direction::Input => builder.as_input(),
        Direction::Output => builder.as_output(value(request.initial)),
        Direction::OpenDrain => builder.as_output(value(request.initial)).with_drive(line::Drive::OpenDrain),
    };
    builder.with_bias(request.bias.map(|bias| match bias {
        Bias::Disabled => line::Bias::Disabled,
        Bias::PullUp => line::Bias::PullUp,
        Bias::PullDown => line::Bias::PullDown,
    }));
    if let Some(period) = request.debounce {
        builder.with_debounce_period(period);
    }
    if request.edges {
        builder.with_edge_detection(EdgeDetection::BothEdges);
    }
    builder
}

/// Has edges of a line's both directions reported, and leaves everything else of it as it is.
fn reporting(mut config: Config) -> Result<Config, Errno> {
    let offset = *config.lines().first().ok_or(Errno::INVAL)?;
    config.with_line(offset).with_edge_detection(EdgeDetection::BothEdges);
    Ok(config)
}

/// Returns a transfer as spidev has it.
pub(super) fn transfer<'a>(transfer: &'a mut SpiTransfer<'_>) -> Result<SpidevTransfer<'a, 'a>, Errno> {
    let mut raw = match (transfer.tx, transfer.rx.as_deref_mut()) {
        (None, None) => SpidevTransfer::delay(0),
        (Some(tx), None) => SpidevTransfer::write(tx),
        (None, Some(rx)) => SpidevTransfer::read(rx),
        (Some(tx), Some(rx)) if tx.len() == rx.len() => SpidevTransfer::read_write(tx, rx),
        (Some(_), Some(_)) => return Err(Errno::INVAL),
    };
    raw.delay_usecs = transfer.delay_us;
    Ok(raw)
}

fn value(level: PinState) -> Value {
    match level {
        PinState::Low => Value::Inactive,
        PinState::High => Value::Active,
    }
}

fn line_info(info: line::Info) -> LineInfo {
    LineInfo {
        name: info.name,
        output: info.direction == line::Direction::Output,
        holder: info.used.then_some(info.consumer),
    }
}

/// Returns the errno of an error of the standard library, or `EIO` if it is none of the kernel's.
pub(super) fn from_io(error: io::Error) -> Errno {
    Errno::from_io_error(&error).unwrap_or(Errno::IO)
}

/// Returns the errno of an error of gpiocdev.
fn from_gpio(error: gpiocdev::Error) -> Errno {
    use gpiocdev::Error;
    match error {
        Error::Os(errno) | Error::Uapi(_, gpiocdev_uapi::Error::Os(errno)) => Errno::from_raw_os_error(errno.0),
        Error::GpioChip(..) => Errno::NOTTY,
        Error::AbiLimitation(..) | Error::UnsupportedAbi(..) | Error::NoAbiSupport() => Errno::OPNOTSUPP,
        Error::InvalidArgument(_) => Errno::INVAL,
        // An answer that the library does not understand.
        _ => Errno::IO,
    }
}
