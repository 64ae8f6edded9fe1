//! One part, and everything that can be done to it.

use wasm_embedded_sim::parts::ds3231::DateTime;
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::parts::lm75::Model;
use wasm_embedded_sim::parts::ssd1306::Panel;
use wasm_embedded_sim::parts::{Bme280, Button, Debounce, Ds3231, Eeprom24, Led, Lm75, Scripted, Sht4x, Ssd1306, W25q};
use wasm_embedded_sim::{
    I2cBusId, Level, Net, Part, PartId, Pull, Sim, SimI2c, SimInput, SimOutput, SimSpiDevice, SpiBusId, SpiSelectId,
    SpiSettings,
};

use crate::input::Input;
use crate::wires::Wires;

/// A board with one part beside a button and an LED.
pub(super) struct Bench {
    pub(super) sim: Sim,
    pub(super) wires: Wires,
    pub(super) bus: I2cBusId,
    pub(super) spi_bus: SpiBusId,
    pub(super) select: SpiSelectId,
    pub(super) nets: [Net; 4],
    pub(super) part: PartId,
    pub(super) i2c: SimI2c,
    pub(super) device: SimSpiDevice,
    pub(super) pins: [SimOutput; 4],
    pub(super) input: SimInput,
    /// The part's address on I2C, if it is there, and the bits of it that may be others.
    pub(super) address: u8,
    pub(super) address_bits: u8,
    is_on_spi: bool,
    button: PartId,
}

impl Bench {
    pub(super) fn new(input: &mut Input<'_>) -> Bench {
        let sim = Sim::new();
        let bus = sim.i2c_bus("i2c", input.one_of(&[400_000, 100_000, 10_000, u32::MAX]));
        let spi_bus = sim.spi_bus("spi");
        let mode = input.one_of(&[
            embedded_hal::spi::MODE_0,
            embedded_hal::spi::MODE_1,
            embedded_hal::spi::MODE_2,
            embedded_hal::spi::MODE_3,
        ]);
        let select = sim.spi_select(spi_bus, "part", SpiSettings { mode, ..SpiSettings::default() });
        let nets = ["A", "B", "C", "D"].map(|name| sim.net(name));
        let (out, pressed) = (sim.net("OUT"), sim.net("PRESSED"));
        sim.set_pull(out, Pull::Up);
        let pins = nets.map(|net| sim.output(net, Level::High));
        sim.add(Led::new(nets[0], Level::Low).with_history_limit(16));
        sim.add(Debounce::new(pressed, sim.net("CLEAN"), 20_000_000));
        let button = sim.add(Button::new(pressed, Level::Low).with_bounce(input.below(9), 50_000));
        let wires = Wires::of(&sim);
        let [a, b, c, _] = nets;
        let kind = input.below(14);
        let (address, address_bits, part) = match kind {
            0 => (0x76, 0, sim.add_i2c(bus, Bme280::new(0x76).expect("an address"))),
            1 => (0x68, 0, sim.add_i2c(bus, Ds3231::new().with_output(out))),
            2 => {
                let leap = DateTime::new(2099, 12, 31, 23, 59, 58).expect("a date");
                (0x68, 0, sim.add_i2c(bus, Ds3231::with_battery(leap).with_output(out)))
            }
            3 => (0x50, 7, sim.add_i2c(bus, Eeprom24::new(Size::C16, 0x50).expect("an address"))),
            4 => {
                let size = input.one_of(&[Size::C01, Size::C02, Size::C32, Size::C512]);
                let part = Eeprom24::new(size, 0x50).expect("an address").with_write_protect_net(a);
                (0x50, 0, sim.add_i2c(bus, part))
            }
            5 => {
                let model = input.one_of(&[Model::Lm75, Model::Lm75b, Model::Tmp105]);
                (0x48, 0, sim.add_i2c(bus, Lm75::new(model, 0x48).expect("an address").with_output(out)))
            }
            6 => (0x44, 0, sim.add_i2c(bus, Sht4x::new(0x44).expect("an address"))),
            7 | 8 => {
                let panel = input.one_of(&[Panel::OLED_128X64, Panel::OLED_72X40, Panel::OLED_96X16]);
                (0x3c, 0, sim.add_i2c(bus, Ssd1306::i2c(panel, 0x3c).expect("an address")))
            }
            9 => {
                let registers = [(0x00, vec![1, 2, 3]), (0xff, vec![4])];
                (0x2a, 0, sim.add_i2c(bus, Scripted::registers(0x2a, registers).expect("an address")))
            }
            10 => (0, 0, sim.add_spi(select, Bme280::new_spi())),
            11 => {
                let part = Ssd1306::spi(Panel::OLED_128X32, a).with_reset(b).with_vddc(c);
                (0, 0, sim.add_spi(select, part))
            }
            _ => (0, 0, sim.add_spi(select, W25q::w25q80().with_hold(a).with_write_protect(b))),
        };
        let (i2c, device, reads) = (sim.i2c(bus), sim.spi_device(select), sim.input(out));
        let is_on_spi = kind >= 10;
        Bench {
            sim,
            wires,
            bus,
            spi_bus,
            select,
            nets,
            part,
            i2c,
            device,
            pins,
            input: reads,
            address,
            address_bits,
            is_on_spi,
            button,
        }
    }

    pub(super) fn is_on_spi(&self) -> bool {
        self.is_on_spi
    }

    /// Works the part's and the button's controls, and looks at what the part shows.
    pub(super) fn work(&self, input: &mut Input<'_>) {
        // Any number: not a number, and without end, among them.
        let value = if input.one_in(4) { f64::from_bits(input.u64()) } else { f64::from(input.byte()) };
        match input.below(8) {
            0 => drop(self.sim.with_part::<Button, _>(self.button, |button, board| button.press(board))),
            1 => drop(self.sim.with_part::<Button, _>(self.button, |button, board| button.release(board))),
            which => {
                self.with(|part: &mut Bme280| match which {
                    2 => part.set_temperature_c(value),
                    3 => part.set_humidity_percent(value),
                    _ => part.set_pressure_hpa(value),
                });
                self.with(|part: &mut Sht4x| match which {
                    2 => part.set_temperature_c(value),
                    _ => part.set_humidity_percent(value),
                });
                self.with(|part: &mut Lm75| part.set_temperature_c(value));
                self.with(|part: &mut Ds3231| part.set_temperature_c(value));
                self.with(|part: &mut Eeprom24| match which {
                    2 => {
                        let _ = part.load(usize::from(input.u16()), &[0x5a; 40]);
                    }
                    _ => part.set_write_protected(which == 3),
                });
                self.with(|part: &mut W25q| {
                    // Past the end it is refused.
                    let _ = part.load(usize::from(input.u16()) << 5, &[0x5a; 40]);
                });
                let now_ns = self.sim.now_ns();
                self.with(|part: &mut Ssd1306| drop(part.frame(now_ns)));
            }
        }
    }

    /// Calls `work` with the part if it is a `P`.
    fn with<P: Part>(&self, work: impl FnOnce(&mut P)) {
        self.sim.with_part::<P, _>(self.part, |part, _| work(part));
    }
}
