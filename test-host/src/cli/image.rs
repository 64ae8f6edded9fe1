//! `image info`: what an image for a microcontroller holds.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use wasm_embedded_host::microcontroller::{Settings, WASMTIME, tunables};
use wasm_embedded_image::{Image, ImageError, Policy};

use super::failure::Failure;
use super::status;
use wasm_embedded_policy::chip::{ChipBus, ChipPin, I2cPins, SpiPins, UartPins};
use wasm_embedded_policy::escape;

/// Shows what an image for a microcontroller contains
#[derive(Args)]
pub(super) struct Opts {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Info(InfoOpts),
}

/// Checks an image and prints what it contains
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
struct InfoOpts {
    /// The image: a `.bin` file made by `compile --target`, or a flash dump that starts at the image
    image: PathBuf,
}

const AFTER_HELP: &str = "\
Example:
  wasm-embedded-rt image info station.bin

Exit status:
    0  the firmware of this version runs the image
   64  the command line is wrong
  119  the file cannot be read, or the output cannot be written
  121  the file holds no image, or the image is damaged or made by another version";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let Command::Info(opts) = &opts.command;
    let name = opts.image.display().to_string();
    let bytes = fs::read(&opts.image).map_err(|error| Failure::file(format!("cannot read {name}"), error))?;
    let refuse = |error: ImageError| Failure::new(status::COMPONENT, error).context(format!("{name} is refused"));
    let image = Image::verify(&bytes).map_err(refuse)?;
    let policy = image.policy().map_err(refuse)?;
    let expected = tunables(Settings { fuel: image.is_fuelled() });
    let fits = image.wasmtime() == WASMTIME && image.tunables() == expected;
    super::print(&text(&image, &policy, fits))?;
    Ok(if fits { 0 } else { status::COMPONENT })
}

fn text(image: &Image<'_>, policy: &Policy, fits: bool) -> String {
    let digest: String = image.digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut lines = vec![
        format!("guest      {}", escape::line(&policy.name)),
        format!("board      {}", escape::line(image.board())),
        format!("wasmtime   {}", escape::line(image.wasmtime())),
        format!("settings   {:#010x}", image.tunables()),
        format!("code       {} bytes", image.code().len()),
        format!("image      {} bytes", image.len()),
        format!("sha-256    {digest}"),
        match policy.limits.fuel() {
            Some(fuel) => format!("fuel       {fuel} between two waits"),
            None => "fuel       off".to_owned(),
        },
        format!("memory     {} bytes", policy.limits.memory_bytes()),
        format!("bus time   {} ns in a transaction", policy.limits.transaction_time_ns()),
        format!("log        {} messages in a second", policy.limits.log_messages_per_s()),
    ];
    lines.extend(policy.i2c.iter().map(|label| {
        let place = match &label.backend {
            ChipBus::Sim(name) => format!("simulated bus {name}"),
            ChipBus::Block { block, pins: I2cPins { sda, scl } } => format!("I2C{block}, sda {sda}, scl {scl}"),
        };
        format!("i2c        {}: {place}, {} Hz", label.label, label.frequency_hz())
    }));
    lines.extend(policy.spi.iter().map(|label| {
        let place = match &label.backend {
            ChipBus::Sim(name) => format!("simulated bus {name}"),
            ChipBus::Block { block, pins: SpiPins { sck, mosi, miso, cs } } => {
                let mut place = format!("SPI{block}, sck {sck}, mosi {mosi}");
                for (key, pin) in [("miso", miso), ("cs", cs)].into_iter().filter_map(|(key, pin)| Some((key, (*pin)?)))
                {
                    // Writing to a string cannot fail.
                    let _ = write!(place, ", {key} {pin}");
                }
                place
            }
        };
        format!("spi        {}: {place}, {} Hz, mode {}", label.label, label.frequency_hz, label.mode_number())
    }));
    let place = |place: &ChipPin| match place {
        ChipPin::Sim(net) => format!("net {net}"),
        ChipPin::Pin(pin) => format!("pin {pin}"),
    };
    lines.extend(policy.pins.iter().map(|label| format!("pin        {}: {}", label.label, place(&label.backend))));
    lines.extend(
        policy
            .pwm
            .iter()
            .map(|label| format!("pwm        {}: {}, {} Hz", label.label, place(&label.backend), label.frequency_hz)),
    );
    lines.extend(policy.uart.iter().map(|label| {
        let place = match &label.backend {
            ChipBus::Sim(name) => format!("simulated port {name}"),
            ChipBus::Block { block, pins: UartPins { tx, rx } } => format!("UART{block}, tx {tx}, rx {rx}"),
        };
        format!("uart       {}: {place}, {} baud", label.label, label.baud)
    }));
    lines.extend(policy.adc.iter().map(|label| format!("adc        {}: {}", label.label, place(&label.backend))));
    if !fits {
        lines.push(format!("the firmware of this version cannot run this image: it needs an image for Wasmtime {WASMTIME}. Compile the component again"));
    }
    lines.join("\n") + "\n"
}
