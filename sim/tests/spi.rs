//! What an SPI transaction puts on the wires. The rules are those of embedded-hal 1.0's `SpiDevice` and `SpiBus`.

mod common;

use common::{InWay, Log, Peripheral, board, in_every_way, in_way};
use embedded_hal::digital::OutputPin;
use embedded_hal::spi::{MODE_0, MODE_1, MODE_3, Mode, Operation, SpiBus, SpiDevice};
use wasm_embedded_sim::spi::OwnedTransaction;
use wasm_embedded_sim::{Level, PartId, Pull, Sim, SimSpiDevice, SpiBusId, SpiError, SpiSettings};

const AT_1_MHZ: SpiSettings =
    SpiSettings { frequency_hz: 1_000_000, mode: MODE_0, select_setup_ns: 0, select_hold_ns: 0 };

struct Bench {
    sim: Sim,
    bus: SpiBusId,
    part: PartId,
    log: Log,
    spi: InWay<SimSpiDevice>,
}

impl Bench {
    fn with(part: Peripheral, settings: SpiSettings) -> Bench {
        let sim = board();
        let bus = sim.spi_bus("spi");
        let select = sim.spi_select(bus, "flash", settings);
        let part = sim.add_spi(select, part);
        Bench { log: Log::of(&sim), spi: in_way(&sim, sim.spi_device(select)), sim, bus, part }
    }

    fn answering(answers: &[u8]) -> Bench {
        Bench::with(Peripheral::answering(answers), AT_1_MHZ)
    }

    fn wires(&self) -> Vec<String> {
        self.log.take().iter().map(|line| line.replace("spi ", "")).collect()
    }

    fn heard(&self) -> Vec<String> {
        heard(&self.sim, self.part)
    }
}

fn heard(sim: &Sim, part: PartId) -> Vec<String> {
    sim.with_part(part, |part: &mut Peripheral, _| std::mem::take(&mut part.heard)).expect("the part is there")
}

#[test]
fn select_is_held_through_all_operations() {
    in_every_way(|| {
        let mut bench = Bench::answering(&[1, 2, 3, 4]);
        let mut buffer = [0; 2];
        let mut operations = [Operation::Write(&[0x9f]), Operation::DelayNs(500), Operation::Read(&mut buffer)];
        assert_eq!(bench.spi.transaction(&mut operations), Ok(()));
        assert_eq!(buffer, [2, 3]);
        assert_eq!(
            bench.wires(),
            ["flash select", "> 0x9f < 0x01", "> 0x00 < 0x02", "> 0x00 < 0x03", "flash deselect"]
        );
        assert_eq!(bench.heard(), ["0 select", "0 9f", "8500 00", "16500 00", "24500 deselect"]);
    });
}

#[test]
fn no_operations_are_a_pulse_of_select() {
    in_every_way(|| {
        let mut bench = Bench::answering(&[]);
        assert_eq!(bench.spi.transaction(&mut []), Ok(()));
        assert_eq!(bench.wires(), ["flash select", "flash deselect"]);
        let heard = bench.heard();
        assert_eq!(heard, ["0 select", "500 deselect"]);
        assert_eq!(bench.sim.block_on(bench.spi.start(OwnedTransaction::new())), Some(Ok(Vec::new())));
        assert_eq!(bench.wires(), ["flash select", "flash deselect"]);
    });
}

#[test]
fn a_delay_alone_is_held_under_select_exactly() {
    in_every_way(|| {
        let mut bench = Bench::answering(&[]);
        assert_eq!(bench.spi.transaction(&mut [Operation::DelayNs(u32::MAX)]), Ok(()));
        assert_eq!(bench.heard(), ["0 select", "4294967295 deselect"]);
    });
}

#[test]
fn a_transfer_clocks_the_longer_of_both_lengths() {
    in_every_way(|| {
        for (written, read) in [(0, 0), (1, 3), (3, 1), (2, 2), (0, 2), (2, 0)] {
            let mut bench = Bench::answering(&[1, 2, 3]);
            let mut buffer = [0xaa; 4];
            let (wanted, rest) = buffer.split_at_mut(read);
            assert_eq!(bench.spi.transfer(wanted, &[0x91, 0x92, 0x93][..written]), Ok(()));
            assert_eq!(wanted, &[1, 2, 3][..read]);
            assert!(rest.iter().all(|&byte| byte == 0xaa));
            let sent = [0x91, 0x92, 0x93].into_iter().take(written).chain([0; 3]).take(written.max(read));
            let bytes = sent.zip(1..).map(|(mosi, miso)| format!("> {mosi:#04x} < {miso:#04x}"));
            let expected: Vec<String> =
                ["flash select".into()].into_iter().chain(bytes).chain(["flash deselect".into()]).collect();
            assert_eq!(bench.wires(), expected);
        }
    });
}

