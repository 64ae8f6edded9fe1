//! NXP PCA9685: sixteen outputs with pulses, for lights and servos.
//!
//! Section numbers are those of the data sheet: NXP PCA9685, revision 4 (April 2015).

use alloc::boxed::Box;

use super::link::{ByteRegisters, Bytes, OnI2c};
use crate::model::{BuildError, Buses, Model, Pin, Range, Readout, Role, Setup, Value, ValueKind};
use crate::net::{Drive, Net};
use crate::part::{Board, Part};
use crate::pwm::PwmSignal;

/// The PCA9685 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "NXP PCA9685, revision 4",
    omits: "All pulses begin together: a delay of the first edge is kept and moves nothing. Outputs change at the STOP whatever OCH \
            says. The all-call and sub-addresses, OE, the external clock and the open-drain outputs are not simulated.",
    pins: PINS,
    readouts: &[
        Readout::new(
            "frequency",
            ValueKind::Number(Range::new(0.0, 2_000.0, 0.1, "Hz")),
            "how many pulses a second each output has",
        ),
        Readout::new("asleep", ValueKind::Switch, "whether the oscillator is off"),
    ],
    ..Model::new("pca9685", "sixteen outputs with pulses", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x40, 0x7f);
const KEYS: [&str; 16] = [
    "led0", "led1", "led2", "led3", "led4", "led5", "led6", "led7", "led8", "led9", "led10", "led11", "led12", "led13",
    "led14", "led15",
];
const PINS: &[Pin] = &{
    let mut pins = [Pin::optional("led0", Role::Output, "an output"); 16];
    let mut index = 0;
    while index < 16 {
        pins[index] = Pin::optional(KEYS[index], Role::Output, "an output");
        index += 1;
    }
    pins
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Bytes>::place("PCA9685", BUSES, setup, Pca9685::new(KEYS.map(|key| setup.net(key))))
}

// Section 7.3, table 4: the registers.
const MODE1: u8 = 0x00;
const MODE2: u8 = 0x01;
const LED0: u8 = 0x06;
const LAST_LED: u8 = 0x45;
const ALL_LED: u8 = 0xfa;
const LAST_ALL_LED: u8 = 0xfd;
const PRE_SCALE: u8 = 0xfe;
// Section 7.3.1, table 5: MODE1, and 7.3.2, table 6: MODE2.
const RESTART: u8 = 0x80;
const AUTO_INCREMENT: u8 = 0x20;
const SLEEP: u8 = 0x10;
const INVERTED: u8 = 0x10;
/// In the upper byte of a time: on, or off, for all of the period (section 7.3.3).
const FULL: u8 = 0x10;
/// Section 7.3.5: the oscillator, and the steps of a period.
const OSCILLATOR_HZ: u64 = 25_000_000;
const STEPS: u64 = 4_096;

struct Pca9685 {
    nets: [Option<Net>; 16],
    mode1: u8,
    mode2: u8,
    addresses: [u8; 4],
    /// By output: on and off, the lower byte first.
    leds: [[u8; 4]; 16],
    pre_scale: u8,
    changed: bool,
}

impl Pca9685 {
    // Table 4 and following: after power-up it sleeps, and all outputs are off.
    fn new(nets: [Option<Net>; 16]) -> Pca9685 {
        Pca9685 {
            nets,
            mode1: SLEEP | 1,
            mode2: 0x04,
            addresses: [0xe2, 0xe4, 0xe8, 0xe0],
            leds: [[0, 0, 0, FULL]; 16],
            pre_scale: 0x1e,
            changed: false,
        }
    }

    fn period_ns(&self) -> u64 {
        (u64::from(self.pre_scale) + 1) * STEPS * 1_000_000_000 / OSCILLATOR_HZ
    }

    /// Returns for how many of the 4096 steps an output is on.
    fn on_steps(&self, index: usize) -> u64 {
        let [on_lower, on_upper, off_lower, off_upper] = self.leds[index];
        let time = |lower, upper: u8| u64::from(u16::from_le_bytes([lower, upper & 0x0f]));
        // Section 7.3.3: off has precedence; on without an end is on for good.
        match (off_upper & FULL != 0, on_upper & FULL != 0) {
            (true, _) => 0,
            (false, true) => STEPS,
            (false, false) => (time(off_lower, off_upper) + STEPS - time(on_lower, on_upper)) % STEPS,
        }
    }

    fn drive(&mut self, board: &mut dyn Board) {
        self.changed = false;
        let (period_ns, inverted) = (self.period_ns(), self.mode2 & INVERTED != 0);
        for (index, net) in self.nets.into_iter().enumerate() {
            let Some(net) = net else { continue };
            let on = if self.mode1 & SLEEP != 0 { 0 } else { self.on_steps(index) };
            let high = if inverted { STEPS - on } else { on };
            let high_ns = period_ns * high / STEPS;
            board.modulate(net, PwmSignal { from_ns: board.now_ns(), period_ns, high_ns });
        }
    }
}

impl Part for Pca9685 {
    fn power_on(&mut self, board: &mut dyn Board) {
        for net in self.nets.into_iter().flatten() {
            board.drive(net, Drive::Low);
        }
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        *self = Pca9685::new(self.nets);
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "frequency" => Some((1e9 / f64::from(u32::try_from(self.period_ns()).unwrap_or(u32::MAX))).into()),
            "asleep" => Some((self.mode1 & SLEEP != 0).into()),
            _ => None,
        }
    }
}

