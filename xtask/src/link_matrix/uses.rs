//! Guests that use one thing of the hal each.

/// How a guest starts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    /// `fn main` with std.
    Blocking,
    /// `entry!`.
    BlockingWithoutStd,
    /// `#[wasm_embedded_hal::main]`.
    Asynchronous,
    /// `async_entry!`.
    AsynchronousWithoutStd,
}

impl Start {
    /// Returns what the guest's name ends with.
    pub(super) fn name(self) -> &'static str {
        match self {
            Start::Blocking => "std",
            Start::BlockingWithoutStd => "nostd",
            Start::Asynchronous => "async",
            Start::AsynchronousWithoutStd => "async-nostd",
        }
    }

    /// Returns the whole program.
    pub(super) fn program(self, usage: &Use) -> String {
        let body = usage.body;
        match self {
            Start::Blocking => format!("fn main() {{\n    {body}\n}}\n"),
            Start::Asynchronous => format!("#[wasm_embedded_hal::main]\nasync fn main() {{\n    {body}\n}}\n"),
            Start::BlockingWithoutStd => {
                format!("#![no_std]\n#![no_main]\n\nwasm_embedded_hal::entry!(main);\n\nfn main() {{\n    {body}\n}}\n")
            }
            Start::AsynchronousWithoutStd => {
                format!(
                    "#![no_std]\n#![no_main]\n\nwasm_embedded_hal::async_entry!(main);\n\nasync fn main() {{\n    {body}\n}}\n"
                )
            }
        }
    }
}

/// One thing that a guest uses.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) name: &'static str,
    /// What `main` does.
    pub(super) body: &'static str,
    /// The interfaces that it imports for that.
    pub(super) imports: &'static [&'static str],
}

impl Use {
    /// Returns the ways to start: what waits needs an asynchronous one, and what prints by itself needs std.
    pub(super) fn starts(&self) -> &'static [Start] {
        if self.body.contains(" println!") {
            return &[Start::Blocking, Start::Asynchronous];
        }
        if self.body.contains(".await") {
            &[Start::Asynchronous, Start::AsynchronousWithoutStd]
        } else {
            &[Start::Blocking, Start::BlockingWithoutStd, Start::Asynchronous, Start::AsynchronousWithoutStd]
        }
    }
}

