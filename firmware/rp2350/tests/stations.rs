//! The weather station, with its display on I2C and on SPI.

mod support;

use wasm_embedded_sim::parts::Ssd1306;

use support::{i2c_station, same_as_under_the_command, same_picture, spi_station};

#[test]
fn the_station_on_i2c_does_what_it_does_under_the_command() {
    let (wires, display) = i2c_station();
    let machine = same_as_under_the_command("weather_i2c", wires, &[]);
    assert!(machine.wires().trace().len() > 1000, "few events");
    same_picture(&machine, display, "weather_i2c");
}

#[test]
fn the_station_on_spi_does_what_it_does_under_the_command() {
    let (wires, display) = spi_station();
    // Reset lets go of the display; its supplies and its select line, which the board pulls up, stay high without a glitch.
    let machine = same_as_under_the_command("weather_spi_on", wires, &["RES high"]);
    assert!(machine.wires().trace().len() > 1000, "few events");
    same_picture(&machine, display, "weather_spi_on");
}

#[test]
fn the_display_on_spi_is_off_when_the_guest_has_ended() {
    let (wires, display) = spi_station();
    let machine = same_as_under_the_command("weather_spi", wires, &["RES high"]);
    let lit = machine.wires().sim().with_part::<Ssd1306, _>(display, |part, board| part.frame(board.now_ns()).lit());
    assert_eq!(lit, Some(0));
}

#[test]
fn two_runs_are_the_same_to_the_nanosecond() {
    let run = || {
        let (wires, _) = i2c_station();
        let mut machine = support::machine(wires, &["weather_i2c"]);
        support::run_until(&mut machine, "drivers_demo::weather");
        (machine.now_ns(), machine.wires().trace(), machine.wires().log())
    };
    assert_eq!(run(), run());
}

/// Returns the times between events that follow each other directly, of the kind that `is` picks, in nanoseconds.
fn gaps(trace: &[String], is: impl Fn(&str) -> bool) -> Vec<u64> {
    let at_ns = |line: &str| line.split(' ').next().and_then(|time| time.replace('.', "").parse::<u64>().ok());
    let pairs = trace.windows(2).filter(|pair| is(&pair[0]) && is(&pair[1]));
    pairs.filter_map(|pair| Some(at_ns(&pair[1])? - at_ns(&pair[0])?)).collect()
}

#[test]
fn buses_run_at_the_clocks_of_the_policy() {
    let (wires, _) = spi_station();
    let mut machine = support::machine(wires, &["weather_spi"]);
    support::run_until(&mut machine, "drivers_demo::weather");
    let trace = machine.wires().trace();
    // Nine bits of at most 400 kHz: the controller's own clock, and what the chip adds between bytes that are in its FIFO.
    let bytes = gaps(&trace, |line| line.contains("board > "));
    let shortest = bytes.iter().min().copied().expect("bytes on I2C");
    assert!((22_500..27_000).contains(&shortest), "a byte on I2C takes {shortest} ns");
    // Eight bits of at most 8 MHz, and what the driver takes between two bytes: less than at half the clock.
    let bytes = gaps(&trace, |line| line.contains("spi > "));
    let shortest = bytes.iter().min().copied().expect("bytes on SPI");
    assert!((1_000..1_900).contains(&shortest), "a byte on SPI takes {shortest} ns");
}
