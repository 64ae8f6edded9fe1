//! Vishay VEML7700: the light around it, with gains and times.
//!
//! It follows the data sheet (Vishay VEML7700, document 84286, revision 1.8 of November 2024) and the application note "Designing the
//! VEML7700 into an application" (document 84323).

use alloc::boxed::Box;

use super::dials::Dials;
use super::link::{OnI2c, Order, WordRegisters, Words};
use super::number::steps;
use super::sampler::Sampler;
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};

/// The VEML7700 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Vishay VEML7700 (84286), revision 1.8",
    omits: "The white channel counts as the other one does. Bright light is counted in proportion: the real part needs the correction \
            of the application note. Power saving is kept and makes nothing slower. Interrupts are set at the end of one measurement, \
            whatever the persistence. Readings carry no noise.",
    controls: CONTROLS,
    ..Model::new("veml7700", "a sensor of light with gains", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x10, 0x10);
const CONTROLS: &[Control; 1] =
    &[Control::number("light", Range::new(0.0, 140_000.0, 0.01, "lx"), 300.0, "the light that falls on it")];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Words>::place("VEML7700", BUSES, setup, Veml7700::new())
}

// The data sheet's table "command register format".
const CONFIGURATION: u8 = 0;
const HIGH: u8 = 1;
const LOW: u8 = 2;
const POWER_SAVING: u8 = 3;
const LIGHT: u8 = 4;
const WHITE: u8 = 5;
const INTERRUPTS: u8 = 6;
const DEVICE: u8 = 7;
/// The device's number, for the address 0x10.
const THE_DEVICE: u16 = 0xc481;

// The table "register 00h description": shutdown is on after power-up.
const SHUTDOWN: u16 = 0x0001;
const INTERRUPTS_ENABLED: u16 = 0x0002;
const BELOW: u16 = 0x8000;
const ABOVE: u16 = 0x4000;
/// The application note: after it is switched on the part needs 2.5 ms before it measures.
const SWITCH_ON_NS: u64 = 2_500_000;
/// The table "resolution and maximum detection range": gain 2 and 800 ms.
const FINEST_LX: f64 = 0.004_2;

struct Veml7700 {
    dials: Dials<1>,
    configuration: u16,
    limits: [u16; 2],
    power_saving: u16,
    sampler: Sampler,
    counts: u16,
    interrupts: u16,
}

impl Veml7700 {
    fn new() -> Veml7700 {
        Veml7700 {
            dials: Dials::new(CONTROLS),
            configuration: SHUTDOWN,
            limits: [0; 2],
            power_saving: 0,
            sampler: Sampler::default(),
            counts: 0,
            interrupts: 0,
        }
    }

    /// Returns the time of a measurement in units of 25 ms; the codes that the table does not have count as 100 ms.
    fn time(&self) -> u16 {
        match self.configuration >> 6 & 0x0f {
            0b1100 => 1,
            0b1000 => 2,
            0b0001 => 8,
            0b0010 => 16,
            0b0011 => 32,
            _ => 4,
        }
    }

    /// Returns the lux of a count.
    fn resolution_lx(&self) -> f64 {
        let gain = match self.configuration >> 11 & 3 {
            0 => 2.0,
            1 => 1.0,
            2 => 16.0,
            _ => 8.0,
        };
        FINEST_LX * gain * 32.0 / f64::from(self.time())
    }

    fn update(&mut self, now_ns: u64) {
        if self.sampler.ended(now_ns) {
            let counts = steps(self.dials.number(0), self.resolution_lx(), 0..=65_535);
            self.counts = u16::try_from(counts).unwrap_or(u16::MAX);
            if self.configuration & INTERRUPTS_ENABLED != 0 {
                let [high, low] = self.limits;
                self.interrupts |= if self.counts > high { ABOVE } else { 0 };
                self.interrupts |= if self.counts < low { BELOW } else { 0 };
            }
        }
    }
}

