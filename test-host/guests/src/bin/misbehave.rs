//! Does what its first argument says, none of it nice.

use embedded_hal::delay::DelayNs as _;
use embedded_hal::digital::OutputPin as _;
use embedded_hal::i2c::I2c as _;
use embedded_hal::pwm::SetDutyCycle as _;
use embedded_io::{Read as _, Write as _};
use wasm_embedded_hal::adc::AdcChannel as _;
use wasm_embedded_hal::{AdcInput, Delay, I2c, Instant, OutputPin, PwmOutput, SpiDevice, Uart};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let what = std::env::args().nth(1).unwrap_or_default();
    match what.as_str() {
        "trap" => {
            let mut motor = OutputPin::open("MOTOR")?;
            motor.set_high()?;
            Delay.delay_ms(10);
            #[cfg(target_arch = "wasm32")]
            core::arch::wasm32::unreachable();
        }
        "panic" => {
            OutputPin::open("MOTOR")?.set_high()?;
            panic!("the motor is on");
        }
        "exit" => std::process::exit(3),
        "error" => Err("nothing works")?,
        "wait-forever" => {
            OutputPin::open("MOTOR")?.set_high()?;
            loop {
                Delay.delay_ms(u32::MAX);
            }
        }
        "poll-forever" => {
            let mut bus = I2c::open("bus")?;
            loop {
                bus.write(0x2a_u8, &[])?;
            }
        }
        "poll-with-motor" => {
            OutputPin::open("MOTOR")?.set_high()?;
            let mut bus = I2c::open("bus")?;
            loop {
                bus.write(0x2a_u8, &[])?;
            }
        }
        "read-forever" => {
            OutputPin::open("MOTOR")?.set_high()?;
            Uart::open("serial")?.read(&mut [0])?;
        }
        "clock-forever" => while Instant::now().as_nanos() < u64::MAX {},
        "duty" => {
            let mut fan = PwmOutput::open("FAN")?;
            fan.set_duty_cycle_percent(60)?;
            println!("{:?} {:?}", fan.set_duty_cycle(fan.max_duty_cycle() + 1), fan.set_duty_cycle(u16::MAX));
        }
        "listen-only" => println!("{:?}", Uart::open("gps")?.write(b"quiet!")),
        "once" => {
            let (_fan, _port, _pot) = (PwmOutput::open("FAN")?, Uart::open("serial")?, AdcInput::open("POT")?);
            println!("{:?}", PwmOutput::open("FAN").map(drop));
            println!("{:?}", Uart::open("serial").map(drop));
            println!("{:?}", AdcInput::open("POT").map(drop));
            println!("{:?}", Uart::open("POT").map(drop));
        }
        // What is written leaves a slow wire when the guest is gone.
        "leave-bytes" => {
            OutputPin::open("MOTOR")?.set_high()?;
            Uart::open("serial")?.write_all(&[0x55; 100])?;
            println!("ready");
        }
        // A converter that does not answer keeps the host in the kernel.
        "convert" => {
            // Held to the end, by the first of several guests; the others only wait.
            let Ok(mut motor) = OutputPin::open("MOTOR") else {
                println!("ready");
                std::thread::sleep(std::time::Duration::MAX);
                return Ok(());
            };
            motor.set_high()?;
            let mut fan = PwmOutput::open("FAN")?;
            fan.set_duty_cycle_percent(60)?;
            println!("ready");
            println!("{:?}", AdcInput::open("POT")?.read_raw());
        }
        "huge-uart" => huge::uart(),
        "sleep" => std::thread::sleep(std::time::Duration::from_secs(3600)),
        "spin" => {
            OutputPin::open("MOTOR")?.set_high()?;
            loop {
                std::hint::spin_loop();
            }
        }
        "read" => {
            OutputPin::open("MOTOR")?.set_high()?;
            std::io::stdin().read_line(&mut String::new())?;
            println!("there is input");
        }
        "unknown-label" => drop(I2c::open("bu")?),
        "wrong-kind" => drop(SpiDevice::open("bus")?),
        "twice" => {
            let first = OutputPin::open("MOTOR")?;
            println!("{}", OutputPin::open("MOTOR").map_or_else(|error| error.to_string(), |_| "twice".into()));
            drop(first);
            OutputPin::open("MOTOR")?;
            println!("again");
        }
        "not-granted" => {
            let mut bus = I2c::open("bus")?;
            for address in [0x50, 0x00, 0x7f, 0x80, 0xff_u8] {
                println!("{address:#04x}: {:?}", bus.write_read(address, &[0], &mut [0]));
                println!("{address:#04x}: {:?}", bus.read(address, &mut [0; 20]));
                println!("{address:#04x}: {:?}", bus.write(address, &[]));
            }
            println!("0x02a: {:?}", bus.read(0x02a_u16, &mut [0]));
        }
        "handles" => {
            let mut buses = Vec::new();
            let error = loop {
                match I2c::open("bus") {
                    Ok(bus) => buses.push(bus),
                    Err(error) => break error,
                }
            };
            println!("{} handles, then: {error}", buses.len());
            buses.clear();
            I2c::open("bus")?;
            println!("again");
        }
        "escape" => {
            wasm_embedded_hal::log::init();
            wasm_embedded_hal::print::println!("\u{1b}[31mred\u{7}");
            println!("\u{1b}[31mred\u{7}");
        }
        "huge" => huge::lengths(),
        "hold" | "sleep-max" | "alarm" | "flood" | "flood-errors" | "toggle" | "recurse" => drives_and(&what)?,
        "print-forever" => loop {
            println!("again and again and again");
        },
        other => Err(format!("unknown mischief {other:?}"))?,
    }
    Ok(())
}

