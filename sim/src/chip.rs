//! The wires of a board for a chip with a clock of its own: an emulated one, whose registers move the wires.
//!
//! No act here takes time. The chip lets time pass with [`Sim::advance_ns`], as far as its own clock has come.

use alloc::vec::Vec;

use crate::adc::AdcSettings;
use crate::circuit::Driver;
use crate::i2c::bus::Line;
use crate::i2c::{Ack, Address, Direction, I2cBusId};
use crate::net::{Drive, Net};
use crate::pwm::PwmSignal;
use crate::sim::Sim;
use crate::trace::I2cEvent;

/// The pins of an emulated chip. Made by [`Sim::chip`].
///
/// It is one driver on each net. Faults of a bus strike transactions of a controller such as [`SimI2c`](crate::SimI2c), and so not
/// the acts of a chip; faults of parts and nets strike both.
#[derive(Debug)]
pub struct SimChip {
    sim: Sim,
    /// The nets that the chip has driven, each with the number of its driver.
    drivers: Vec<(Net, usize)>,
}

impl SimChip {
    pub(crate) fn new(sim: &Sim) -> SimChip {
        SimChip { sim: sim.clone(), drivers: Vec::new() }
    }

    fn driver(&mut self, net: Net) -> usize {
        if let Some((_, number)) = self.drivers.iter().find(|(driven, _)| *driven == net) {
            return *number;
        }
        let number = self.sim.lock().circuit.new_handle();
        self.drivers.push((net, number));
        number
    }

    /// Drives a net, or releases it.
    pub fn drive(&mut self, net: Net, drive: Drive) {
        let driver = Driver::Handle(self.driver(net));
        let mut board_state = self.sim.lock();
        board_state.circuit.drive(net, driver, drive);
        board_state.settle();
    }

    /// Drives a net high for the first `high_ns` of every `period_ns`, from now on.
    pub fn modulate(&mut self, net: Net, period_ns: u64, high_ns: u64) {
        let driver = self.driver(net);
        let mut board_state = self.sim.lock();
        let signal = PwmSignal { from_ns: board_state.circuit.now_ns, period_ns, high_ns };
        board_state.circuit.modulate(net, Driver::Handle(driver), signal);
        board_state.settle();
    }

    /// Converts the voltage of a net.
    pub fn convert(&mut self, net: Net, settings: AdcSettings) -> i32 {
        self.sim.lock().convert(net, settings)
    }

    /// Sends a START, or a repeated one, and an address. Returns whether a part acknowledged the address.
    pub fn i2c_start(
        &mut self,
        bus: I2cBusId,
        bit_ns: u64,
        repeated: bool,
        address: Address,
        direction: Direction,
    ) -> Ack {
        let line = Line { id: bus, bit_ns };
        let mut board_state = self.sim.lock();
        if !repeated {
            board_state.i2c_disengage(bus);
        }
        board_state.circuit.trace(line.event(if repeated { I2cEvent::RepeatedStart } else { I2cEvent::Start }));
        let ack = board_state.i2c_address(bus, address, direction);
        board_state.circuit.trace(line.event(I2cEvent::Address { address, direction, ack }));
        board_state.settle();
        ack
    }

    /// Sends a byte, and returns whether a part acknowledged it.
    pub fn i2c_write(&mut self, bus: I2cBusId, bit_ns: u64, byte: u8) -> Ack {
        let mut board_state = self.sim.lock();
        let ack = board_state.i2c_write(bus, byte);
        let event = I2cEvent::Byte { byte, direction: Direction::Write, ack };
        board_state.circuit.trace(Line { id: bus, bit_ns }.event(event));
        board_state.settle();
        ack
    }

    /// Receives the eight bits of a byte; [`SimChip::i2c_answer`] sends the ninth.
    pub fn i2c_read(&mut self, bus: I2cBusId) -> u8 {
        let mut board_state = self.sim.lock();
        let byte = board_state.i2c_read(bus);
        board_state.settle();
        byte
    }

