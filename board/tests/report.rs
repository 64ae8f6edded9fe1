//! What the buses of a board were busy with.

use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;
use embedded_hal::spi::SpiDevice;
use wasm_embedded_board::Board;
use wasm_embedded_board::report::BusReport;

const BOARD: &str = r#"
    [i2c.bus]
    sim = "board"
    frequency = 100_000
    allow = [0x48]
    [spi.flash]
    sim = true
    frequency = 1_000_000
    [[part]]
    model = "lm75"
    i2c = "board"
    [[part]]
    model = "w25q"
    spi = "flash"
"#;

#[test]
fn every_bit_is_accounted_for() {
    let mut board = Board::from_toml(BOARD).expect("a board");
    let report = BusReport::begin(board.sim());
    let mut bus = board.i2c("bus").expect("a bus");
    // START, address, byte, repeated START, address, two bytes, STOP: 1 + 9 + 9 + 1.5 + 9 + 18 + 1 bits of 10 us.
    bus.write_read(0x48_u8, &[0], &mut [0; 2]).expect("the part is there");
    board.delay().delay_ms(20);
    // START, address, STOP.
    bus.write(0x33_u8, &[1]).expect_err("nobody is there");
    board.spi_device("flash").expect("a device").write(&[0x9f, 0, 0, 0]).expect("the part is there");

    let buses = report.buses();
    let [i2c, spi] = buses.as_slice() else { panic!("{buses:?}") };
    assert_eq!((i2c.name.as_str(), i2c.busy_ns, i2c.transactions, i2c.nacks), ("board", 485_000 + 110_000, 2, 1));
    assert_eq!(i2c.longest.map(|(ns, _)| ns), Some(485_000));
    assert_eq!(i2c.gap.map(|(ns, _)| ns), Some(20_000_000));
    let parts: Vec<_> =
        i2c.parts.iter().map(|part| (part.name.as_str(), part.written, part.read, part.nacks)).collect();
    assert_eq!(parts, [("0x48", 1, 2, 0), ("0x33", 0, 0, 1)]);
    assert_eq!(i2c.busy_at_ns(400_000), 595_000 / 4);
    assert_eq!(i2c.faster().len(), 2);
    assert_eq!((spi.name.as_str(), spi.busy_ns, spi.transactions), ("spi", 32_000, 1));
    let text = report.text(100_000_000);
    assert!(text.starts_with("i2c board at 100000 Hz: busy 0.60 % of 100.000 ms, 2 transactions\n"), "{text}");
    assert!(text.contains("at 400 kHz it would be busy for 0.148 ms in the place of 0.595 ms"), "{text}");
}
