//! Makes the guests that run on a microcontroller small enough for it.

/// These guests.
const SMALL: [&str; 9] = [
    "mcu_blinky",
    "mcu_buses",
    "mcu_button",
    "mcu_endless",
    "mcu_panics",
    "mcu_peripherals",
    "mcu_refused",
    "mcu_thermometer",
    "mcu_transfers",
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for guest in SMALL {
        println!("cargo:rustc-link-arg-bin={guest}=--page-size=1");
        println!("cargo:rustc-link-arg-bin={guest}=-zstack-size=4096");
    }
}
