//! Runs a case of the tests by hand, and says how fast: `cargo run --example run -- weather_spi`, after `cargo xtask pico2`.
//!
//! The display is drawn in the terminal. `real time` is the chip's time by the machine's.

#[path = "../tests/support/mod.rs"]
mod support;

use std::env;
use std::time::Instant;

use wasm_embedded_sim::parts::Ssd1306;

fn main() {
    let name = env::args().nth(1).unwrap_or_else(|| "weather_spi".to_owned());
    let (wires, display) = match name.as_str() {
        "weather_i2c" => support::i2c_station(),
        _ => support::spi_station(),
    };
    let mut machine = support::machine(wires, &[&name]);
    let (began, mut readings) = (Instant::now(), Vec::new());
    let end = machine.run(support::PATIENCE, |wires| {
        let log = wires.log();
        let count = log.matches("drivers_demo::weather").count();
        if count > readings.len() {
            readings.push((wires.sim().now_ns(), began.elapsed()));
        }
        log.contains(support::END)
    });
    print!("{}", machine.wires().log());
    let frame = machine.wires().sim().with_part::<Ssd1306, _>(display, |part, board| part.frame(board.now_ns()));
    if let Some(frame) = frame {
        println!("{frame}");
    }
    println!("{end:?}; {} events on the wires", machine.wires().trace().len());
    for pair in readings.windows(2) {
        let (chip_s, wall_s) = (nanoseconds(pair[1].0 - pair[0].0), (pair[1].1 - pair[0].1).as_secs_f64());
        println!(
            "a frame and its pause: {chip_s:.3} s of the chip in {wall_s:.3} s, {:.2} times real time",
            chip_s / wall_s
        );
    }
    let (chip_s, wall_s) = (nanoseconds(machine.now_ns()), began.elapsed().as_secs_f64());
    println!("all of it: {chip_s:.3} s of the chip in {wall_s:.3} s, {:.2} times real time", chip_s / wall_s);
}

fn nanoseconds(ns: u64) -> f64 {
    std::time::Duration::from_nanos(ns).as_secs_f64()
}
