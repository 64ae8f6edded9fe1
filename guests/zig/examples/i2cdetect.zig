//! Prints the addresses of the bus "bus" at which a target answers, as i2cdetect does.

const hal = @import("wasm_embedded_hal");

comptime {
    hal.entry(main);
}

fn main() !void {
    const bus = try hal.I2c.open("bus");
    hal.print("     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f\n", .{});
    var row: u8 = 0;
    while (row < 0x80) : (row += 16) {
        hal.print("{x:0>2}: ", .{row});
        for (row..row + 16) |address| {
            var byte: [1]u8 = undefined;
            if (address < 0x08 or address > 0x77) {
                hal.print("   ", .{});
            } else if (bus.read(@intCast(address), &byte)) {
                hal.print("{x:0>2} ", .{address});
            } else |failure| {
                hal.print("{s} ", .{if (failure == error.Denied) "!!" else "--"});
            }
        }
        hal.print("\n", .{});
    }
}
