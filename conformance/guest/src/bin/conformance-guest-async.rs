//! Carries out the script in its arguments over the asynchronous traits, and prints the answers.

use std::cell::Cell;

use conformance_guest::Devices;
use embassy_futures::select::{Either, select};
use embedded_hal::digital::OutputPin as _;
use embedded_hal_async::delay::DelayNs as _;
use embedded_hal_async::digital::Wait;
use embedded_hal_async::spi::{Operation, SpiDevice as _};
use embedded_io_async::Read as _;
use test_guests::awaited::Awaited;
use wasm_embedded_hal::{Delay, I2c, InputPin, IoPin, OutputPin, PwmOutput, SpiBus, SpiDevice, Uart, block_on};

/// A step of what is done beside a wait.
const PAUSE_MS: u32 = 5;

/// The labels of the policy.
struct Labels;

fn word(error: wasm_embedded_hal::OpenError) -> String {
    format!("{:?}", error.kind())
}

impl Devices for Labels {
    type I2c = Awaited<I2c>;
    type SpiDevice = Awaited<SpiDevice>;
    type SpiBus = Awaited<SpiBus>;
    type Output = OutputPin;
    type Input = InputPin;
    type Io = IoPin;
    type Pwm = PwmOutput;
    type Uart = Awaited<Uart>;
    type Delay = Awaited<Delay>;

    fn i2c(&mut self, label: &str) -> Result<Awaited<I2c>, String> {
        I2c::open(label).map(Awaited).map_err(word)
    }

    fn spi_device(&mut self, label: &str) -> Result<Awaited<SpiDevice>, String> {
        SpiDevice::open(label).map(Awaited).map_err(word)
    }

    fn spi_bus(&mut self, label: &str) -> Result<Awaited<SpiBus>, String> {
        SpiBus::open(label).map(Awaited).map_err(word)
    }

    fn output(&mut self, label: &str) -> Result<OutputPin, String> {
        OutputPin::open(label).map_err(word)
    }

    fn input(&mut self, label: &str) -> Result<InputPin, String> {
        InputPin::open(label).map_err(word)
    }

    fn io(&mut self, label: &str) -> Result<IoPin, String> {
        IoPin::open(label).map_err(word)
    }

    fn pwm(&mut self, label: &str) -> Result<PwmOutput, String> {
        PwmOutput::open(label).map_err(word)
    }

    fn uart(&mut self, label: &str) -> Result<Awaited<Uart>, String> {
        Uart::open(label).map(Awaited).map_err(word)
    }

    fn delay(&mut self) -> Awaited<Delay> {
        Awaited(Delay)
    }

    fn wait(&mut self, input: &mut InputPin, what: &str, output: &mut OutputPin, steps: &str) -> Option<String> {
        block_on(wait(input, what, output, steps))
    }

    fn drop_transaction(
        &mut self,
        device: &mut Awaited<SpiDevice>,
        operations: &mut [Operation<'_, u8>],
        after_ns: u32,
    ) -> Option<bool> {
        let ended = block_on(select(device.0.transaction(operations), Delay.delay_ns(after_ns)));
        Some(matches!(ended, Either::First(_)))
    }

    fn drop_read(&mut self, port: &mut Awaited<Uart>, buffer: &mut [u8], exact: bool, after_ms: u32) -> Option<bool> {
        let mut delay = Delay;
        let delay = delay.delay_ms(after_ms);
        Some(match exact {
            true => matches!(block_on(select(port.0.read_exact(buffer), delay)), Either::First(_)),
            false => matches!(block_on(select(port.0.read(buffer), delay)), Either::First(_)),
        })
    }
}

async fn wait<P: Wait>(input: &mut P, what: &str, output: &mut OutputPin, steps: &str) -> Option<String> {
    let pauses = Cell::new(0_u32);
    let waiting = async {
        match what {
            "high" => Some(input.wait_for_high().await),
            "low" => Some(input.wait_for_low().await),
            "rising" => Some(input.wait_for_rising_edge().await),
            "falling" => Some(input.wait_for_falling_edge().await),
            "any" => Some(input.wait_for_any_edge().await),
            _ => None,
        }
    };
    let driving = async {
        for step in steps.chars() {
            let driven = match step {
                'h' => output.set_high(),
                'l' => output.set_low(),
                _ => {
                    Delay.delay_ms(PAUSE_MS).await;
                    pauses.set(pauses.get() + 1);
                    Ok(())
                }
            };
            if let Err(error) = driven {
                return format!("err {error:?}");
            }
        }
        "waits".to_owned()
    };
    // The wait is polled first, so it has begun before the first step.
    match select(waiting, driving).await {
        Either::First(ended) => Some(match ended? {
            Ok(()) => format!("ok {}", pauses.get()),
            Err(error) => format!("err {error:?}"),
        }),
        Either::Second(text) => Some(text),
    }
}

#[wasm_embedded_hal::main]
async fn main() {
    let script = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    conformance_guest::run(&mut Labels, &script, &mut |line| println!("{line}"));
}
