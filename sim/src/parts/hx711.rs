//! Avia HX711: a converter for load cells, read by counting clocks.
//!
//! It follows the data sheet "HX711, 24-bit analog-to-digital converter for weigh scales" by Avia Semiconductor: its sections "serial
//! interface" (with table 3 and figure 2), "reset and power-down" and "key electrical characteristics".

use alloc::boxed::Box;

use super::dials::Dials;
use super::number::steps;
use crate::model::{BuildError, Buses, Control, Model, Pin, Preset, Range, Role, Setting, Setup, Value, ValueKind};
use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part};

/// The HX711 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Avia Semiconductor HX711",
    omits: "Its supply is 5 V. Readings carry no noise; a new input or gain settles in four conversions, which count and are not shown.",
    pins: &[
        Pin::required("dout", Role::Output, "the data output DOUT: low once there is a reading"),
        Pin::required("sck", Role::Input, "the clock PD_SCK"),
    ],
    settings: &[Setting::new(
        "rate",
        ValueKind::Choice(&["10", "80"]),
        Preset::Text("10"),
        "the conversions a second, which the pin RATE selects",
    )],
    controls: CONTROLS,
    ..Model::new("hx711", "a converter for load cells", Buses::NONE, build)
};

const CONTROLS: &[Control; 2] = &[
    Control::number("input-a", Range::new(-40.0, 40.0, 0.000_002, "mV"), 0.0, "the voltage at channel A"),
    Control::number("input-b", Range::new(-80.0, 80.0, 0.000_01, "mV"), 0.0, "the voltage at channel B"),
];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let per_second = if setup.text("rate")? == "80" { 80 } else { 10 };
    Ok(Box::new(Hx711::new(setup.wire("dout")?, setup.wire("sck")?, per_second)))
}

const NS_PER_S: u64 = 1_000_000_000;
/// "Reset and power-down": the clock high for longer than this.
const POWER_DOWN_NS: u64 = 60_000;
/// The bits of a reading, and the most clocks of one.
const BITS: u32 = 24;
const MOST_CLOCKS: u32 = 27;
/// "Key electrical characteristics": full scale is half of the supply, divided by the gain.
const HALF_SUPPLY_MV: f64 = 2_500.0;
/// The conversions that a new input needs to settle.
const SETTLING: u64 = 4;

struct Hx711 {
    dout: Net,
    sck: Net,
    period_ns: u64,
    dials: Dials<2>,
    /// Table 3: 25 clocks choose channel A with 128, 26 B with 32, 27 A with 64.
    clocks_of_mode: u32,
    reading: u32,
    ready: bool,
    clocks: u32,
    /// When the clock went high, and when the conversion under way ends.
    high_since_ns: Option<u64>,
    ends_ns: u64,
    powered: bool,
}

impl Hx711 {
    fn new(dout: Net, sck: Net, per_second: u64) -> Hx711 {
        Hx711 {
            dout,
            sck,
            period_ns: NS_PER_S / per_second,
            dials: Dials::new(CONTROLS),
            clocks_of_mode: 25,
            reading: 0,
            ready: false,
            clocks: 0,
            high_since_ns: None,
            ends_ns: 0,
            powered: false,
        }
    }

    /// Starts as after power-up: channel A with 128, which settles first.
    fn reset(&mut self, board: &mut dyn Board) {
        (self.powered, self.ready, self.clocks, self.clocks_of_mode) = (true, false, 0, 25);
        self.settle(board);
    }

    fn settle(&mut self, board: &mut dyn Board) {
        self.ready = false;
        self.ends_ns = board.now_ns().saturating_add(SETTLING * self.period_ns);
        board.wake_at(self.ends_ns);
        board.drive(self.dout, Drive::High);
    }

    fn convert(&mut self, board: &mut dyn Board) {
        let (input, gain) = match self.clocks_of_mode {
            26 => (1, 32.0),
            27 => (0, 64.0),
            _ => (0, 128.0),
        };
        let count = steps(self.dials.number(input), HALF_SUPPLY_MV / gain / 8_388_608.0, -0x80_0000..=0x7f_ffff);
        let [_, a, b, c] = count.to_be_bytes();
        self.reading = u32::from_be_bytes([0, a, b, c]);
        (self.ready, self.clocks) = (true, 0);
        board.drive(self.dout, Drive::Low);
        self.ends_ns = self.ends_ns.saturating_add(self.period_ns);
        board.wake_at(self.ends_ns);
    }

    /// Figure 2: a rising clock shifts the next bit out, the most significant first; the clocks past the bits choose what is converted
    /// next.
    fn clock_rises(&mut self, board: &mut dyn Board) {
        self.clocks = (self.clocks + 1).min(MOST_CLOCKS);
        let bit = BITS.checked_sub(self.clocks).map(|index| self.reading >> index & 1 != 0);
        board.drive(self.dout, Drive::from(Level::from(bit.unwrap_or(true))));
    }

