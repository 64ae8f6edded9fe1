//! The registers of a BME280 and what it measures, whichever bus they are reached over.

use super::compensation::Calibration;
use crate::part::Board;

// Register addresses and bits: Bosch BST-BME280-DS002 rev. 1.6, sections 5.3 and 5.4.
const CALIBRATION_LOW: u8 = 0x88;
const CHIP_ID: u8 = 0xd0;
const RESET: u8 = 0xe0;
const CALIBRATION_HIGH: u8 = 0xe1;
const CTRL_HUM: u8 = 0xf2;
const STATUS: u8 = 0xf3;
const CTRL_MEAS: u8 = 0xf4;
const CONFIG: u8 = 0xf5;
const DATA: u8 = 0xf7;
const DATA_END: u8 = 0xfe;

const THE_CHIP_ID: u8 = 0x60;
const RESET_WORD: u8 = 0xb6;
const MEASURING: u8 = 0x08;
const IM_UPDATE: u8 = 0x01;
const MODE: u8 = 0x03;
const NORMAL: u8 = 0x03;
const SLEEP: u8 = 0x00;
const SPI3W_EN: u8 = 0x01;

/// What the data registers hold of a temperature or pressure that was not measured (section 5.4.5).
const SKIPPED: i32 = 0x8_0000;
/// What they hold of a humidity that was not measured (section 5.4.3).
const SKIPPED_HUMIDITY: i32 = 0x8000;

// Section 1.1, table 1, "start-up time", the maximum.
const START_UP_NS: u64 = 2_000_000;
// Section 9.1, the typical times. The maximum ones are about 15 % longer, and not all drivers wait for them: bme280 0.5.1 waits
// 40 ms where the typical time is 40.0 ms.
const MEASURE_BASE_NS: u64 = 1_000_000;
const MEASURE_SAMPLE_NS: u64 = 2_000_000;
const MEASURE_CHANNEL_NS: u64 = 500_000;
// Section 5.4.6, table 27, by t_sb.
const STANDBY_NS: [u64; 8] =
    [500_000, 62_500_000, 125_000_000, 250_000_000, 500_000_000, 1_000_000_000, 10_000_000, 20_000_000];

/// What the part is doing (section 3.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Sleep,
    Measuring { until_ns: u64 },
    Standby { until_ns: u64 },
}

/// The memory of the filter for one channel, in 1/16 of a reading's step, so that it settles on the value itself.
type Filter = Option<i32>;

/// Everything behind the bus interface.
#[derive(Debug)]
pub(super) struct Sensor {
    calibration: Calibration,
    pub(super) temperature_c: f64,
    pub(super) humidity_percent: f64,
    pub(super) pressure_hpa: f64,
    ctrl_hum: u8,
    /// The humidity oversampling that the last write to ctrl_meas put into force.
    osrs_h: u8,
    ctrl_meas: u8,
    /// A write to ctrl_meas that waits for the end of the running measurement.
    pending_ctrl_meas: Option<u8>,
    config: u8,
    phase: Phase,
    started_ns: u64,
    temperature_filter: Filter,
    pressure_filter: Filter,
    data: [u8; 8],
    shadow: [u8; 8],
}

impl Sensor {
    pub(super) fn new() -> Sensor {
        let data = data_registers(SKIPPED, SKIPPED, SKIPPED_HUMIDITY);
        Sensor {
            calibration: Calibration::EXAMPLE,
            temperature_c: 25.0,
            humidity_percent: 50.0,
            pressure_hpa: 1013.25,
            ctrl_hum: 0,
            osrs_h: 0,
            ctrl_meas: 0,
            pending_ctrl_meas: None,
            config: 0,
            phase: Phase::Sleep,
            started_ns: 0,
            temperature_filter: None,
            pressure_filter: None,
            data,
            shadow: data,
        }
    }

    /// Puts every register into its state after power-on.
    pub(super) fn reset(&mut self, now_ns: u64) {
        *self = Sensor {
            temperature_c: self.temperature_c,
            humidity_percent: self.humidity_percent,
            pressure_hpa: self.pressure_hpa,
            started_ns: now_ns,
            ..Sensor::new()
        };
    }

