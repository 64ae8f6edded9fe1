//! The conformance suite on the firmware as it is flashed: its guest runs script after script, and what counts are its answers and the
//! wires. Which rules have to pass, and why others cannot be seen, is in `wasm_embedded_conformance::pico2`.

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use embedded_hal::spi::MODE_0;
use rp2350_emulator::{End, Wires};
use support::{END, bare, file, machine};
use wasm_embedded_conformance::bench::{I2cPart, SpiPart};
use wasm_embedded_conformance::simulated::{Begin, DEVICES, OnI2c, OnSpi, OnUart, Sink, Watch, lock};
use wasm_embedded_conformance::{
    Case, Conditions, Ending, Event, Host, Line, Ran, Unable, Verdict, What, examine_by, pico2, write_script,
};
use wasm_embedded_image::{Contents, Image};
use wasm_embedded_sim::{Drive, Pull, UartSettings};

/// The Pico 2 under examination, with the image of the suite's guest.
struct Pico2 {
    image: Vec<u8>,
}

/// Longer than any script takes, in the chip's time.
const PATIENCE: Duration = Duration::from_secs(8);

/// The pins of the devices' select lines, in the order of [`DEVICES`].
const SELECTS: [usize; 3] = [17, 20, 21];

/// The pins that the policy does not drive, and what holds them.
const HELD: [(usize, &str, Drive); 5] = [
    (7, "HELD", Drive::Low),
    (13, "INHIGH", Drive::High),
    (14, "INLOW", Drive::Low),
    (15, "NHIGH", Drive::High),
    (23, "NLOW", Drive::Low),
];

/// Returns the bench on the pins of the policy in `xtask/src/pico2/conformance.toml`.
fn bench(conditions: Conditions, begin: &Begin) -> (Wires, Arc<Mutex<Watch>>) {
    let mut wires = bare();
    let bus = wires.i2c("i2c", 8, 9, false);
    for part in I2cPart::all() {
        wires.sim().add_i2c(bus, OnI2c(part));
    }
    let spi = wires.spi("spi", 18, 19, Some(16));
    for ((device, mode), pin) in DEVICES.into_iter().zip(SELECTS) {
        let select = wires.select(spi, device, pin);
        wires.sim().add_spi(select, OnSpi(SpiPart::default(), mode));
    }
    let strip = wires.spi("strip", 10, 11, Some(12));
    wires.sim().add_spi_always(strip, OnSpi(SpiPart::default(), MODE_0));
    // With a pull-up, so that a first level other than the initial one would be a change.
    for (pin, name, pull) in
        [(2, "OUT", Pull::None), (3, "UP", Pull::Up), (22, "NOUT", Pull::None), (6, "IO", Pull::None)]
    {
        wires.net(pin, name, pull);
    }
    for (pin, name, drive) in HELD {
        let net = wires.net(pin, name, Pull::None);
        wires.sim().schedule(0, move |stage| stage.drive(net, drive));
    }
    for (pin, name) in [(26, "FAN"), (28, "NFAN")] {
        wires.net(pin, name, Pull::None);
    }
    let port = wires.uart("SERIAL", 4, 5, UartSettings::default());
    wires.sim().add_uart(port, OnUart::new(conditions.serial, begin));
    let watch = Arc::new(Mutex::new(Watch::default()));
    wires.sim().trace_to(Box::new(Sink(watch.clone())));
    (wires, watch)
}

impl Host for Pico2 {
    fn name(&self) -> &str {
        pico2::NAME
    }

    fn exception(&self, rule: &str) -> Option<&str> {
        pico2::exception(rule)
    }

    fn run(&mut self, case: &Case) -> Result<Ran, Unable> {
        let begin = Begin::later();
        let (wires, watch) = bench(case.conditions(), &begin);
        let mut machine = machine(wires, &[]);
        machine.program(0x1020_0000, &with_script(&self.image, case).map_err(Unable::Failed)?);
        let mut begun = false;
        let end = machine.run(PATIENCE, |wires| {
            let log = wires.log();
            if !begun && log.contains("of heap in use") {
                begin.now(wires.sim().now_ns());
                lock(&watch).built(wires.sim());
                begun = true;
            }
            log.contains(END)
        });
        let log = machine.wires().log();
        if end != Ok(End::Reached) || machine.bites() > 0 {
            return Err(Unable::Failed(format!("{end:?}, {} bites; the log is:\n{log}", machine.bites())));
        }
        let printed = log.lines().filter_map(|line| line.split_once("] print ").map(|(_, line)| line));
        let output = printed.map(|line| format!("{line}\n")).collect();
        let ending = match log.lines().find(|line| line.starts_with("firmware:") && line.contains(" trapped")) {
            Some(line) => Ending::Trapped { reason: line.to_owned() },
            None => Ending::Returned,
        };
        let events = lock(&watch).events().and_then(without_set_up).map_err(Unable::Failed)?;
        Ok(Ran { output, events, ending })
    }
}

/// Returns the events without those of the set-up: the firmware brings the clock of `spi` to the idle level of each device, as it opens
/// its label, and so up for `other` and down for `slow`.
fn without_set_up(mut events: Vec<Event>) -> Result<Vec<Event>, String> {
    for high in [true, false] {
        let first = events.iter().position(|event| event.wire == "spi");
        match first.and_then(|at| events.get(at).map(|event| (at, &event.what))) {
            Some((at, What::Clock { high: level })) if *level == high => drop(events.remove(at)),
            other => return Err(format!("the set-up of SPI made {other:?} of its clock")),
        }
    }
    Ok(events)
}

/// Returns the image with the script of a case in its guest.
fn with_script(image: &[u8], case: &Case) -> Result<Vec<u8>, String> {
    let image = Image::verify(image).map_err(|error| error.to_string())?;
    let mut code = image.code().to_vec();
    write_script(&mut code, case.script(), case.is_to_trap())?;
    let policy = image.policy().map_err(|error| error.to_string())?;
    let contents = Contents {
        wasmtime: image.wasmtime(),
        tunables: image.tunables(),
        board: image.board(),
        fuelled: image.is_fuelled(),
        policy: &policy,
        code: &code,
    };
    contents.pack().map_err(|error| error.to_string())
}

fn examine(rules: &str) {
    let mut host = Pico2 { image: file("conformance.bin") };
    let report = examine_by(&mut host, |rule| rule.id.starts_with(rules), pico2::cases);
    let demanded = pico2::demanded();
    let is_as_demanded = |line: &&Line| {
        demanded.lines.iter().any(|demanded| demanded.rule.id == line.rule.id && demanded.verdict == line.verdict)
    };
    let wrong: Vec<String> =
        report.lines.iter().filter(|line| !is_as_demanded(line)).map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "not as demanded:\n{}", wrong.join("\n"));
    assert!(report.lines.iter().any(|line| line.verdict == Verdict::Pass), "nothing of {rules} was seen");
}

#[test]
fn rules_of_i2c() {
    examine("I2C");
}

#[test]
fn rules_of_spi() {
    examine("SPI");
}

#[test]
fn rules_of_pins() {
    examine("GP");
}

#[test]
fn rules_of_pwm_and_delays() {
    examine("PWM");
    examine("D-");
}

#[test]
fn rules_of_serial_ports() {
    examine("IO");
}
