//! TI OPT3001: the light around it, on a scale of its own.
//!
//! Section numbers are those of the data sheet: Texas Instruments OPT3001 (SBOS681C).

use alloc::boxed::Box;

use super::dials::Dials;
use super::link::{OnI2c, WordRegisters, Words};
use super::number::steps;
use super::sampler::Sampler;
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};

/// The OPT3001 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Texas Instruments OPT3001 (SBOS681C)",
    omits: "The limits are kept; their flags, the fault count and the INT pin are not simulated. Readings carry no noise.",
    controls: CONTROLS,
    ..Model::new("opt3001", "a sensor of light with a wide range", BUSES, build)
};

// Section 7.4.1.1, table 1: ADDR.
const BUSES: Buses = Buses::i2c(0x44, 0x47);
const CONTROLS: &[Control; 1] =
    &[Control::number("light", Range::new(0.0, 83_865.6, 0.01, "lx"), 300.0, "the light that falls on it")];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Words>::place("OPT3001", BUSES, setup, Opt3001::new())
}

// Section 7.6, table 6: the registers.
const RESULT: u8 = 0x00;
const CONFIGURATION: u8 = 0x01;
const LOW_LIMIT: u8 = 0x02;
const HIGH_LIMIT: u8 = 0x03;
const MANUFACTURER: u8 = 0x7e;
const DEVICE: u8 = 0x7f;
// Section 7.6.1.1.2, table 10: the configuration after power-up, and its bits.
const POWER_ON: u16 = 0xc810;
const AUTO_RANGE: u16 = 0x0c;
const LONG: u16 = 0x0800;
const MODE: u16 = 0x0600;
const OVERFLOW: u16 = 0x0100;
const READY: u16 = 0x0080;
/// Those that can only be read: OVF, CRF, FH and FL.
const FLAGS: u16 = 0x01e0;

struct Opt3001 {
    dials: Dials<1>,
    configuration: u16,
    limits: [u16; 2],
    result: u16,
    overflow: bool,
    ready: bool,
    sampler: Sampler,
}

impl Opt3001 {
    fn new() -> Opt3001 {
        Opt3001 {
            dials: Dials::new(CONTROLS),
            configuration: POWER_ON,
            limits: [0xc000, 0xbfff],
            result: 0,
            overflow: false,
            ready: false,
            sampler: Sampler::default(),
        }
    }

    fn start(&mut self, now_ns: u64) {
        let ns = if self.configuration & LONG == 0 { 100_000_000 } else { 800_000_000 };
        self.sampler = match self.configuration & MODE {
            0 => Sampler::default(),
            0x0200 => Sampler::once(now_ns, ns),
            _ => Sampler::every(now_ns, ns),
        };
    }

    // Section 7.6.1.1.1, equation 3: lux = 0.01 * 2^E * R, R in 12 bits.
    fn update(&mut self, now_ns: u64) {
        if !self.sampler.ended(now_ns) {
            return;
        }
        let light = self.dials.number(0);
        let range = self.configuration >> 12;
        let fits = |exponent: &u16| light <= 0.01 * f64::from(1_u32 << exponent) * 4_095.0;
        let exponent = if range == AUTO_RANGE { (0..=11).find(fits).unwrap_or(11) } else { range.min(11) };
        let count = steps(light, 0.01 * f64::from(1_u32 << exponent), 0..=4_095);
        self.overflow = !fits(&exponent);
        self.result = exponent << 12 | u16::try_from(count).unwrap_or(0);
        self.ready = true;
        // Section 7.4, "single-shot": after it the part is shut down.
        if !self.sampler.is_running() {
            self.configuration &= !MODE;
        }
    }
}

impl Part for Opt3001 {
    fn power_off(&mut self, _board: &mut dyn Board) {
        let dials = self.dials.clone();
        *self = Opt3001 { dials, ..Opt3001::new() };
    }

    fn set_control(&mut self, control: &str, value: &Value, board: &mut dyn Board) -> bool {
        self.update(board.now_ns());
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl WordRegisters for Opt3001 {
    fn read_register(&mut self, register: u8, board: &mut dyn Board) -> u16 {
        self.update(board.now_ns());
        match register {
            RESULT => self.result,
            CONFIGURATION => {
                // A read of it clears the conversion-ready flag.
                let ready = if core::mem::take(&mut self.ready) { READY } else { 0 };
                self.configuration | ready | if self.overflow { OVERFLOW } else { 0 }
            }
            LOW_LIMIT | HIGH_LIMIT => self.limits[usize::from(register - LOW_LIMIT)],
            MANUFACTURER => 0x5449,
            DEVICE => 0x3001,
            _ => 0,
        }
    }

    fn write_register(&mut self, register: u8, value: u16, board: &mut dyn Board) {
        let now_ns = board.now_ns();
        self.update(now_ns);
        match register {
            CONFIGURATION => {
                self.configuration = value & !FLAGS;
                self.ready = false;
                self.start(now_ns);
            }
            LOW_LIMIT | HIGH_LIMIT => self.limits[usize::from(register - LOW_LIMIT)] = value,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Opt3001;
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::{OnI2c, Words};
    use crate::parts::test_board::TestBoard;

    fn read(board: &mut TestBoard, part: &mut OnI2c<Opt3001, Words>, register: u8) -> u16 {
        u16::from_be_bytes(board.i2c_write_read(part, 0x44, &[register]).expect("it is there"))
    }

    /// Section 7.6.1.1.1, table 9: 0.01, 40.95, 88.80 and 83,865.60 lx. Its other examples show one light in several ranges.
    #[test]
    fn results_have_the_data_sheets_exponents() {
        for (light, result) in [(0.01, 0x0001), (40.95, 0x0fff), (83_865.6, 0xbfff), (2_818.56, 0x789a)] {
            let mut part: OnI2c<_, Words> = OnI2c::new(0x44, Opt3001::new());
            let mut board = TestBoard::with(&mut part);
            assert_eq!(read(&mut board, &mut part, 1), 0xc810);
            part.set_control("light", &Value::Number(light), &mut board);
            let configuration: u16 = if result == 0x789a { 0x7a10 } else { 0xca10 };
            let [upper, lower] = configuration.to_be_bytes();
            board.i2c_write(&mut part, 0x44, &[1, upper, lower]).expect("acknowledged");
            board.advance(&mut part, 799_000_000);
            assert_eq!(read(&mut board, &mut part, 1) & 0x0680, 0x0200, "it converts");
            board.advance(&mut part, 1_000_000);
            assert_eq!(read(&mut board, &mut part, 1) & 0x0680, 0x0080, "ready, and shut down");
            assert_eq!(read(&mut board, &mut part, 0), result, "{light}");
        }
        let mut part: OnI2c<_, Words> = OnI2c::new(0x44, Opt3001::new());
        let mut board = TestBoard::with(&mut part);
        assert_eq!([0x7e, 0x7f].map(|register| read(&mut board, &mut part, register)), [0x5449, 0x3001]);
    }
}
