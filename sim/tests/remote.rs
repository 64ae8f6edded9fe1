//! Outputs that are driven beside whoever has them.

use embedded_hal::digital::OutputPin as _;
use embedded_hal::pwm::SetDutyCycle as _;
use wasm_embedded_sim::pwm::MAX_DUTY;
use wasm_embedded_sim::{Level, PwmSettings, Sim};

#[test]
fn outputs_are_driven_beside_whoever_has_them_and_no_time_passes() {
    let sim = Sim::new();
    let nets = ["out", "open", "pwm"].map(|name| sim.net(name));
    let [out, open, modulated] = nets;
    sim.set_pull(open, wasm_embedded_sim::Pull::Up);
    let mut pin = sim.output(out, Level::Low);
    let mut io = sim.open_drain(open, Level::High);
    let mut pwm = sim.pwm(modulated, PwmSettings { frequency_hz: 1_000, inverted: true }, 0);
    let remotes = [pin.remote(), io.remote(), pwm.remote()];
    let Ok(()) = pin.set_high();
    let Ok(()) = io.set_low();
    pwm.set_duty_cycle(MAX_DUTY / 2).expect("a duty");
    let at_ns = sim.now_ns();
    let [first, second, third] = &remotes;
    assert!(first.try_set_level(Level::Low) && second.try_set_level(Level::High) && third.try_set_duty(MAX_DUTY));
    assert_eq!((nets.map(|net| sim.level(net)), sim.now_ns()), ([Level::Low, Level::High, Level::Low], at_ns));
    assert_eq!(sim.contentions(), 0);
}

#[test]
fn a_board_that_is_in_use_is_not_waited_for() {
    let sim = Sim::new();
    let net = sim.net("out");
    let pin = sim.output(net, Level::High);
    let remote = pin.remote();
    let (used, level) = (std::sync::Arc::new(std::sync::Mutex::new(None)), sim.clone());
    let seen = used.clone();
    // The hook runs while the board is held.
    sim.on_advance(Box::new(move |_| {
        *seen.lock().expect("a lock") = Some(remote.try_set_level(Level::Low) || level.try_end_trace().is_some());
    }));
    sim.advance_ns(1);
    assert_eq!(*used.lock().expect("a lock"), Some(false));
    assert_eq!(sim.level(net), Level::High);
}

#[test]
fn a_pin_that_is_gone_is_left_as_it_is() {
    let sim = Sim::new();
    let net = sim.net("out");
    let pin = sim.output(net, Level::High);
    let remote = pin.remote();
    drop(pin);
    assert!(remote.try_set_level(Level::Low), "there is nothing to wait for");
    assert_eq!((sim.level(net), sim.contentions()), (Level::High, 0));
}
