//! Whatever a guest calls, with whatever arguments: it gets an answer or it is gone, and the board is as it should be.
//!
//! The calls are those below every language: addresses in the guest's memory and handles may be anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use wasm_embedded_host::digital::Level;
use wasm_embedded_host::i2c::BothWidths;
use wasm_embedded_host::spi::EmbeddedHalBus;
use wasm_embedded_host::uart::EmbeddedIo;
use wasm_embedded_host::{
    Access, DutyPart, EmbeddedHal, HalCtx, I2cGrant, InputGrant, Interrupt, Limits, PinGrant, PwmGrant, Reason,
    SpiGrant, adc,
};
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::parts::ssd1306::Panel;
use wasm_embedded_sim::parts::{Bme280, Ds3231, Echo, Eeprom24, Sht4x, Ssd1306};
use wasm_embedded_sim::{AdcSettings, Level as Wire, Pull, PwmSettings, Sim, SimAdc, SpiSettings, UartSettings};

use crate::guest::{Arg, ArgumentKind, Call, Memory, Script, Way};
use crate::input::Input;
use crate::wires::Wires;

/// The virtual time that a guest has, in nanoseconds.
const TIME_NS: u64 = 2_000_000_000;
/// The longest wait between two looks at the interrupt; the last call may take as long beside it.
const SLICE_NS: u64 = 20_000_000;
/// The longest call: 256 bytes each way at 400 kHz, and ten times the delay that the limits allow.
const CALL_NS: u64 = 100_000_000;

/// The labels, each opened at first, in the order of [`OPENS`].
const LABELS: [&str; 9] = ["bus", "device", "strip", "MOTOR", "BUTTON", "LINE", "FAN", "modem", "light"];
const OPENS: [Call; 9] = [
    Call::I2cOpen,
    Call::DeviceOpen,
    Call::BusOpen,
    Call::OutputOpen,
    Call::InputOpen,
    Call::IoOpen,
    Call::PwmOpen,
    Call::UartOpen,
    Call::AdcOpen,
];

/// The most bytes of a transaction.
const TRANSACTION_BYTES: u32 = 256;

/// Checks one guest: as a component, and by its core modules, which must be the same.
///
/// # Panics
///
/// Something does not hold.
pub fn check(bytes: &[u8]) {
    let left = run(bytes, Way::Component);
    assert_eq!(left, run(bytes, Way::Lowered), "both ways in leave the same");
    if bytes.first().is_some_and(|first| first % 16 == 1) {
        assert_eq!(left, run(bytes, Way::Component), "a run is the same again");
    }
}

/// What is left of a guest.
#[derive(PartialEq, Eq, Debug)]
struct Left {
    /// What is in its memory, or why it was stopped.
    memory: Result<Memory, String>,
    at_ns: u64,
    wires: u64,
}

fn run(bytes: &[u8], way: Way) -> Left {
    let sim = Sim::new();
    let interrupt = Interrupt::default();
    let hal = hal(&sim, &interrupt);
    let wires = Wires::of(&sim);
    let stop = interrupt.clone();
    let stopped_ns = Arc::new(AtomicU64::new(u64::MAX));
    let since_ns = stopped_ns.clone();
    sim.on_advance(Box::new(move |now_ns| {
        if now_ns >= TIME_NS && stop.requested().is_none() {
            stop.request(Reason::Timeout);
            since_ns.store(now_ns, Relaxed);
        }
    }));
    let result = script(bytes).run_as(way, hal, TRANSACTION_BYTES);
    wires.check();
    for address in wires.addresses() {
        assert!(
            [0x3c, 0x44, 0x50, 0x76, 0x8123].contains(&address),
            "{address:#x} is not granted, and was on the wires"
        );
    }
    // Whether it returned or was stopped: the context is gone by now.
    let level = |name| sim.level(sim.net(name));
    assert_eq!((level("MOTOR"), level("LINE")), (Wire::High, Wire::Low), "the levels on exit");
    let most_ns = TIME_NS + SLICE_NS + CALL_NS;
    assert!(sim.now_ns() <= most_ns, "{} ns", sim.now_ns());
    assert!(result.is_err() || stopped_ns.load(Relaxed) == u64::MAX || sim.now_ns() < most_ns);
    let memory = result.map_err(|error| error.root_cause().to_string());
    Left { memory, at_ns: sim.now_ns(), wires: wires.digest() }
}

