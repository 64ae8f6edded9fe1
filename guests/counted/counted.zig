//! As many write-reads of 1 and 8 bytes as the target says.

const hal = @import("wasm_embedded_hal");

comptime {
    hal.entry(main);
}

fn main() !void {
    const bus = try hal.I2c.open("counted");
    var register = [1]u8{0};
    var rounds: [2]u8 = undefined;
    try bus.writeRead(0x48, &register, &rounds);
    for (0..@as(usize, rounds[0]) << 8 | rounds[1]) |_| {
        var bytes: [8]u8 = undefined;
        try bus.writeRead(0x48, &register, &bytes);
        register[0] = bytes[7];
    }
}