impl ByteRegisters for Pca9685 {
    /// Section 7.3.1: the pointer counts on only with AI.
    fn after(&self, register: u8) -> u8 {
        match register {
            _ if self.mode1 & AUTO_INCREMENT == 0 => register,
            LAST_LED | 0xff => 0,
            _ => register + 1,
        }
    }

    fn read_register(&mut self, register: u8, _board: &mut dyn Board) -> u8 {
        match register {
            MODE1 => self.mode1,
            MODE2 => self.mode2,
            0x02..=0x05 => self.addresses[usize::from(register - 2)],
            LED0..=LAST_LED => {
                let index = usize::from(register - LED0);
                self.leds[index / 4][index % 4]
            }
            PRE_SCALE => self.pre_scale,
            // Table 4: ALL_LED reads 0.
            _ => 0,
        }
    }

    fn write_register(&mut self, register: u8, value: u8, _board: &mut dyn Board) {
        self.changed = true;
        match register {
            MODE1 => {
                // Section 7.3.1.1: RESTART is cleared by a 1; it is set when the part goes to sleep with outputs on.
                let restart = self.mode1 & RESTART & !value;
                let sleeps = value & SLEEP != 0 && self.mode1 & SLEEP == 0;
                let any_on = (0..16).any(|index| self.on_steps(index) > 0);
                self.mode1 = value & 0x3f | restart | if sleeps && any_on { RESTART } else { 0 };
            }
            MODE2 => self.mode2 = value & 0x1f,
            0x02..=0x05 => self.addresses[usize::from(register - 2)] = value,
            LED0..=LAST_LED => {
                let index = usize::from(register - LED0);
                self.leds[index / 4][index % 4] = value;
            }
            ALL_LED..=LAST_ALL_LED => {
                for led in &mut self.leds {
                    led[usize::from(register - ALL_LED)] = value;
                }
            }
            // Section 7.3.5: only asleep, and at least 3.
            PRE_SCALE if self.mode1 & SLEEP != 0 => self.pre_scale = value.max(3),
            _ => {}
        }
    }

    fn ended(&mut self, board: &mut dyn Board) {
        if self.changed {
            self.drive(board);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pca9685;
    use crate::part::Board as _;
    use crate::parts::link::{Bytes, OnI2c};
    use crate::parts::test_board::TestBoard;

    fn part() -> (OnI2c<Pca9685, Bytes>, TestBoard) {
        let mut nets = [None; 16];
        nets[3] = Some(TestBoard::net(1));
        let mut part = OnI2c::new(0x40, Pca9685::new(nets));
        let board = TestBoard::with(&mut part);
        (part, board)
    }

    /// Section 7.3.5, the example: 200 Hz is a prescaler of 30, which is what it has after power-up.
    #[test]
    fn the_prescaler_is_written_asleep_and_sets_the_period() {
        let (mut part, mut board) = part();
        assert_eq!(board.i2c_write_read(&mut part, 0x40, &[0]), Ok([0x11, 0x11]), "no auto-increment");
        assert_eq!(board.i2c_write_read(&mut part, 0x40, &[0xfe]), Ok([0x1e]));
        board.i2c_write(&mut part, 0x40, &[0xfe, 121]).expect("acknowledged");
        board.i2c_write(&mut part, 0x40, &[0, 0x21]).expect("acknowledged");
        board.i2c_write(&mut part, 0x40, &[0xfe, 3]).expect("acknowledged");
        assert_eq!(board.i2c_write_read(&mut part, 0x40, &[0xfe]), Ok([121]));
        // LED3 from 0 to 307: 1.5 ms of 20.
        board.i2c_write(&mut part, 0x40, &[0x12, 0, 0, 0x33, 0x01]).expect("acknowledged");
        let signal = board.pwm(TestBoard::net(1)).expect("modulated");
        assert_eq!((signal.period_ns, signal.high_ns), (19_988_480, 1_498_160));
    }

    #[test]
    fn full_on_and_full_off_and_all_at_once() {
        let (mut part, mut board) = part();
        board.i2c_write(&mut part, 0x40, &[0, 0x21]).expect("acknowledged");
        for (bytes, high) in [([0, 0x10, 0, 0x00], 4_096), ([0, 0x10, 0, 0x10], 0), ([0xff, 0x0f, 0x00, 0x08], 2_049)] {
            board.i2c_write(&mut part, 0x40, &[&[0xfa][..], &bytes].concat()).expect("acknowledged");
            let signal = board.pwm(TestBoard::net(1)).expect("modulated");
            assert_eq!(signal.high_ns, signal.period_ns * high / 4_096, "{bytes:?}");
            assert_eq!(board.i2c_write_read(&mut part, 0x40, &[0x42]), Ok(bytes));
            assert_eq!(board.i2c_write_read(&mut part, 0x40, &[0xfa]), Ok([0]));
        }
        board.i2c_write(&mut part, 0x40, &[0, 0x31]).expect("acknowledged");
        assert_eq!(board.i2c_write_read(&mut part, 0x40, &[0]), Ok([0xb1]), "asleep with outputs on");
    }
}