    /// Returns whether the SPI side uses one wire for both directions, so that nothing comes out of SDO.
    pub(super) fn three_wire_spi(&self) -> bool {
        self.config & SPI3W_EN != 0
    }

    /// Keeps the data as they are now for the reads that follow (section 4.1, "shadowing").
    pub(super) fn begin_burst(&mut self) {
        self.shadow = self.data;
    }

    /// Returns a register's value. Reserved ones read 0.
    pub(super) fn read(&self, register: u8, now_ns: u64) -> u8 {
        let within =
            |start: u8, bytes: &[u8]| register.checked_sub(start).and_then(|i| bytes.get(usize::from(i)).copied());
        match register {
            CHIP_ID => THE_CHIP_ID,
            CTRL_HUM => self.ctrl_hum,
            STATUS => self.status(now_ns),
            CTRL_MEAS => self.ctrl_meas,
            CONFIG => self.config,
            DATA..=DATA_END => within(DATA, &self.shadow).unwrap_or(0),
            CALIBRATION_HIGH..CTRL_HUM => within(CALIBRATION_HIGH, &self.calibration.high_registers()).unwrap_or(0),
            _ => within(CALIBRATION_LOW, &self.calibration.low_registers()).unwrap_or(0),
        }
    }

    fn status(&self, now_ns: u64) -> u8 {
        let measuring = if matches!(self.phase, Phase::Measuring { .. }) { MEASURING } else { 0 };
        let starting = if now_ns < self.started_ns + START_UP_NS { IM_UPDATE } else { 0 };
        measuring | starting
    }

    /// Writes a register. Writes to the others do nothing.
    pub(super) fn write(&mut self, register: u8, value: u8, board: &mut dyn Board) {
        match register {
            RESET if value == RESET_WORD => self.reset(board.now_ns()),
            // Section 3.3.1: while a change of the mode waits, writes to ctrl_hum and further changes are ignored.
            CTRL_HUM if self.pending_ctrl_meas.is_none() => self.ctrl_hum = value & 0x07,
            CTRL_MEAS if matches!(self.phase, Phase::Measuring { .. }) => {
                self.pending_ctrl_meas.get_or_insert(value);
            }
            CTRL_MEAS => self.set_ctrl_meas(value, board),
            // Section 5.4.6: in normal mode a write "may be ignored". Here it is, so that nobody relies on it.
            CONFIG if self.ctrl_meas & MODE != NORMAL => {
                self.config = value & 0xfd;
                self.temperature_filter = None;
                self.pressure_filter = None;
            }
            _ => {}
        }
    }

    fn set_ctrl_meas(&mut self, value: u8, board: &mut dyn Board) {
        self.ctrl_meas = value;
        self.osrs_h = self.ctrl_hum;
        match value & MODE {
            SLEEP => self.phase = Phase::Sleep,
            _ => self.start_measuring(board),
        }
    }

    fn start_measuring(&mut self, board: &mut dyn Board) {
        let channel = |osrs: u8, extra_ns: u64| match oversampling(osrs) {
            0 => 0,
            samples => samples * MEASURE_SAMPLE_NS + extra_ns,
        };
        let until_ns = board.now_ns()
            + MEASURE_BASE_NS
            + channel(self.osrs_t(), 0)
            + channel(self.osrs_p(), MEASURE_CHANNEL_NS)
            + channel(self.osrs_h, MEASURE_CHANNEL_NS);
        self.phase = Phase::Measuring { until_ns };
        board.wake_at(until_ns);
    }

