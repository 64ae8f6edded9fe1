//! `image info`: what an image for a microcontroller holds.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use wasm_embedded_host::microcontroller::{Settings, WASMTIME, tunables};
use wasm_embedded_image::{Image, ImageError, Policy};

use super::failure::Failure;
use super::{json, status};
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
    json::answer("image", fields(&image, &policy, fits), &text(&image, &policy, fits))?;
    Ok(if fits { 0 } else { status::COMPONENT })
}

fn text(image: &Image<'_>, policy: &Policy, fits: bool) -> String {
    let mut lines = vec![
        format!("guest      {}", escape::line(&policy.name)),
        format!("board      {}", escape::line(image.board())),
        format!("wasmtime   {}", escape::line(image.wasmtime())),
        format!("settings   {:#010x}", image.tunables()),
        format!("code       {} bytes", image.code().len()),
        format!("image      {} bytes", image.len()),
        format!("sha-256    {}", digest(image)),
        match policy.limits.fuel() {
            Some(fuel) => format!("fuel       {fuel} between two waits"),
            None => "fuel       off".to_owned(),
        },
        format!("memory     {} bytes", policy.limits.memory_bytes()),
        format!("bus time   {} ns in a transaction", policy.limits.transaction_time_ns()),
        format!("log        {} messages in a second", policy.limits.log_messages_per_s()),
    ];
    lines.extend(labels(policy).iter().map(|(kind, label, place)| format!("{kind:10} {label}: {place}")));
    if !fits {
        lines.push(format!("the firmware of this version cannot run this image: it needs an image for Wasmtime {WASMTIME}. Compile the component again"));
    }
    lines.join("\n") + "\n"
}

fn digest(image: &Image<'_>) -> String {
    image.digest().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the kind of each label, its name, and what stands behind it.
fn labels(policy: &Policy) -> Vec<(&'static str, String, String)> {
    let i2c = policy.i2c.iter().map(|label| {
        let place = match &label.backend {
            ChipBus::Sim(name) => format!("simulated bus {name}"),
            ChipBus::Block { block, pins: I2cPins { sda, scl } } => format!("I2C{block}, sda {sda}, scl {scl}"),
        };
        ("i2c", &label.label, format!("{place}, {} Hz", label.frequency_hz()))
    });
    let spi = policy.spi.iter().map(|label| {
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
        ("spi", &label.label, format!("{place}, {} Hz, mode {}", label.frequency_hz, label.mode_number()))
    });
    let place = |place: &ChipPin| match place {
        ChipPin::Sim(net) => format!("net {net}"),
        ChipPin::Pin(pin) => format!("pin {pin}"),
    };
    let pins = policy.pins.iter().map(|label| ("pin", &label.label, place(&label.backend)));
    let pwm = policy.pwm.iter();
    let pwm = pwm.map(|label| ("pwm", &label.label, format!("{}, {} Hz", place(&label.backend), label.frequency_hz)));
    let uart = policy.uart.iter().map(|label| {
        let place = match &label.backend {
            ChipBus::Sim(name) => format!("simulated port {name}"),
            ChipBus::Block { block, pins: UartPins { tx, rx } } => format!("UART{block}, tx {tx}, rx {rx}"),
        };
        ("uart", &label.label, format!("{place}, {} baud", label.baud))
    });
    let adc = policy.adc.iter().map(|label| ("adc", &label.label, place(&label.backend)));
    let all = i2c.chain(spi).chain(pins).chain(pwm).chain(uart).chain(adc);
    all.map(|(kind, label, place)| (kind, label.to_string(), place)).collect()
}

/// Returns what programs are told of an image.
fn fields(image: &Image<'_>, policy: &Policy, fits: bool) -> Value {
    let labels = labels(policy);
    let labels = labels.iter().map(|(kind, label, place)| json!({ "kind": kind, "label": label, "place": place }));
    json!({
        "guest": policy.name.to_string(),
        "board": image.board(),
        "wasmtime": image.wasmtime(),
        "settings": image.tunables(),
        "code_bytes": image.code().len(),
        "image_bytes": image.len(),
        "sha256": digest(image),
        "fuel": policy.limits.fuel(),
        "memory_bytes": policy.limits.memory_bytes(),
        "transaction_time_ns": policy.limits.transaction_time_ns(),
        "log_messages_per_s": policy.limits.log_messages_per_s(),
        "labels": labels.collect::<Vec<_>>(),
        "fits": fits,
    })
}
