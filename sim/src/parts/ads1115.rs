//! TI ADS1115: four analogue inputs, 16 bits, with a comparator.
//!
//! Section numbers are those of the data sheet: Texas Instruments ADS1113/4/5 (SBAS444D).

use alloc::boxed::Box;

use super::link::{OnI2c, WordRegisters, Words};
use super::number::steps;
use super::sampler::Sampler;
use crate::model::{BuildError, Buses, Model, Pin, Role, Setup, Value};
use crate::net::{Drive, Net};
use crate::part::{Board, Part};

/// The ADS1115 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Texas Instruments ADS1115 (SBAS444D)",
    omits: "An input without a voltage reads 0 V. What an input has is taken at the end of a conversion, without noise. The \
            comparator acts on one conversion whatever its queue says, as long as the queue does not switch it off; the SMBus alert \
            address and the general call are not simulated.",
    pins: &[
        Pin::optional("a0", Role::Analog, "the input AIN0"),
        Pin::optional("a1", Role::Analog, "the input AIN1"),
        Pin::optional("a2", Role::Analog, "the input AIN2"),
        Pin::optional("a3", Role::Analog, "the input AIN3"),
        Pin::optional("alert", Role::OpenDrain, "the ALERT/RDY output"),
    ],
    ..Model::new("ads1115", "a converter with four analogue inputs", BUSES, build)
};

// Section 7.5.1.1, table 7-2: ADDR.
const BUSES: Buses = Buses::i2c(0x48, 0x4b);

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let part = Ads1115::new(["a0", "a1", "a2", "a3"].map(|key| setup.net(key)), setup.net("alert"));
    OnI2c::<_, Words>::place("ADS1115", BUSES, setup, part)
}

// Section 7.6.1, table 7-3: the registers.
const CONVERSION: u8 = 0;
const CONFIGURATION: u8 = 1;
const LOW: u8 = 2;
const HIGH: u8 = 3;

// Section 7.6.3, table 7-5: the configuration, and what it is after power-up.
const POWER_ON: u16 = 0x8583;
const START: u16 = 0x8000;
const SINGLE_SHOT: u16 = 0x0100;
const WINDOW: u16 = 0x0010;
const ACTIVE_HIGH: u16 = 0x0008;
const LATCHING: u16 = 0x0004;
const COMPARATOR_OFF: u16 = 0x0003;
/// MUX: the inputs whose difference is converted; none is ground.
const INPUTS: [(usize, Option<usize>); 8] =
    [(0, Some(1)), (0, Some(3)), (1, Some(3)), (2, Some(3)), (0, None), (1, None), (2, None), (3, None)];
/// PGA: the full scale, in volts.
const FULL_SCALE_V: [f64; 8] = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256];
/// DR: conversions a second.
const RATES: [u64; 8] = [8, 16, 32, 64, 128, 250, 475, 860];
/// Section 7.4.2.1: a single shot first wakes up for 25 us.
const WAKE_UP_NS: u64 = 25_000;

struct Ads1115 {
    inputs: [Option<Net>; 4],
    alert: Option<Net>,
    configuration: u16,
    /// The low and the high threshold.
    thresholds: [i16; 2],
    result: i16,
    alerting: bool,
    sampler: Sampler,
}

impl Ads1115 {
    fn new(inputs: [Option<Net>; 4], alert: Option<Net>) -> Ads1115 {
        Ads1115 {
            inputs,
            alert,
            configuration: POWER_ON,
            thresholds: [i16::MIN, i16::MAX],
            result: 0,
            alerting: false,
            sampler: Sampler::default(),
        }
    }

    fn field(&self, shift: u32) -> usize {
        usize::from(self.configuration >> shift & 7)
    }

    fn start(&mut self, board: &mut dyn Board) {
        let ns = 1_000_000_000 / RATES[self.field(5)];
        let now_ns = board.now_ns();
        self.sampler = if self.configuration & SINGLE_SHOT == 0 {
            Sampler::every(now_ns, ns)
        } else if self.configuration & START != 0 {
            Sampler::once(now_ns, ns + WAKE_UP_NS)
        } else {
            Sampler::default()
        };
        self.ask(board);
    }

    /// A voltage on a net can change without a word: each conversion is woken for, as long as somebody could see it.
    fn ask(&self, board: &mut dyn Board) {
        if let Some(at_ns) = self.sampler.ends_ns() {
            board.wake_at(at_ns);
        }
    }

    // Section 7.3.3, table 7-1: full scale is 2^15; what is beyond is clipped.
    fn convert(&mut self, board: &mut dyn Board) {
        let volts = |input: usize| {
            let net = self.inputs.get(input).copied().flatten();
            f64::from(net.and_then(|net| board.microvolts(net)).unwrap_or(0)) / 1e6
        };
        let (positive, negative) = INPUTS[self.field(12)];
        let difference = volts(positive) - negative.map_or(0.0, volts);
        let count = steps(difference, FULL_SCALE_V[self.field(9)] / 32_768.0, -32_768..=32_767);
        self.result = i16::try_from(count).unwrap_or(0);
        self.compare(board);
    }

    /// Section 7.3.8: above the high threshold until below the low one, or outside the two.
    fn compare(&mut self, board: &mut dyn Board) {
        let [low, high] = self.thresholds;
        let above = self.result > high;
        let outside = above || self.configuration & WINDOW != 0 && self.result < low;
        let held = self.alerting
            && (self.configuration & LATCHING != 0 || self.configuration & WINDOW == 0 && self.result >= low);
        self.alerting = outside || held;
        self.drive(board);
    }