    /// Sends the acknowledge bit of a received byte.
    pub fn i2c_answer(&mut self, bus: I2cBusId, bit_ns: u64, byte: u8, ack: Ack) {
        let event = I2cEvent::Byte { byte, direction: Direction::Read, ack };
        self.sim.lock().circuit.trace(Line { id: bus, bit_ns }.event(event));
    }

    /// Sends a STOP.
    pub fn i2c_stop(&mut self, bus: I2cBusId, bit_ns: u64) {
        let mut board_state = self.sim.lock();
        board_state.i2c_stop(Line { id: bus, bit_ns });
        board_state.i2c_disengage(bus);
        board_state.settle();
    }
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use alloc::string::{String, ToString};
    use alloc::sync::Arc;
    use alloc::vec::Vec;

    use embedded_hal::i2c::I2c;
    use spin::Mutex;

    use super::*;
    use crate::net::Level;
    use crate::parts::Eeprom24;
    use crate::parts::eeprom24::Size;
    use crate::trace::{Event, Topology, TraceSink};

    struct Lines(Arc<Mutex<Vec<String>>>);

    impl TraceSink for Lines {
        fn event(&mut self, event: &Event, topology: &Topology) {
            let text = event.text(topology).to_string();
            self.0.lock().extend(text.split_once(' ').map(|(_, event)| String::from(event)));
        }
    }

    fn board() -> (Sim, I2cBusId, Arc<Mutex<Vec<String>>>) {
        let sim = Sim::new();
        let bus = sim.i2c_bus("board", 400_000);
        sim.add_i2c(bus, Eeprom24::new(Size::C02, 0x50).expect("an address of the part"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        sim.trace_to(Box::new(Lines(lines.clone())));
        (sim, bus, lines)
    }

    #[test]
    fn acts_leave_the_trace_of_the_transaction_they_make_up() {
        let (sim, bus, expected) = board();
        let mut answer = [0; 2];
        sim.i2c(bus).write_read(0x50_u8, &[3], &mut answer).expect("the part is there");
        sim.i2c(bus).write(0x33_u8, &[]).expect_err("nobody is there");

        let (sim, bus, lines) = board();
        let mut chip = sim.chip();
        let address = Address::SevenBit(0x50);
        assert_eq!(chip.i2c_start(bus, 2_500, false, address, Direction::Write), Ack::Ack);
        assert_eq!(chip.i2c_write(bus, 2_500, 3), Ack::Ack);
        assert_eq!(chip.i2c_start(bus, 2_500, true, address, Direction::Read), Ack::Ack);
        for (at, ack) in [(0, Ack::Ack), (1, Ack::Nack)] {
            let byte = chip.i2c_read(bus);
            assert_eq!(Some(&byte), answer.get(at));
            chip.i2c_answer(bus, 2_500, byte, ack);
        }
        chip.i2c_stop(bus, 2_500);
        assert_eq!(chip.i2c_start(bus, 2_500, false, Address::SevenBit(0x33), Direction::Write), Ack::Nack);
        chip.i2c_stop(bus, 2_500);
        assert_eq!(*lines.lock(), *expected.lock());
        assert_eq!(sim.now_ns(), 0, "acts of a chip take no time");
    }

    #[test]
    fn a_chip_is_one_driver_on_a_net_whatever_it_does_there() {
        let sim = Sim::new();
        let (net, mut chip) = (sim.net("LED"), sim.chip());
        chip.modulate(net, 1_000, 250);
        assert_eq!(sim.level(net), Level::High);
        sim.advance_ns(300);
        assert_eq!(sim.level(net), Level::Low);
        chip.modulate(net, 1_000, 0);
        chip.drive(net, Drive::High);
        assert_eq!((sim.level(net), sim.contentions()), (Level::High, 0));
        chip.drive(net, Drive::Released);
        assert_eq!(sim.level(net), Level::Low);
    }
}
