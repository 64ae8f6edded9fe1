//! H24 and H27 to H34: processor, memory, traps and time.

use std::hint::black_box;
use std::io::Read as _;

use embedded_hal::delay::DelayNs as _;
use embedded_hal::digital::{OutputPin as _, StatefulOutputPin as _};
use embedded_hal::i2c::I2c as _;
use wasm_embedded_hal::{Delay, I2c, OutputPin, SpiDevice};

use crate::{Failure, say, typed};

pub(crate) fn run(what: &str) -> Result<bool, Failure> {
    match what {
        "idle" => {}
        "spin" => spin(),
        "cheap-calls" => cheap_calls()?,
        "trap-with-handles" => trap_with_handles()?,
        "exit-with-handles" => exit_with_handles()?,
        "recursion" => {
            black_box(recurse(black_box(0)));
        }
        "huge-frame" => {
            black_box(huge_frames(black_box(0)));
        }
        "grow" => grow()?,
        "fill" => fill(),
        "unreachable" => trap("unreachable"),
        "divide" => trap("divide"),
        "out-of-bounds" => trap("out-of-bounds"),
        "null-call" => trap("null-call"),
        "panic-long" => panic!("{}", "x".repeat(10_000_000)),
        "abort-in-drop" => drop(Aborts),
        "delay-forever" => delay_forever()?,
        "spin-after" => {
            say("ready");
            spin();
        }
        "calls-after" => {
            say("ready");
            cheap_calls()?;
        }
        "read-input" => {
            say("ready");
            std::io::stdin().read_to_end(&mut Vec::new())?;
        }
        "poll-bus" => {
            let mut bus = I2c::open("bus")?;
            say("ready");
            loop {
                bus.write(0x2a_u8, &[])?;
            }
        }
        "toggle" => toggle()?,
        "motor-on" => {
            OutputPin::open("MOTOR")?.set_high()?;
            say("ready");
            loop {
                Delay.delay_ms(1000);
            }
        }
        "later" => later()?,
        "delay-some" => (0..30).for_each(|_| Delay.delay_ms(10)),
        _ => return Ok(false),
    }
    Ok(true)
}

fn spin() {
    loop {
        std::hint::spin_loop();
    }
}

/// H27: calls that take no time.
fn cheap_calls() -> Result<(), Failure> {
    let mut motor = OutputPin::open("MOTOR")?;
    loop {
        black_box(motor.is_set_high()?);
    }
}

/// H24: a trap while everything is open.
fn trap_with_handles() -> Result<(), Failure> {
    let (mut bus, _device, mut motor) = (I2c::open("bus")?, SpiDevice::open("device")?, OutputPin::open("MOTOR")?);
    motor.set_high()?;
    bus.write(0x2a_u8, &[])?;
    trap("unreachable");
    Ok(())
}

fn exit_with_handles() -> Result<(), Failure> {
    let (bus, device, mut motor) = (I2c::open("bus")?, SpiDevice::open("device")?, OutputPin::open("MOTOR")?);
    motor.set_high()?;
    std::mem::forget((bus, device, motor));
    Ok(())
}

#[inline(never)]
fn recurse(depth: u64) -> u64 {
    if black_box(depth) == u64::MAX {
        return 0;
    }
    let below = recurse(black_box(depth + 1));
    black_box(below).wrapping_add(depth)
}

#[inline(never)]
fn huge_frames(depth: u64) -> u64 {
    if black_box(depth) == u64::MAX {
        return 0;
    }
    let mut frame = [depth; 20_000];
    black_box(&mut frame);
    huge_frames(depth + 1).wrapping_add(frame[7])
}

/// H29: as much memory as there is, and then more.
fn grow() -> Result<(), Failure> {
    #[cfg(target_arch = "wasm32")]
    {
        use core::arch::wasm32::{memory_grow, memory_size};
        while memory_grow::<0>(16) != usize::MAX {}
        while memory_grow::<0>(1) != usize::MAX {}
        for pages in [1, 256, 65_535, 65_536, usize::MAX] {
            if memory_grow::<0>(pages) != usize::MAX {
                return Err(format!("{pages} pages more were given").into());
            }
        }
        println!("{} pages", memory_size::<0>());
        if memory_size::<0>() > 256 {
            return Err("more was given than is granted".into());
        }
    }
    typed();
    Ok(())
}

/// H30: bulk operations, between which a guest can be stopped, and not within.
fn fill() {
    let mut memory = vec![0_u8; 12 << 20];
    loop {
        memory.fill(black_box(7));
        black_box(&mut memory);
    }
}

/// H32: the ways to trap.
fn trap(how: &str) {
    #[cfg(target_arch = "wasm32")]
    match how {
        "divide" => {
            // Rust checks divisors, so this is what its check ends in.
            black_box(black_box(1_u32) / black_box(0));
        }
        "out-of-bounds" => {
            let far: *const u8 = core::ptr::without_provenance(0xfff0_0000);
            #[expect(unsafe_code, reason = "memory that is not there")]
            // SAFETY: there is no memory, so the machine traps, which is what this is about.
            black_box(unsafe { far.read_volatile() });
        }
        "null-call" => {
            #[expect(unsafe_code, reason = "a function that is not there")]
            // SAFETY: there is no such function, so the machine traps, which is what this is about.
            let none: fn() = unsafe { core::mem::transmute(black_box(0xffff_usize)) };
            none();
        }
        _ => core::arch::wasm32::unreachable(),
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = how;
}

struct Aborts;

impl Drop for Aborts {
    fn drop(&mut self) {
        std::process::abort();
    }
}

/// H34: the longest delays there are.
fn delay_forever() -> Result<(), Failure> {
    let mut motor = OutputPin::open("MOTOR")?;
    motor.set_high()?;
    say("ready");
    loop {
        Delay.delay_ms(u32::MAX);
    }
}

/// H44: as fast as it goes.
fn toggle() -> Result<(), Failure> {
    let mut motor = OutputPin::open("MOTOR")?;
    for _ in 0..10_000_000 {
        motor.toggle()?;
    }
    Ok(())
}

/// H65: what was not granted when the guest began is not granted later.
fn later() -> Result<(), Failure> {
    say("ready");
    for _ in 0..10 {
        Delay.delay_ms(100);
        if I2c::open("late").is_ok() {
            return Err("the policy changed under way".into());
        }
    }
    typed();
    Ok(())
}
