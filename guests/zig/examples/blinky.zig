//! Switches the LED behind the label "LED" on and off five times.

const hal = @import("wasm_embedded_hal");

const half_period_ms = 500;

comptime {
    hal.entry(main);
}

fn main() !void {
    const led = try hal.Output.open("LED");
    for (1..6) |blink| {
        hal.print("{d}: on\n", .{blink});
        try led.set(true);
        hal.delayMs(half_period_ms);
        try led.set(false);
        hal.delayMs(half_period_ms);
        hal.print("{d}: off\n", .{blink});
    }
}