/// What the guest may reach: less than there is.
fn hal(sim: &Sim, interrupt: &Interrupt) -> HalCtx {
    let bus = sim.i2c_bus("i2c", 400_000);
    sim.add_i2c(bus, Bme280::new(0x76).expect("an address"));
    sim.add_i2c(bus, Eeprom24::new(Size::C02, 0x50).expect("an address"));
    sim.add_i2c(bus, Sht4x::new(0x44).expect("an address"));
    sim.add_i2c(bus, Ds3231::new());
    sim.add_i2c(bus, Ssd1306::i2c(Panel::OLED_128X32, 0x3c).expect("an address"));
    let spi = sim.spi_bus("spi");
    let select = sim.spi_select(spi, "device", SpiSettings::default());
    sim.add_spi(select, Bme280::new_spi());
    let strip = sim.spi_bus("strip");
    let port = sim.uart_port("modem", UartSettings::default());
    sim.add_uart(port, Echo::new());
    let nets = ["MOTOR", "BUTTON", "LINE"].map(|name| sim.net(name));
    sim.set_pull(nets[2], Pull::Up);

    let limits = Limits::default().transaction_bytes(TRANSACTION_BYTES).operations(16).handles(11).text_bytes(64);
    let limits = limits.transaction_delay_ns(10_000_000);
    let grant = I2cGrant::none().allow(0x3c).allow(0x44).allow(0x76).allow_range(0x50..=0x50, Access::ReadOnly);
    let pin = |on_exit| PinGrant { on_exit: Some(on_exit), ..PinGrant::default() };
    let clock = sim.clone();
    let mut hal = HalCtx::builder();
    hal.i2c("bus", BothWidths(sim.i2c(bus)), grant.allow_ten_bit(0x123..=0x123, Access::ReadWrite))
        .spi_device("device", EmbeddedHal(sim.spi_device(select)), SpiGrant::of_unknown_clock())
        .spi_bus("strip", EmbeddedHalBus(sim.spi(strip, SpiSettings::default())), SpiGrant::of_unknown_clock())
        .output("MOTOR", EmbeddedHal(sim.output(nets[0], Wire::Low)), pin(Level::High))
        .input("BUTTON", EmbeddedHal(sim.input(nets[1])), InputGrant { active_low: true })
        .io(
            "LINE",
            EmbeddedHal(sim.open_drain(nets[2], Wire::High)),
            PinGrant { initial: Level::High, ..pin(Level::Low) },
        )
        .pwm(
            "FAN",
            EmbeddedHal(sim.pwm(sim.net("FAN"), PwmSettings { frequency_hz: 1_000, inverted: false }, 0)),
            PwmGrant { on_exit: Some(DutyPart(0)) },
        )
        .uart("modem", EmbeddedIo { port: sim.uart(port), delay: sim.delay() }, Access::ReadWrite)
        .adc("light", Light(sim.adc(sim.net("LIGHT"), AdcSettings::default())))
        .clock(move || clock.now_ns())
        .delay(EmbeddedHal(sim.delay()))
        .limits(limits)
        .interrupt(interrupt.clone());
    hal.build()
}

/// An analogue input.
struct Light(SimAdc);

impl adc::Input for Light {
    fn resolution_bits(&mut self) -> u8 {
        self.0.resolution_bits()
    }

    fn read_raw(&mut self) -> Result<i32, adc::Error> {
        Ok(self.0.read_raw())
    }

    fn read_microvolts(&mut self) -> Result<i32, adc::Error> {
        Ok(self.0.read_microvolts())
    }
}