/// Drives a motor, or another one where that is taken, says that it is ready, and never ends by itself.
fn drives_and(what: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut motor = OutputPin::open("MOTOR").or_else(|_| OutputPin::open("PUMP"))?;
    motor.set_high()?;
    if what == "alarm" {
        // The DS3231's square wave of 8.192 kHz: control register, INTCN clear and both rate bits set.
        I2c::open("bus")?.write(0x68_u8, &[0x0e, 0b0001_1000])?;
    }
    println!("ready");
    match what {
        "sleep-max" => std::thread::sleep(std::time::Duration::MAX),
        "recurse" => println!("{}", recurse(0)),
        _ => {}
    }
    let line = "x".repeat(1000);
    loop {
        match what {
            "flood" => println!("{line}"),
            "flood-errors" => eprintln!("{line}"),
            "toggle" => {
                motor.set_low()?;
                motor.set_high()?;
            }
            _ => Delay.delay_ms(u32::MAX),
        }
    }
}

/// Calls itself without end.
fn recurse(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 32]);
    if depth == u64::MAX { 0 } else { recurse(depth + 1) + frame[3] }
}

/// Calls that no slice can make.
#[expect(unsafe_code, reason = "imports called by hand, with lengths that the hal would never send")]
mod huge {
    /// Asks for more bytes than there can be.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn lengths() {
        use wasm_embedded_hal::{I2c, SpiDevice};

        #[link(wasm_import_module = "wasm-embedded:hal/i2c@0.5.0")]
        unsafe extern "C" {
            #[link_name = "[method]bus.read"]
            fn bus_read(bus: u32, width: u32, address: u32, len: u32, reply: *mut [u32; 3]);
            #[link_name = "[method]bus.transaction"]
            fn bus_transaction(
                bus: u32,
                width: u32,
                address: u32,
                operations: *const [u32; 2],
                count: usize,
                bytes: *const u8,
                len: usize,
                reply: *mut [u32; 3],
            );
        }
        #[link(wasm_import_module = "wasm-embedded:hal/spi@0.5.0")]
        unsafe extern "C" {
            #[link_name = "[method]device.read"]
            fn device_read(device: u32, len: u32, reply: *mut [u32; 3]);
        }
        let (Ok(_bus), Ok(_device)) = (I2c::open("bus"), SpiDevice::open("device")) else { return };
        // The first handles of their kinds: handles are counted from 1, in one table.
        let (bus, device) = (1, 2);
        let show = |what: &str, reply: [u32; 3]| {
            println!("{what}: failed {}, error {}", reply[0] & 0xff, reply[1] & 0xff);
        };
        for len in [u32::MAX, 1 << 31, 65_537] {
            let mut reply = [0; 3];
            // SAFETY: the arguments are those of the interface, and `reply` is live.
            unsafe { bus_read(bus, 0, 0x2a, len, &raw mut reply) };
            show("i2c read", reply);
            let mut reply = [0; 3];
            // SAFETY: as above.
            unsafe { device_read(device, len, &raw mut reply) };
            show("spi read", reply);
        }
        let operations = vec![[0, 60_000]; 1000];
        let mut reply = [0; 3];
        // SAFETY: as above; the list is live, and no bytes are written.
        unsafe {
            bus_transaction(bus, 0, 0x2a, operations.as_ptr(), operations.len(), core::ptr::null(), 0, &raw mut reply);
        };
        show("1000 reads of 60000", reply);
        let operations = vec![[0, 1]; 10_000];
        let mut reply = [0; 3];
        // SAFETY: as above.
        unsafe {
            bus_transaction(bus, 0, 0x2a, operations.as_ptr(), operations.len(), core::ptr::null(), 0, &raw mut reply);
        };
        show("10000 reads of 1", reply);
        let mut reply = [0; 3];
        // SAFETY: as above; the write has fewer bytes than its record says.
        unsafe { bus_transaction(bus, 0, 0x2a, &[1, 9], 1, [1].as_ptr(), 1, &raw mut reply) };
        show("a write without its bytes", reply);
    }

    /// Asks a serial port for more bytes than there can be.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn uart() {
        #[link(wasm_import_module = "wasm-embedded:hal/uart@0.5.0")]
        unsafe extern "C" {
            #[link_name = "[method]port.read"]
            fn port_read(port: u32, len: u32, reply: *mut [u32; 3]);
            #[link_name = "[method]port.write"]
            fn port_write(port: u32, bytes: *const u8, len: u32, reply: *mut [u32; 3]);
        }
        let Ok(_port) = wasm_embedded_hal::Uart::open("serial") else { return };
        let bytes = vec![0; 65_537];
        let mut replies = [[0; 3]; 4];
        let [huge, past, long, unreal] = &mut replies;
        // SAFETY: the arguments are those of the interface, on the first handle that there is, and the replies are live.
        unsafe {
            port_read(1, u32::MAX, huge);
            port_read(1, 65_537, past);
            port_write(1, bytes.as_ptr(), 65_537, long);
        }
        for reply in [huge, past, long] {
            println!("failed {}, error {}", reply[0] & 0xff, reply[1] & 0xff);
        }
        // SAFETY: a handle that stands for nothing is a trap.
        unsafe { port_read(77, 1, unreal) };
    }

    /// Elsewhere there are no imports.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn lengths() {}

    /// Elsewhere there are no imports.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn uart() {}
}