#[test]
fn a_transfer_in_place_sends_the_old_contents() {
    in_every_way(|| {
        let mut bench = Bench::answering(&[4, 5]);
        let mut buffer = [1, 2];
        assert_eq!(bench.spi.transfer_in_place(&mut buffer), Ok(()));
        assert_eq!(buffer, [4, 5]);
        assert_eq!(bench.wires(), ["flash select", "> 0x01 < 0x04", "> 0x02 < 0x05", "flash deselect"]);
    });
}

#[test]
fn setup_and_hold_times_come_from_the_settings() {
    in_every_way(|| {
        let settings = SpiSettings { select_setup_ns: 30, select_hold_ns: 70, ..AT_1_MHZ };
        let mut bench = Bench::with(Peripheral::answering(&[]), settings);
        assert_eq!(bench.spi.write(&[1]), Ok(()));
        assert_eq!(bench.heard(), ["0 select", "30 01", "8100 deselect"]);
    });
}

#[test]
fn select_is_inactive_for_a_bit_between_transactions() {
    in_every_way(|| {
        let mut bench = Bench::answering(&[]);
        assert_eq!(bench.spi.write(&[1]).and_then(|()| bench.spi.write(&[2])), Ok(()));
        assert_eq!(bench.heard(), ["0 select", "0 01", "8000 deselect", "9000 select", "9000 02", "17000 deselect"]);
    });
}

#[test]
fn a_line_that_nobody_drives_reads_ones() {
    in_every_way(|| {
        let sim = board();
        let bus = sim.spi_bus("spi");
        let mut spi = in_way(&sim, sim.spi_device(sim.spi_select(bus, "nothing", AT_1_MHZ)));
        let mut buffer = [0; 2];
        assert_eq!(spi.read(&mut buffer), Ok(()));
        assert_eq!(buffer, [0xff, 0xff]);
    });
}

#[test]
fn only_the_selected_part_hears_the_bus() {
    in_every_way(|| {
        let mut bench = Bench::answering(&[1]);
        let other = bench.sim.spi_select(bench.bus, "other", AT_1_MHZ);
        let second = bench.sim.add_spi(other, Peripheral::answering(&[2]));
        let mut buffer = [0];
        assert_eq!(bench.spi.read(&mut buffer), Ok(()));
        assert_eq!(buffer, [1]);
        assert!(heard(&bench.sim, second).is_empty());
    });
}

#[test]
fn a_wrong_mode_shifts_the_bits_both_ways() {
    in_every_way(|| {
        let part = Peripheral { mode: MODE_1, ..Peripheral::answering(&[0b0000_0001, 0b1000_0000]) };
        let mut bench = Bench::with(part, AT_1_MHZ);
        let mut buffer = [0b1000_0001, 0b0000_0000];
        assert_eq!(bench.spi.transfer_in_place(&mut buffer), Ok(()));
        assert_eq!(buffer, [0b1000_0000, 0b1100_0000]);
        assert_eq!(bench.heard(), ["0 select", "0 40", "8000 80", "16000 deselect"]);
    });
}

#[test]
fn the_clock_idles_at_the_level_of_the_mode_before_select() {
    in_every_way(|| {
        let settings = SpiSettings { mode: MODE_3, ..AT_1_MHZ };
        let mut bench = Bench::with(Peripheral { mode: MODE_3, ..Peripheral::answering(&[]) }, settings);
        assert_eq!(bench.spi.write(&[1]), Ok(()));
        assert_eq!(bench.wires(), ["clock idle high", "flash select", "> 0x01 < 0xff", "flash deselect"]);
        assert_eq!(bench.heard(), ["500 select", "500 01", "8500 deselect"]);
        assert_eq!(bench.spi.write(&[1]), Ok(()));
        assert_eq!(bench.wires(), ["flash select", "> 0x01 < 0xff", "flash deselect"]);
    });
}

