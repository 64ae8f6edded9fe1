//! The body of the conformance suite: it carries out a script over embedded-hal's traits, and says what came back.
//!
//! The same body runs as a component, over the types of `wasm-embedded-hal`, and natively over any other implementation of the
//! traits: whoever implements [`Devices`] can run it. It judges nothing; that is done outside, from what it says and from what
//! was on the wires.
//!
//! A script is commands separated by `;`, each answered by one line. `i2c bus 2a w0102 r3` is a transaction at address 0x2a that
//! writes two bytes and reads three; the answer is `ok a0a1a2`, or `err KIND ERROR` and the buffers as they were left.
//!
//! | command | what it does |
//! | --- | --- |
//! | `i2c LABEL ADDRESS OPERATION...` | a transaction; an address is two hexadecimal digits, or `t` and three for ten bits |
//! | `i2c:read LABEL ADDRESS LENGTH`, `i2c:write LABEL ADDRESS BYTES`, `i2c:write-read LABEL ADDRESS BYTES LENGTH` | the methods of that name |
//! | `spi LABEL OPERATION...` | a transaction of a device |
//! | `spi:read`, `spi:write`, `spi:transfer LABEL BYTES LENGTH`, `spi:in-place` | the methods of a device |
//! | `bus:read`, `bus:write`, `bus:transfer`, `bus:in-place`, `bus:flush` | the methods of a bus |
//! | `out:low`, `out:high`, `out:set LABEL high`, `out:toggle`, `out:commanded` | an output; `io:` for an open-drain pin |
//! | `in:level LABEL` | an input; `io:level` for an open-drain pin |
//! | `pwm:max`, `pwm:duty LABEL 1/4`, `pwm:on`, `pwm:off`, `pwm:fraction LABEL N D`, `pwm:percent LABEL N` | a PWM output; a duty is a fraction, `one`, `max`, `past` or what is past it |
//! | `uart:read LABEL LENGTH`, `uart:read-exact`, `uart:write LABEL BYTES`, `uart:write-all`, `uart:flush` | a serial port |
//! | `uart:peek`, `uart:take LABEL COUNT` | its `BufRead`: the first byte of its buffer; bytes out of its buffer |
//! | `uart:ready`, `uart:until-ready`, `uart:describe` | whether it is ready; asks until it is; the text of a read's error |
//! | `wait:high LABEL STEPS`, `wait:low`, `wait:rising`, `wait:falling`, `wait:any` | a wait, while `OUT` is driven: `h`, `l`, and `.` for a pause |
//! | `spi:drop LABEL NANOSECONDS OPERATION...` | a transaction that is dropped |
//! | `uart:drop-read LABEL LENGTH MILLISECONDS`, `uart:drop-exact` | a read that is dropped |
//! | `delay:ns N`, `delay:us N`, `delay:ms N` | a delay |
//! | `open KIND LABEL`, `close LABEL` | opens or drops a handle; other commands open what they need |
//! | `pin-state` | what `PinState` converts to |
//!
//! Operations are `wBYTES`, `rLENGTH`, and on SPI `tBYTES:LENGTH`, `iBYTES` (in place) and `dNANOSECONDS`. Bytes are hexadecimal, or
//! `*N` for N bytes that count up. A label may be followed by `#2` for a second handle. A command followed by `@ref` goes through
//! `&mut T`, one followed by `@default` through the methods that the trait itself provides. Where there are asynchronous traits, the
//! other guest goes through them; waits and drops there are only in that one.
#![no_std]

extern crate alloc;

mod defaults;
mod delay;
mod devices;
mod digital;
mod i2c;
mod labels;
mod parse;
mod pwm;
mod script;
mod spi;
mod uart;

pub use devices::Devices;
pub use labels::Labels;
pub use script::run;
pub use uart::Serial;