    /// Goes on to the next phase if its time has come.
    pub(super) fn wake(&mut self, board: &mut dyn Board) {
        let now_ns = board.now_ns();
        match self.phase {
            Phase::Measuring { until_ns } if until_ns <= now_ns => {
                self.measure();
                if let Some(value) = self.pending_ctrl_meas.take() {
                    self.set_ctrl_meas(value, board);
                } else if self.ctrl_meas & MODE == NORMAL {
                    let until_ns = now_ns + STANDBY_NS[usize::from(self.config >> 5)];
                    self.phase = Phase::Standby { until_ns };
                    board.wake_at(until_ns);
                } else {
                    self.ctrl_meas &= !MODE;
                    self.phase = Phase::Sleep;
                }
            }
            Phase::Standby { until_ns } if until_ns <= now_ns => self.start_measuring(board),
            _ => {}
        }
    }

    fn measure(&mut self) {
        let calibration = self.calibration;
        let coefficient = filter_coefficient(self.config);
        // Sections 5.4.5 and 3.4.4: 16 bits and one more for each doubling of the samples; always 20 with the filter.
        let bits = |osrs: u8| if coefficient == 1 { 15 + u32::from(osrs.clamp(1, 5)) } else { 20 };

        let temperature = rounded(calibration.raw_temperature(self.temperature_c), bits(self.osrs_t()));
        let t_fine = calibration.fine_temperature(temperature);
        let pressure = rounded(calibration.raw_pressure(self.pressure_hpa, t_fine), bits(self.osrs_p()));
        let humidity = calibration.raw_humidity(self.humidity_percent, t_fine);

        let temperature = match self.osrs_t() {
            0 => SKIPPED,
            _ => not(SKIPPED, filtered(&mut self.temperature_filter, temperature, coefficient)),
        };
        let pressure = match self.osrs_p() {
            0 => SKIPPED,
            _ => not(SKIPPED, filtered(&mut self.pressure_filter, pressure, coefficient)),
        };
        let humidity = if self.osrs_h == 0 { SKIPPED_HUMIDITY } else { not(SKIPPED_HUMIDITY, humidity) };
        self.data = data_registers(pressure, temperature, humidity);
    }

    fn osrs_t(&self) -> u8 {
        self.ctrl_meas >> 5
    }

    fn osrs_p(&self) -> u8 {
        self.ctrl_meas >> 2 & 0x07
    }
}

/// Returns how often a channel is sampled.
// Section 5.4.3, table 20: 101 and above mean 16.
fn oversampling(osrs: u8) -> u64 {
    match osrs {
        0 => 0,
        1..=4 => 1 << (osrs - 1),
        _ => 16,
    }
}

/// Returns the filter coefficient that is set in a value of `config`, 1 if the filter is off.
// Section 5.4.6, table 28: 100 and above mean 16.
fn filter_coefficient(config: u8) -> i32 {
    1 << (config >> 2 & 0x07).min(4)
}

/// Passes a reading through the filter (section 3.4.4): the first one becomes its memory.
fn filtered(memory: &mut Filter, reading: i32, coefficient: i32) -> i32 {
    let reading = reading << 4;
    let before = memory.unwrap_or(reading);
    let after = before + (reading - before) / coefficient;
    *memory = Some(after);
    (after + 8) >> 4
}

/// Rounds a 20-bit reading to its first `bits` bits.
fn rounded(reading: i32, bits: u32) -> i32 {
    let step = 1 << 20_u32.saturating_sub(bits);
    (reading + step / 2).min(0xf_ffff) / step * step
}

/// Returns the reading, moved by one step if it looked like that of a channel which was not measured.
fn not(skipped: i32, reading: i32) -> i32 {
    if reading == skipped { reading + 1 } else { reading }
}

/// Returns registers 0xf7 to 0xfe.
// Section 5.4.7 to 5.4.9: most significant byte first, the 20-bit readings left-justified in three bytes.
fn data_registers(pressure: i32, temperature: i32, humidity: i32) -> [u8; 8] {
    let [_, p0, p1, p2] = (pressure << 4).to_be_bytes();
    let [_, t0, t1, t2] = (temperature << 4).to_be_bytes();
    let [_, _, h0, h1] = humidity.to_be_bytes();
    [p0, p1, p2, t0, t1, t2, h0, h1]
}