    /// Ends a reading once the next conversion is over, and begins with another input if that was asked for.
    fn end_of_reading(&mut self, board: &mut dyn Board) {
        let clocks = core::mem::take(&mut self.clocks);
        if clocks > BITS && clocks != self.clocks_of_mode {
            self.clocks_of_mode = clocks;
            self.settle(board);
        } else {
            self.convert(board);
        }
    }
}

impl Part for Hx711 {
    fn power_on(&mut self, board: &mut dyn Board) {
        board.watch(self.sck);
        self.reset(board);
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        self.powered = false;
    }

    fn net_changed(&mut self, _net: Net, level: Level, board: &mut dyn Board) {
        match level {
            Level::High => {
                self.high_since_ns = Some(board.now_ns());
                board.wake_at(board.now_ns().saturating_add(POWER_DOWN_NS + 1));
                if self.powered {
                    self.clock_rises(board);
                }
            }
            Level::Low => {
                self.high_since_ns = None;
                if !self.powered {
                    self.reset(board);
                }
            }
        }
    }

    fn wake(&mut self, board: &mut dyn Board) {
        let now_ns = board.now_ns();
        if self.high_since_ns.is_some_and(|since_ns| now_ns - since_ns > POWER_DOWN_NS) {
            self.powered = false;
            board.drive(self.dout, Drive::High);
        }
        if self.powered && self.ends_ns <= now_ns {
            // A reading that is being clocked out is not overtaken.
            if self.clocks > 0 && self.clocks < BITS + 1 {
                self.ends_ns = self.ends_ns.saturating_add(self.period_ns);
                board.wake_at(self.ends_ns);
            } else {
                self.end_of_reading(board);
            }
        }
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

#[cfg(test)]
mod tests {
    use super::{Hx711, NS_PER_S};
    use crate::model::Value;
    use crate::net::Drive;
    use crate::part::Part as _;
    use crate::parts::test_board::TestBoard;

    fn clock(part: &mut Hx711, board: &mut TestBoard, clocks: u32) -> u32 {
        let (dout, sck) = (TestBoard::net(1), TestBoard::net(2));
        (0..clocks).fold(0, |bits, _| {
            board.set(part, sck, Drive::High);
            board.advance(part, 1_000);
            let bit = u32::from(board.driven(dout) == Drive::High);
            board.set(part, sck, Drive::Low);
            board.advance(part, 1_000);
            bits << 1 | bit
        })
    }

    #[test]
    fn a_reading_has_24_bits_and_the_clocks_after_it_choose_the_next() {
        let mut part = Hx711::new(TestBoard::net(1), TestBoard::net(2), 10);
        let mut board = TestBoard::with(&mut part);
        part.set_control("input-a", &Value::Number(-9.765_625), &mut board);
        part.set_control("input-b", &Value::Number(19.531_25), &mut board);
        assert_eq!(board.driven(TestBoard::net(1)), Drive::High, "it settles for 400 ms");
        board.advance(&mut part, 4 * NS_PER_S / 10);
        assert_eq!(board.driven(TestBoard::net(1)), Drive::Low, "ready");
        // -9.765625 mV of 19.53125, and 19.53125 of 78.125.
        assert_eq!(clock(&mut part, &mut board, 25), 0xc0_0000 << 1 | 1);
        board.advance(&mut part, NS_PER_S / 10);
        assert_eq!(clock(&mut part, &mut board, 26), 0xc0_0000 << 2 | 3);
        board.advance(&mut part, NS_PER_S / 10);
        assert_eq!(board.driven(TestBoard::net(1)), Drive::High, "it settles again");
        board.advance(&mut part, 4 * NS_PER_S / 10);
        assert_eq!(clock(&mut part, &mut board, 26), 0x20_0000 << 2 | 3);
    }

    #[test]
    fn a_clock_that_stays_high_switches_it_off() {
        let mut part = Hx711::new(TestBoard::net(1), TestBoard::net(2), 80);
        let mut board = TestBoard::with(&mut part);
        board.advance(&mut part, NS_PER_S);
        board.set(&mut part, TestBoard::net(2), Drive::High);
        board.advance(&mut part, 70_000);
        assert_eq!(board.driven(TestBoard::net(1)), Drive::High);
        board.set(&mut part, TestBoard::net(2), Drive::Low);
        board.advance(&mut part, 49_000_000);
        assert_eq!(board.driven(TestBoard::net(1)), Drive::High, "it settles");
        board.advance(&mut part, 2_000_000);
        assert_eq!(board.driven(TestBoard::net(1)), Drive::Low);
    }
}