impl Part for Veml7700 {
    fn power_off(&mut self, _board: &mut dyn Board) {
        let dials = self.dials.clone();
        *self = Veml7700 { dials, ..Veml7700::new() };
    }

    fn set_control(&mut self, control: &str, value: &Value, board: &mut dyn Board) -> bool {
        self.update(board.now_ns());
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl WordRegisters for Veml7700 {
    const ORDER: Order = Order::LowerFirst;

    fn read_register(&mut self, register: u8, board: &mut dyn Board) -> u16 {
        self.update(board.now_ns());
        match register {
            CONFIGURATION => self.configuration,
            HIGH | LOW => self.limits[usize::from(register - HIGH)],
            POWER_SAVING => self.power_saving,
            LIGHT | WHITE => self.counts,
            // A read clears it.
            INTERRUPTS => core::mem::take(&mut self.interrupts),
            DEVICE => THE_DEVICE,
            _ => 0,
        }
    }

    fn write_register(&mut self, register: u8, value: u16, board: &mut dyn Board) {
        let now_ns = board.now_ns();
        self.update(now_ns);
        match register {
            CONFIGURATION => {
                let was_on = self.configuration & SHUTDOWN == 0;
                self.configuration = value;
                let ns = u64::from(self.time()) * 25_000_000;
                let first_ns = if was_on { ns } else { ns + SWITCH_ON_NS };
                let off = value & SHUTDOWN != 0;
                self.sampler = if off { Sampler::default() } else { Sampler::after(now_ns, first_ns, ns) };
            }
            HIGH | LOW => self.limits[usize::from(register - HIGH)] = value,
            POWER_SAVING => self.power_saving = value,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Veml7700;
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::{OnI2c, Words};
    use crate::parts::test_board::TestBoard;

    const MS: u64 = 1_000_000;

    fn read(board: &mut TestBoard, part: &mut OnI2c<Veml7700, Words>, register: u8) -> u16 {
        u16::from_le_bytes(board.i2c_write_read(part, 0x10, &[register]).expect("it is there"))
    }

    /// The data sheet's "resolution and maximum detection range": 0.0042 lx with gain 2 and 800 ms, 2.1504 lx with 1/8 and 25 ms.
    #[test]
    fn gain_and_time_set_the_lux_of_a_count() {
        for (configuration, ms, counts) in [(0x08c0_u16, 800, 23_810), (0x0000, 100, 1_488), (0x1300, 25, 47)] {
            let mut part: OnI2c<_, Words> = OnI2c::new(0x10, Veml7700::new());
            let mut board = TestBoard::with(&mut part);
            part.set_control("light", &Value::Number(100.0), &mut board);
            let [lower, upper] = configuration.to_le_bytes();
            board.i2c_write(&mut part, 0x10, &[0, lower, upper]).expect("acknowledged");
            board.advance(&mut part, ms * MS);
            assert_eq!(read(&mut board, &mut part, 4), 0, "it needs 2.5 ms to start");
            board.advance(&mut part, 3 * MS);
            assert_eq!(read(&mut board, &mut part, 4), counts, "{configuration:#x}");
        }
    }

    #[test]
    fn an_interrupt_is_set_past_a_limit_and_cleared_by_a_read() {
        let mut part: OnI2c<_, Words> = OnI2c::new(0x10, Veml7700::new());
        let mut board = TestBoard::with(&mut part);
        assert_eq!([0, 7].map(|register| read(&mut board, &mut part, register)), [1, 0xc481]);
        board.i2c_write(&mut part, 0x10, &[1, 0xe8, 0x03]).expect("acknowledged");
        board.i2c_write(&mut part, 0x10, &[0, 0x02, 0x00]).expect("acknowledged");
        board.advance(&mut part, 103 * MS);
        assert_eq!(read(&mut board, &mut part, 6), 0x4000);
        assert_eq!(read(&mut board, &mut part, 6), 0);
    }
}
