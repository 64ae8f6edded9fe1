//! Events as text, and who gets them.

mod common;

use std::sync::{Arc, Mutex};

use common::{Log, Peripheral, Target};
use embedded_hal::digital::OutputPin;
use embedded_hal::i2c::I2c;
use embedded_hal::spi::SpiDevice;
use wasm_embedded_sim::{Event, EventKind, I2cEvent, Level, Sim, SpiSettings, Topology, TraceSink};

#[test]
fn an_event_is_one_line_with_time_name_and_hexadecimal() {
    let sim = Sim::new();
    let (i2c, spi) = (sim.i2c_bus("board", 100_000), sim.spi_bus("fast"));
    sim.add_i2c(i2c, Target::at(0x76));
    let select = sim.spi_select(spi, "flash", SpiSettings::default());
    sim.add_spi(select, Peripheral::answering(&[0xef]));
    let mut led = sim.output(sim.net("LED"), Level::Low);
    sim.advance_ns(1_999_999_999);
    let log = Log::of(&sim);
    assert_eq!(sim.i2c(i2c).write(0x76_u8, &[0xd0]), Ok(()));
    assert_eq!(sim.spi_device(select).write(&[0x9f]), Ok(()));
    assert_eq!(led.set_high(), Ok(()));
    let expected = [
        "1.999999999 board start",
        "2.000009999 board 0x76 write ack",
        "2.000099999 board > 0xd0 ack",
        "2.000189999 board stop",
        "2.000199999 fast flash select",
        "2.000199999 fast > 0x9f < 0xef",
        "2.000207999 fast flash deselect",
        "2.000207999 LED high",
    ];
    assert_eq!(log.take_lines(), expected);
}

#[test]
fn an_event_carries_the_length_of_a_bit() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("board", 3_000_000);
    let log = Log::of(&sim);
    assert!(sim.i2c(bus).write(0x76_u8, &[]).is_err());
    let start = Event { at_ns: 0, kind: EventKind::I2c { bus, bit_ns: 334, event: I2cEvent::Start } };
    assert_eq!(log.events().first(), Some(&start));
}

/// Notes the names that it is told.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<Vec<String>>>);

impl TraceSink for Names {
    fn topology(&mut self, topology: &Topology) {
        self.0.lock().expect("one thread").push(format!("{topology:?}"));
    }

    fn event(&mut self, _: &Event, _: &Topology) {
        self.0.lock().expect("one thread").push("event".to_string());
    }
}

#[test]
fn a_sink_learns_the_names_first_and_all_that_are_added() {
    let sim = Sim::new();
    sim.net("FIRST");
    let names = Names::default();
    sim.trace_to(Box::new(names.clone()));
    let mut pin = sim.output(sim.net("SECOND"), Level::Low);
    assert_eq!(pin.set_high(), Ok(()));
    let heard = names.0.lock().expect("one thread").clone();
    assert!(heard[0].contains("FIRST") && !heard[0].contains("SECOND"));
    assert!(heard[1].contains("FIRST") && heard[1].contains("SECOND"));
    assert_eq!(heard[2..], ["event"]);
}

#[test]
fn all_sinks_get_all_events_until_the_trace_ends() {
    let sim = Sim::new();
    let mut pin = sim.output(sim.net("LED"), Level::Low);
    let logs = [Log::of(&sim), Log::of(&sim)];
    assert_eq!(pin.set_high(), Ok(()));
    assert_eq!(sim.end_trace().len(), 2);
    assert_eq!(pin.set_low(), Ok(()));
    assert_eq!(logs.map(|log| log.take()), [["LED high"], ["LED high"]]);
}
