//! Each kind of hardware that a guest can have.

mod support;

use support::{bare, button, led, peripherals, same_as_under_the_command};

#[test]
fn an_led_blinks() {
    let mut wires = bare();
    led(&mut wires);
    same_as_under_the_command("blinky", wires, &[]);
}

#[test]
fn a_button_is_noticed_at_its_edge() {
    let mut wires = bare();
    led(&mut wires);
    button(&mut wires, &[400, 600, 800]);
    same_as_under_the_command("button", wires, &["BUTTON high"]);
}

#[test]
fn a_lamp_a_serial_port_and_a_voltage() {
    same_as_under_the_command("peripherals", peripherals(), &[]);
}
