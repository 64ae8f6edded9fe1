//! Calls every function of the interfaces that the WASI SPI hosts of 2026 had, with right and wrong arguments, and panics at the first
//! answer that is wrong. It expects a W25Q32 behind "flash" and an output "LED". If there is a device "spi0", it only does as many
//! transfers of 32 bytes as that says, whose instructions `cargo xtask guests` counts.
#![cfg(target_arch = "wasm32")]

mod bindings {
    #![allow(missing_docs, unsafe_code, clippy::all, reason = "wit-bindgen generates it")]
    wit_bindgen::generate!({ path: "wit", world: "guest:spi-hosts/guest", generate_all });
    export!(Program with_types_in self);
    pub(crate) struct Program;
}

use bindings::my::{clock::time, debug::logging, timer::timer};
use bindings::wasi::spi::spi::{self, Error, Operation, OperationResult};
use bindings::wasi::{delay::delay, gpio::gpio};

/// The JEDEC id of a W25Q32JV. Data sheet, section 8.1.1.
const ID: [u8; 3] = [0xef, 0x40, 0x16];

impl bindings::Guest for bindings::Program {
    fn run() {
        if let Ok(device) = spi::open("spi0") {
            let rounds = device.transfer(&[0; 32]).expect("a transfer");
            for _ in 0..u16::from_be_bytes([rounds[0], rounds[1]]) {
                device.transfer(&[0; 32]).expect("a transfer");
            }
            return;
        }
        logging::log("it begins");
        pins_and_time();
        transfers();
        refusals();
        logging::log("all is right");
    }
}

fn pins_and_time() {
    let (ms, micros) = (time::now_ms(), timer::now_micros());
    gpio::set_pin_state("LED", gpio::Level::High);
    delay::delay_ms(20);
    gpio::set_pin_state("LED", gpio::Level::Low);
    assert!(time::now_ms() - ms >= 20 && timer::now_micros() - micros >= 20_000, "a delay takes its time");
    assert!(time::now_micros() >= micros && timer::now_ms() >= ms, "both clocks are one");
    // Nothing can be returned for what is not granted.
    gpio::set_pin_state("RELAY", gpio::Level::High);
}

fn transfers() {
    let flash = spi::open("flash").expect("the policy grants it");
    assert_eq!(flash.transfer(&[0x9f, 0, 0, 0]).expect("a transfer")[1..], ID);
    flash.write(&[0x06]).expect("write enable");
    assert_eq!(flash.read(4).expect("a read").len(), 4);
    assert_eq!(flash.read(0).expect("a read of nothing"), []);
    let operations =
        [Operation::Write(vec![0x9f]), Operation::DelayNs(1_000), Operation::Read(3), Operation::Transfer(vec![0, 0])];
    let results = flash.transaction(&operations).expect("a transaction");
    assert!(matches!(results[0], OperationResult::Write), "{:?}", results[0]);
    assert!(matches!(results[1], OperationResult::Delay), "{:?}", results[1]);
    assert!(matches!(&results[2], OperationResult::Read(bytes) if *bytes == ID), "{:?}", results[2]);
    assert!(matches!(&results[3], OperationResult::Transfer(bytes) if bytes.len() == 2), "{:?}", results[3]);
    assert_eq!(flash.transaction(&[]).expect("a transaction of nothing").len(), 0);
    assert_eq!(other(spi::open("flash").map(drop)), "the label is held already");
    drop(flash);
    spi::open("flash").expect("it was given back");
}

fn refusals() {
    assert_eq!(other(spi::open("nobody").map(drop)), "the policy has no such label");
    assert_eq!(other(spi::open("LED").map(drop)), "the label stands for another kind of hardware");
    let flash = spi::open("flash").expect("the policy grants it");
    for len in [1 << 32, u64::MAX, (1 << 32) - 1] {
        assert_eq!(other(flash.read(len).map(drop)), "longer than the host's limit");
        assert_eq!(other(flash.transaction(&[Operation::Read(len)]).map(drop)), "longer than the host's limit");
    }
}

/// Returns the text of an error that is none of a wire.
fn other(result: Result<(), Error>) -> String {
    match result {
        Err(Error::Other(text)) => text,
        result => panic!("it should be refused: {result:?}"),
    }
}
