//! Every way of writing a trace writes the same: at once, by another thread, and later from the compact form, of which any window can be had.

use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex, PoisonError};

use embedded_hal::digital::OutputPin as _;
use embedded_hal::i2c::I2c as _;
use embedded_hal::pwm::SetDutyCycle as _;
use embedded_hal::spi::SpiDevice as _;
use wasm_embedded_board::trace::{
    Beside, Capped, CompactFile, Format, Recorder, TakeBlocks, TextFormat, Trace, TraceFile, TraceFileError, VcdFormat,
};
use wasm_embedded_sim::parts::Eeprom24;
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::{Level, PwmSettings, Sim, SpiSettings};

/// Memory that a trace is written to. Clones share it.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs accesses on all kinds of wires for about 4 s, with what `watch` puts on the board, and returns when it ended.
fn traffic(watch: impl FnOnce(&Sim)) -> u64 {
    let sim = Sim::new();
    let bus = sim.i2c_bus("board", 400_000);
    sim.add_i2c(bus, Eeprom24::new(Size::C32, 0x50).expect("an address"));
    let select = sim.spi_select(sim.spi_bus("spi"), "device", SpiSettings::default());
    let (mut led, mut fan) = (
        sim.output(sim.net("LED"), Level::Low),
        sim.pwm(sim.net("FAN"), PwmSettings { frequency_hz: 97, inverted: false }, 0),
    );
    watch(&sim);
    let (mut i2c, mut device) = (sim.i2c(bus), sim.spi_device(select));
    for round in 0..2_000_u16 {
        i2c.write_read(0x50_u8, &round.to_be_bytes(), &mut [0; 24]).expect("an EEPROM answers");
        assert!(i2c.write(0x51_u8, &[1]).is_err());
        device.write(&[round.to_be_bytes()[1]; 40]).expect("no fault is armed");
        led.set_state((round % 2 == 0).into()).expect("a simulated pin");
        if round % 500 == 3 {
            fan.set_duty_cycle_percent((round / 50).to_be_bytes()[1]).expect("a simulated output");
        }
        sim.advance_ns(1_000_000);
    }
    let end_ns = sim.now_ns();
    sim.end_trace();
    end_ns
}

/// Returns what a format writes at once.
fn at_once<F: Format + 'static>(format: impl FnOnce(Buffer) -> F) -> Vec<u8> {
    let buffer = Buffer::default();
    let trace = Trace::new(format(buffer.clone()));
    let end_ns = traffic(|sim| sim.trace_to(Box::new(trace.clone())));
    trace.finish(end_ns).expect("memory does not fail");
    buffer.take()
}

/// Returns what is written of blocks.
fn in_blocks<T: TakeBlocks + 'static>(takes: impl FnOnce(Buffer) -> T) -> Vec<u8> {
    within(u64::MAX, takes)
}

/// Returns what is written of blocks of so much virtual time at most.
fn within<T: TakeBlocks + 'static>(block_ns: u64, takes: impl FnOnce(Buffer) -> T) -> Vec<u8> {
    let buffer = Buffer::default();
    let recorder = Recorder::new(takes(buffer.clone()), |_, error| panic!("{error}")).within(block_ns);
    let recording = recorder.recording();
    let end_ns = traffic(|sim| sim.trace_to(Box::new(recorder)));
    recording.finish(end_ns).expect("memory does not fail");
    buffer.take()
}

/// Returns what a format makes of a window of a file.
fn converted<F: Format>(file: &[u8], window: (u64, u64), format: impl FnOnce(Buffer) -> F) -> Vec<u8> {
    let buffer = Buffer::default();
    let mut trace = TraceFile::open(Cursor::new(file)).expect("a trace");
    trace.replay(&mut format(buffer.clone()), window.0, window.1).expect("a trace");
    buffer.take()
}

/// Asserts that two texts are the same, and names the first line that differs.
fn same(one: &[u8], other: &[u8], what: &str) {
    let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
    let differs = (1..).zip(one.lines().zip(other.lines())).find(|(_, (one, other))| one != other);
    assert!(differs.is_none() && one.len() == other.len(), "{what}, line {differs:?}");
}

#[test]
fn every_way_of_writing_a_trace_writes_the_same() {
    let (vcd, text) = (at_once(VcdFormat::new), at_once(TextFormat::new));
    assert!(vcd.len() > 1_000_000 && text.len() > 1_000_000);
    same(
        &in_blocks(|out| Beside::new(VcdFormat::new(out), |_, _| ()).expect("a thread")),
        &vcd,
        "a VCD of another thread",
    );
    same(
        &in_blocks(|out| Beside::new(TextFormat::new(out), |_, _| ()).expect("a thread")),
        &text,
        "text of another thread",
    );
    let early = within(10_000_000, |out| Beside::new(VcdFormat::new(out), |_, _| ()).expect("a thread"));
    same(&early, &vcd, "a VCD of another thread that is little behind");
    let file = in_blocks(CompactFile::new);
    assert!(file.len() * 8 < text.len(), "{} bytes in the compact form, {} as text", file.len(), text.len());
    same(&converted(&file, (0, u64::MAX), VcdFormat::new), &vcd, "a VCD made later");
    same(&converted(&file, (0, u64::MAX), TextFormat::new), &text, "text made later");
}