    fn is_ready_output(&self) -> bool {
        let [low, high] = self.thresholds;
        // Section 7.3.8: the thresholds' most significant bits 0 and 1 make it the conversion-ready output.
        low >= 0 && high < 0
    }

    fn drive(&self, board: &mut dyn Board) {
        let Some(net) = self.alert else { return };
        let off = self.configuration & COMPARATOR_OFF == COMPARATOR_OFF;
        let active = if self.is_ready_output() { !self.sampler.is_running() } else { self.alerting };
        let low = !off && active != (self.configuration & ACTIVE_HIGH != 0);
        board.drive(net, if low { Drive::Low } else { Drive::Released });
    }
}

impl Part for Ads1115 {
    fn power_on(&mut self, board: &mut dyn Board) {
        self.drive(board);
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        *self = Ads1115::new(self.inputs, self.alert);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        if self.sampler.ended(board.now_ns()) {
            self.convert(board);
            self.ask(board);
        }
    }

    fn readout(&mut self, _readout: &str, _now_ns: u64) -> Option<Value> {
        None
    }
}

impl WordRegisters for Ads1115 {
    fn pointed(&mut self, byte: u8) -> u8 {
        byte & 3
    }

    fn read_register(&mut self, register: u8, board: &mut dyn Board) -> u16 {
        let word = |value: i16| u16::from_be_bytes(value.to_be_bytes());
        match register {
            CONVERSION => {
                // Section 7.3.8: a read of the result ends a latched alert.
                self.alerting &= self.configuration & LATCHING == 0;
                self.drive(board);
                word(self.result)
            }
            CONFIGURATION => {
                let single = self.configuration & SINGLE_SHOT != 0;
                let idle = single && !self.sampler.is_running();
                self.configuration & !START | if idle { START } else { 0 }
            }
            LOW | HIGH => word(self.thresholds[usize::from(register - LOW)]),
            _ => 0,
        }
    }

    fn write_register(&mut self, register: u8, value: u16, board: &mut dyn Board) {
        match register {
            CONFIGURATION => {
                self.configuration = value;
                self.start(board);
            }
            LOW | HIGH => self.thresholds[usize::from(register - LOW)] = i16::from_be_bytes(value.to_be_bytes()),
            _ => {}
        }
        self.drive(board);
    }
}

#[cfg(test)]
mod tests {
    use super::Ads1115;
    use crate::net::Drive;
    use crate::part::Board as _;
    use crate::parts::link::{OnI2c, Words};
    use crate::parts::test_board::TestBoard;

    fn part() -> (OnI2c<Ads1115, Words>, TestBoard) {
        let inputs = [1, 2, 3, 4].map(|number| Some(TestBoard::net(number)));
        let mut part = OnI2c::new(0x48, Ads1115::new(inputs, Some(TestBoard::net(5))));
        let board = TestBoard::with(&mut part);
        (part, board)
    }

    fn read(board: &mut TestBoard, part: &mut OnI2c<Ads1115, Words>, register: u8) -> u16 {
        u16::from_be_bytes(board.i2c_write_read(part, 0x48, &[register]).expect("it is there"))
    }

    fn write(board: &mut TestBoard, part: &mut OnI2c<Ads1115, Words>, register: u8, value: u16) {
        let [upper, lower] = value.to_be_bytes();
        board.i2c_write(part, 0x48, &[register, upper, lower]).expect("acknowledged");
    }

    /// Section 7.5.4, table 7-4: full scale is 0x7fff, half of it with a minus 0xc000, and so on.
    #[test]
    fn a_single_shot_converts_what_mux_and_gain_choose() {
        let (mut part, mut board) = part();
        assert_eq!([1, 2, 3].map(|register| read(&mut board, &mut part, register)), [0x8583, 0x8000, 0x7fff]);
        board.set_voltage(TestBoard::net(1), Some(1_024_000));
        board.set_voltage(TestBoard::net(2), Some(2_048_000));
        for (configuration, expected) in
            [(0x8583_u16, 0xc000), (0xc383, 0x2000), (0xd583, 0x7fff), (0xc583, 0x4000), (0x8783, 0x8000), (0xe583, 0)]
        {
            write(&mut board, &mut part, 1, configuration);
            assert_eq!(read(&mut board, &mut part, 1) & 0x8000, 0, "it converts");
            board.advance(&mut part, 7_837_500);
            assert_eq!(read(&mut board, &mut part, 1) & 0x8000, 0x8000);
            assert_eq!(read(&mut board, &mut part, 0), expected, "{configuration:#x}");
        }
    }

    #[test]
    fn the_alert_output_holds_until_the_low_threshold_or_says_that_it_is_ready() {
        let (mut part, mut board) = part();
        let (input, alert) = (TestBoard::net(1), TestBoard::net(5));
        write(&mut board, &mut part, 2, 8_000);
        write(&mut board, &mut part, 3, 16_000);
        // Continuous, AIN0, 4.096 V, 860 a second, after one conversion.
        write(&mut board, &mut part, 1, 0x42e0);
        for (millivolts, drive) in
            [(1_500, Drive::Released), (2_100, Drive::Low), (1_500, Drive::Low), (900, Drive::Released)]
        {
            board.set_voltage(input, Some(millivolts * 1_000));
            board.advance(&mut part, 3_000_000);
            assert_eq!(board.driven(alert), drive, "{millivolts} mV");
        }
        write(&mut board, &mut part, 2, 0);
        write(&mut board, &mut part, 3, 0x8000);
        write(&mut board, &mut part, 1, 0xc3e0);
        assert_eq!(board.driven(alert), Drive::Released);
        board.advance(&mut part, 2_000_000);
        assert_eq!(board.driven(alert), Drive::Low, "ready");
    }
}