/// Opens every label, and then calls what the bytes say.
fn script(bytes: &[u8]) -> Script {
    let mut input = Input::new(bytes);
    let wild = input.below(4) == 3;
    let mut script = Script::new();
    let mut handles = Vec::new();
    for (call, label) in OPENS.into_iter().zip(LABELS) {
        let label = (script.put(label.as_bytes()), u32::try_from(label.len()).unwrap_or_default());
        handles.push((call.instance(), resource(call), script.call(call, &[value(label.0), value(label.1)]) + 4));
    }
    while !input.is_empty() && !script.is_full() {
        let call = input.one_of(Call::ALL);
        let mut args = Vec::new();
        for kind in call.params() {
            add_args(&mut input, &mut script, &handles, call, *kind, &mut args);
        }
        if wild && !args.is_empty() && input.one_in(3) {
            let index = usize::from(input.byte()) % args.len();
            args[index] = Arg::Value(if input.one_in(2) { input.u64() } else { input.u32().into() });
        }
        if wild && call.has_result() && input.one_in(16) {
            script.call_into(call, &args, input.u32());
        } else {
            script.call(call, &args);
        }
    }
    script
}

/// Returns the resource that a function is of.
fn resource(call: Call) -> &'static str {
    call.dropped().unwrap_or_else(|| {
        let name = call.name().split_once(']').map_or("", |(_, name)| name);
        name.split_once('.').map_or(name, |(resource, _)| resource)
    })
}

/// Adds the arguments of one kind.
fn add_args(
    input: &mut Input<'_>,
    script: &mut Script,
    handles: &[(&str, &str, u32)],
    call: Call,
    kind: ArgumentKind,
    args: &mut Vec<Arg>,
) {
    let mut list = |input: &mut Input<'_>, bytes: &[u8], count: usize| {
        let count = if input.one_in(32) { input.u32() } else { u32::try_from(count).unwrap_or_default() };
        args.extend([value(script.put(bytes)), value(count)]);
    };
    match kind {
        ArgumentKind::Result => {}
        ArgumentKind::Handle => {
            let own =
                handles.iter().find(|(instance, name, _)| (*instance, *name) == (call.instance(), resource(call)));
            args.push(match own {
                Some((_, _, address)) if !input.one_in(64) => Arg::At(*address),
                _ => value(input.below(10).into()),
            });
        }
        ArgumentKind::Address => {
            let ten_bit = input.one_in(8);
            let number = match input.below(8) {
                0 => input.u16(),
                1 => input.byte().into(),
                _ if ten_bit => 0x123,
                _ => input.one_of(&[0x3c, 0x44, 0x50, 0x68, 0x76, 0x77]),
            };
            args.extend([value(ten_bit.into()), value(if ten_bit { number } else { number & 0xff }.into())]);
        }
        ArgumentKind::Bytes => {
            let len = usize::from(input.below(40));
            let bytes = input.bytes(len);
            list(input, &bytes, len);
        }
        ArgumentKind::Text => {
            let text = if input.one_in(3) { b"\x1b[2J\xff\r\n" } else { &b"device"[..] };
            let text = if input.one_in(2) { text } else { input.one_of(&LABELS).as_bytes() };
            list(input, text, text.len());
        }
        ArgumentKind::I2cOperations => {
            let count = usize::from(input.below(20));
            let records =
                (0..count).flat_map(|_| [u32::from(input.below(2)), small(input)].map(u32::to_le_bytes).concat());
            let records: Vec<u8> = records.collect();
            list(input, &records, count);
        }
        ArgumentKind::SpiOperations => {
            let count = usize::from(input.below(20));
            let records =
                (0..count).flat_map(|_| [small(input), small(input), small(input)].map(u32::to_le_bytes).concat());
            let records: Vec<u8> = records.collect();
            list(input, &records, count);
        }
        ArgumentKind::Short => args.extend([Arg::Value(input.u64()), Arg::Value(input.u64())]),
        ArgumentKind::Length => args.push(value(input.length())),
        ArgumentKind::Level => args.push(value(input.below(2).into())),
        ArgumentKind::Time => {
            let ns = input.u64();
            args.push(Arg::Value(ns >> input.below(64)));
        }
    }
}

/// Takes a length that is mostly zero or small, so that the sums are often right.
fn small(input: &mut Input<'_>) -> u32 {
    if input.one_in(2) { 0 } else { input.length() }
}

fn value(number: u32) -> Arg {
    Arg::Value(number.into())
}