#[test]
fn a_bus_without_select_reaches_the_parts_that_are_always_selected() {
    in_every_way(|| {
        let sim = board();
        let bus = sim.spi_bus("spi");
        let part = sim.add_spi_always(bus, Peripheral::answering(&[1, 2, 3, 4, 5, 6]));
        let log = Log::of(&sim);
        let mut spi = in_way(&sim, sim.spi(bus, AT_1_MHZ));
        let (mut read, mut transferred, mut in_place) = ([0; 1], [0; 2], [9; 1]);
        assert_eq!(spi.read(&mut read), Ok(()));
        assert_eq!(spi.write(&[7]), Ok(()));
        assert_eq!(spi.transfer(&mut transferred, &[8]), Ok(()));
        assert_eq!(spi.transfer_in_place(&mut in_place), Ok(()));
        assert_eq!(spi.flush(), Ok(()));
        assert_eq!((read, transferred, in_place), ([1], [3, 4], [5]));
        let expected =
            ["spi > 0x00 < 0x01", "spi > 0x07 < 0x02", "spi > 0x08 < 0x03", "spi > 0x00 < 0x04", "spi > 0x09 < 0x05"];
        assert_eq!(log.take(), expected);
        assert_eq!(heard(&sim, part)[..2], ["0 select", "0 00"]);
    });
}

#[test]
fn a_pin_can_be_the_select_line() {
    in_every_way(|| {
        let sim = board();
        let bus = sim.spi_bus("spi");
        let net = sim.net("CS");
        sim.set_pull(net, Pull::Up);
        let part = sim.add_spi(sim.spi_select_net(bus, net), Peripheral::answering(&[1]));
        let mut pin = sim.output(net, Level::High);
        let mut spi = in_way(&sim, sim.spi(bus, AT_1_MHZ));
        let mut buffer = [0];
        assert_eq!(spi.read(&mut buffer), Ok(()));
        assert_eq!(buffer, [0xff]);
        assert_eq!(pin.set_low(), Ok(()));
        assert_eq!(spi.read(&mut buffer), Ok(()));
        assert_eq!(pin.set_high(), Ok(()));
        assert_eq!(buffer, [1]);
        assert_eq!(heard(&sim, part), ["8000 select", "9000 00", "17000 deselect"]);
    });
}

#[test]
fn a_device_on_a_net_drives_the_net() {
    in_every_way(|| {
        let sim = board();
        let bus = sim.spi_bus("spi");
        let net = sim.net("CS");
        sim.set_pull(net, Pull::Up);
        let select = sim.spi_select_net(bus, net);
        let part = sim.add_spi(select, Peripheral::answering(&[]));
        let log = Log::of(&sim);
        assert_eq!(in_way(&sim, sim.spi_device(select)).write(&[1]), Ok(()));
        assert_eq!(log.take(), ["CS low", "spi > 0x01 < 0xff", "CS high"]);
        assert_eq!(heard(&sim, part), ["0 select", "0 01", "8000 deselect"]);
    });
}

#[test]
fn time_and_bytes_are_the_same_with_and_without_a_trace() {
    in_every_way(|| {
        let run = |mode: Mode, traced: bool| {
            let mut bench = Bench::with(Peripheral::answering(&[5; 9]), SpiSettings { mode, ..AT_1_MHZ });
            if !traced {
                bench.sim.end_trace();
            }
            let mut buffer = [0; 7];
            let result = bench.spi.transfer(&mut buffer, &[1, 2, 3]);
            (result, buffer, bench.sim.now_ns(), bench.heard())
        };
        assert_eq!(run(MODE_0, true), run(MODE_0, false));
        assert_eq!(run(MODE_3, true), run(MODE_3, false));
    });
}

#[test]
fn a_select_line_of_another_board_is_an_error() {
    in_every_way(|| {
        let mut bench = Bench::answering(&[]);
        assert_eq!(bench.spi.write(&[1]), Ok(()));
        let other = board();
        assert_eq!(in_way(&other, other.spi(bench.bus, AT_1_MHZ)).write(&[1]), Err(SpiError::NoSuchBus));
        let select = bench.sim.spi_select(bench.bus, "flash", AT_1_MHZ);
        assert_eq!(in_way(&other, other.spi_device(select)).write(&[1]), Err(SpiError::NoSuchBus));
    });
}