#[test]
fn a_window_is_what_a_trace_of_that_time_alone_would_be() {
    let file = in_blocks(CompactFile::new);
    let end_ns = TraceFile::open(Cursor::new(&file)).expect("a trace").end_ns().expect("an end");
    // In the middle of transactions, too.
    for window in
        [(0, 1), (1_234_567_891, 1_300_000_000), (end_ns - 300_100_000, u64::MAX), (2_000_000_000, 2_000_000_000)]
    {
        let (from_ns, until_ns) = window;
        let (vcd, text) = (
            at_once(|out| VcdFormat::between(out, from_ns, until_ns)),
            at_once(|out| TextFormat::between(out, from_ns, until_ns)),
        );
        let what = format!("{window:?}");
        same(&converted(&file, window, |out| VcdFormat::between(out, from_ns, until_ns)), &vcd, &what);
        same(&converted(&file, window, |out| TextFormat::between(out, from_ns, until_ns)), &text, &what);
    }
}

#[test]
fn a_board_on_which_nothing_happens_has_its_wires_in_the_trace() {
    let buffer = Buffer::default();
    let recorder = Recorder::new(CompactFile::new(buffer.clone()), |_, error| panic!("{error}"));
    let recording = recorder.recording();
    let sim = Sim::new();
    sim.net("LED");
    sim.trace_to(Box::new(recorder));
    sim.end_trace();
    recording.finish(5).expect("memory does not fail");
    let vcd = converted(&buffer.take(), (0, u64::MAX), VcdFormat::new);
    assert!(String::from_utf8_lossy(&vcd).contains(" LED $end"));
}

#[test]
fn what_is_left_of_a_file_is_read_and_what_is_damaged_is_named() {
    let file = in_blocks(CompactFile::new);
    let read = |file: &[u8]| {
        let mut trace = TraceFile::open(Cursor::new(file))?;
        trace.replay(&mut TextFormat::new(io::sink()), 0, u64::MAX).map(|()| trace.end_ns())
    };
    assert!(read(&file).is_ok_and(|end_ns| end_ns.is_some()));
    // Its writer was stopped.
    for len in [8, 9, 20, 40, file.len() / 2, file.len() - 1] {
        assert!(matches!(read(&file[..len]), Ok(None)), "{len} bytes");
    }
    for at in [40, 100, file.len() / 2] {
        let mut damaged = file.clone();
        damaged[at] ^= 4;
        assert!(matches!(read(&damaged), Err(TraceFileError::Damaged { why: None, .. })), "byte {at}");
    }
    for other in [&b""[..], b"wetrace\x02", b"$version", &[0; 100]] {
        assert!(matches!(read(other), Err(TraceFileError::OtherFile)), "{other:?}");
    }
}

#[test]
fn a_trace_that_cannot_be_written_is_told_once_and_its_board_goes_on() {
    for beside in [false, true] {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tells = told.clone();
        let tell = move |at_ns: u64, error: &io::Error| {
            tells.lock().unwrap_or_else(PoisonError::into_inner).push((at_ns, error.to_string()));
        };
        let out = Capped::new(Buffer::default(), 80_000);
        let recorder = if beside {
            Recorder::new(Beside::new(VcdFormat::new(out), tell).expect("a thread"), |_, _| ())
        } else {
            Recorder::new(CompactFile::new(out), tell)
        };
        let recording = recorder.recording();
        let end_ns = traffic(|sim| sim.trace_to(Box::new(recorder)));
        let failure = recording.finish(end_ns).expect_err("80,000 bytes are not enough");
        assert_eq!(failure.kind(), io::ErrorKind::FileTooLarge);
        let told = std::mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner));
        let [(at_ns, error)] = told.as_slice() else { panic!("{told:?}") };
        assert!(*at_ns <= end_ns && error.contains("trace-bytes"), "{told:?}");
    }
}

#[test]
fn who_reads_along_is_not_far_behind() {
    let buffer = Buffer::default();
    let recorder = Recorder::new(CompactFile::new(buffer.clone()), |_, error| panic!("{error}")).within(1_000_000);
    let sim = Sim::new();
    let mut led = sim.output(sim.net("LED"), Level::Low);
    sim.trace_to(Box::new(recorder));
    led.set_high().expect("a simulated pin");
    assert!(buffer.take().is_empty());
    sim.advance_ns(2_000_000);
    led.set_low().expect("a simulated pin");
    assert!(!buffer.take().is_empty(), "two milliseconds are more than one");
}
