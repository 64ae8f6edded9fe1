//! What the firmware and the boot ROM make of files that are damaged or for something else.

mod support;

use std::time::Duration;

use rp2350_emulator::{BootError, End, Machine, Uf2Error};
use support::{END, bare, file, led, machine, run_until};

const SLOT_0: u32 = 0x1020_0000;

/// Runs the firmware with an image written by a probe, and returns the log.
fn log_with(image: &[u8]) -> String {
    let mut wires = bare();
    led(&mut wires);
    let mut machine = machine(wires, &[]);
    machine.program(SLOT_0, image);
    run_until(&mut machine, END);
    assert!(machine.wires().trace().is_empty(), "the guest ran: {:?}", machine.wires().trace());
    machine.wires().log()
}

#[test]
fn an_empty_board_says_so_and_waits() {
    // Without a guest nothing can hang: the watchdog stays fed.
    let mut machine = machine(bare(), &[]);
    assert_eq!(machine.run(Duration::from_secs(9), |_| false), Ok(End::TimeOver));
    let log = machine.wires().log();
    assert!(log.contains("slot 0: empty") && log.contains("slot 1: empty") && log.contains(END), "{log}");
    assert_eq!(machine.bites(), 0);
}

#[test]
fn a_damaged_image_is_refused() {
    let mut image = file("blinky.bin");
    image[5000] ^= 1;
    let log = log_with(&image);
    assert!(log.contains("slot 0: refused: the checksum is wrong"), "{log}");
}

#[test]
fn an_image_that_is_cut_is_refused() {
    let image = file("blinky.bin");
    let log = log_with(&image[..image.len() / 2]);
    assert!(log.contains("slot 0: refused"), "{log}");
}

#[test]
fn an_image_for_another_board_is_refused() {
    let log = log_with(&file("wrong_board.bin"));
    assert!(log.contains("slot 0: refused: the image is for the board \"qemu\""), "{log}");
}

#[test]
fn a_file_that_is_cut_on_its_way_to_the_drive_is_not_taken() {
    let mut machine = machine(bare(), &[]);
    let whole = file("blinky.uf2");
    let half = whole.len() / 1024 * 512;
    let taken = machine.drop_uf2(&whole[..half]);
    assert!(matches!(taken, Err(Uf2Error::Missing(..))), "{taken:?}");
    // What has come is in the flash, and the firmware does not run it.
    run_until(&mut machine, END);
    assert!(machine.wires().log().contains("slot 0: refused"), "{}", machine.wires().log());
}

#[test]
fn the_boot_rom_starts_no_image_of_a_guest() {
    let mut machine = Machine::new(bare());
    machine.program(0x1000_0000, &file("blinky.bin"));
    assert_eq!(machine.run(support::PATIENCE, |_| true), Err(BootError::NoBlock));
}
