//! A guest that was built for the machine ends with one line that says so, whatever it uses first.
#![cfg(all(unix, not(target_arch = "wasm32")))]

use std::env;
use std::process::Command;

use wasm_embedded_hal::{
    AdcInput, Delay, I2c, InputPin, Instant, IoPin, OutputPin, PwmOutput, SpiBus, SpiDevice, Uart, block_on,
};

/// Says to this same program which of the guests it is.
const GUEST: &str = "WASM_EMBEDDED_NATIVE_GUEST";

/// What a guest may use first.
const GUESTS: [(&str, fn()); 13] = [
    ("I2c", || drop(I2c::open("bus"))),
    ("SpiDevice", || drop(SpiDevice::open("flash"))),
    ("SpiBus", || drop(SpiBus::open("wires"))),
    ("OutputPin", || drop(OutputPin::open("LED"))),
    ("InputPin", || drop(InputPin::open("BUTTON"))),
    ("IoPin", || drop(IoPin::open("DATA"))),
    ("PwmOutput", || drop(PwmOutput::open("fan"))),
    ("Uart", || drop(Uart::open("gps"))),
    ("AdcInput", || drop(AdcInput::open("battery"))),
    ("Delay", || embedded_hal::delay::DelayNs::delay_ms(&mut Delay, 1)),
    ("Instant", || {
        let _ = Instant::now();
    }),
    ("log", || {
        wasm_embedded_hal::log::init();
        log::error!("no sensor");
    }),
    ("block_on", || block_on(async { embedded_hal_async::delay::DelayNs::delay_ms(&mut Delay, 1).await })),
];

#[test]
fn a_guest_built_for_the_machine_ends_with_one_line() {
    if let Some(guest) = env::var_os(GUEST) {
        let guest = GUESTS.iter().find(|(name, _)| guest == *name);
        return guest.map(|(_, run)| run()).expect("a guest of this name");
    }
    let program = env::current_exe().expect("this program");
    for (name, _) in GUESTS {
        let mut command = Command::new(&program);
        command.args(["a_guest_built_for_the_machine_ends_with_one_line", "--exact", "--nocapture"]);
        let output = command.env(GUEST, name).output().expect("this program starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{name}: {stderr}");
        for said in ["built for this machine", "--target wasm32-wasip2", "`wasm-embedded-rt run "] {
            assert!(stderr.contains(said), "{name} does not say {said:?}: {stderr}");
        }
    }
}
