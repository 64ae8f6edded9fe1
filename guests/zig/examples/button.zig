//! Toggles the LED behind "LED" whenever the button behind "BUTTON" is pressed, three times, without being fooled by its contact, which
//! bounces for less than 5 ms.

const hal = @import("wasm_embedded_hal");

const poll_ms = 1;
const steady_polls = 5;

comptime {
    hal.entry(main);
}

fn main() !void {
    const button = try hal.Input.open("BUTTON");
    const led = try hal.Output.open("LED");
    for (1..4) |press| {
        try waitFor(button, true);
        try led.toggle();
        hal.print("press {d}: the LED is {s}\n", .{ press, if (try led.commanded()) "on" else "off" });
        try waitFor(button, false);
    }
}

/// Waits until the button has been pressed, or released, for long enough.
fn waitFor(button: hal.Input, pressed: bool) !void {
    var steady: u32 = 0;
    while (steady < steady_polls) {
        steady = if (try button.isHigh() == pressed) steady + 1 else 0;
        hal.delayMs(poll_ms);
    }
}