const fn usage(name: &'static str, imports: &'static [&'static str], body: &'static str) -> Use {
    Use { name, body, imports }
}

/// All of them: each type by itself, opened only, used, and never there.
pub(super) const USES: &[Use] = &[
    usage("nothing", &[], "let _ = wasm_embedded_hal::Delay;"),
    usage("delay", &["delay"], "embedded_hal::delay::DelayNs::delay_ms(&mut wasm_embedded_hal::Delay, 1);"),
    usage(
        "delay-awaited",
        &["delay-async"],
        "embedded_hal_async::delay::DelayNs::delay_us(&mut wasm_embedded_hal::Delay, 1).await;",
    ),
    usage("instant", &["clock"], "core::hint::black_box(wasm_embedded_hal::Instant::now());"),
    usage("elapsed", &["clock"], "core::hint::black_box(wasm_embedded_hal::Instant::now().elapsed());"),
    usage("log", &["log"], "wasm_embedded_hal::log::init();\n    log::info!(\"here\");"),
    usage("print", &["log"], "wasm_embedded_hal::print::println!(\"here\");"),
    usage("block-on", &[], "wasm_embedded_hal::block_on(core::future::ready(()));"),
    usage("open", &["i2c"], "let _ = wasm_embedded_hal::I2c::open(\"x\").is_ok();"),
    usage("no-handle", &["i2c"], "drop(core::hint::black_box(None::<wasm_embedded_hal::I2c>));"),
    usage(
        "i2c",
        &["i2c"],
        "if let Ok(mut bus) = wasm_embedded_hal::I2c::open(\"x\") {
        let _ = embedded_hal::i2c::I2c::read(&mut bus, 0x10_u8, &mut [0; 40]);
    }",
    ),
    usage(
        "i2c-transaction",
        &["i2c"],
        "if let Ok(mut bus) = wasm_embedded_hal::I2c::open(\"x\") {
        use embedded_hal::i2c::Operation::{Read, Write};
        let (mut first, mut second) = ([0; 40], [0; 40]);
        let _ = embedded_hal::i2c::I2c::transaction(&mut bus, 0x10_u8, &mut [Write(&[1]), Read(&mut first), Read(&mut second)]);
    }",
    ),
    usage(
        "i2c-awaited",
        &["i2c", "i2c-async", "reply"],
        "if let Ok(mut bus) = wasm_embedded_hal::I2c::open(\"x\") {
        let _ = embedded_hal_async::i2c::I2c::read(&mut bus, 0x10_u8, &mut [0; 40]).await;
    }",
    ),
    usage(
        "spi-device",
        &["spi"],
        "if let Ok(mut device) = wasm_embedded_hal::SpiDevice::open(\"x\") {
        let _ = embedded_hal::spi::SpiDevice::transfer_in_place(&mut device, &mut [0; 40]);
    }",
    ),
    usage(
        "spi-device-awaited",
        &["spi", "spi-async"],
        "if let Ok(mut device) = wasm_embedded_hal::SpiDevice::open(\"x\") {
        let _ = embedded_hal_async::spi::SpiDevice::read(&mut device, &mut [0; 40]).await;
    }",
    ),
    usage(
        "spi-bus",
        &["spi"],
        "if let Ok(mut bus) = wasm_embedded_hal::SpiBus::open(\"x\") {
        let _ = embedded_hal::spi::SpiBus::read(&mut bus, &mut [0; 40]);
    }",
    ),
    usage(
        "spi-bus-awaited",
        &["spi", "spi-async"],
        "if let Ok(mut bus) = wasm_embedded_hal::SpiBus::open(\"x\") {
        let _ = embedded_hal_async::spi::SpiBus::read(&mut bus, &mut [0; 40]).await;
    }",
    ),
    usage(
        "output",
        &["digital"],
        "if let Ok(mut pin) = wasm_embedded_hal::OutputPin::open(\"x\") {
        let _ = embedded_hal::digital::OutputPin::set_high(&mut pin);
    }",
    ),
    usage(
        "input",
        &["digital"],
        "if let Ok(mut pin) = wasm_embedded_hal::InputPin::open(\"x\") {
        let _ = embedded_hal::digital::InputPin::is_high(&mut pin);
    }",
    ),
    usage(
        "input-awaited",
        &["digital", "digital-async"],
        "if let Ok(mut pin) = wasm_embedded_hal::InputPin::open(\"x\") {
        let _ = embedded_hal_async::digital::Wait::wait_for_high(&mut pin).await;
    }",
    ),
    usage(
        "io",
        &["digital"],
        "if let Ok(mut pin) = wasm_embedded_hal::IoPin::open(\"x\") {
        let _ = embedded_hal::digital::StatefulOutputPin::toggle(&mut pin);
    }",
    ),
    usage(
        "io-awaited",
        &["digital", "digital-async"],
        "if let Ok(mut pin) = wasm_embedded_hal::IoPin::open(\"x\") {
        let _ = embedded_hal_async::digital::Wait::wait_for_any_edge(&mut pin).await;
    }",
    ),
    usage(
        "pwm",
        &["pwm"],
        "if let Ok(mut output) = wasm_embedded_hal::PwmOutput::open(\"x\") {
        let _ = embedded_hal::pwm::SetDutyCycle::set_duty_cycle_fully_on(&mut output);
    }",
    ),
    usage(
        "uart",
        &["uart"],
        "if let Ok(mut port) = wasm_embedded_hal::Uart::open(\"x\") {
        let _ = embedded_io::Read::read(&mut port, &mut [0; 40]);
    }",
    ),
    usage(
        "uart-awaited",
        &["uart", "uart-async"],
        "if let Ok(mut port) = wasm_embedded_hal::Uart::open(\"x\") {
        let _ = embedded_io_async::Read::read(&mut port, &mut [0; 40]).await;
    }",
    ),
    usage(
        "adc",
        &["adc"],
        "if let Ok(mut input) = wasm_embedded_hal::AdcInput::open(\"x\") {
        let _ = wasm_embedded_hal::adc::AdcChannel::read_raw(&mut input);
    }",
    ),
    // A glob import must not hide or double what std has.
    usage("glob", &["clock"], "use wasm_embedded_hal::*;\n    println!(\"{:?}\", Instant::now());"),
];
