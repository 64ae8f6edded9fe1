//! Reads the registers of an LM75 behind the label "thermometer": its temperature, and the limits of its alarm.

const hal = @import("wasm_embedded_hal");

const address = 0x48;

const registers = [_]struct { name: []const u8, number: u8 }{
    .{ .name = "temperature", .number = 0 },
    .{ .name = "hysteresis", .number = 2 },
    .{ .name = "limit", .number = 3 },
};

comptime {
    hal.entry(main);
}

fn main() !void {
    const bus = try hal.I2c.open("thermometer");
    for (registers) |register| {
        var bytes: [2]u8 = undefined;
        try bus.writeRead(address, &.{register.number}, &bytes);
        // Two's complement, left-justified: the upper byte is whole degrees. DS012658, section 1.12.
        const raw: i32 = @as(i16, @bitCast(@as(u16, bytes[0]) << 8 | bytes[1]));
        const tenths = @divFloor(raw * 10 + 128, 256);
        hal.print("{s}: {s}{d}.{d} degC\n", .{ register.name, if (tenths < 0) "-" else "", @abs(tenths) / 10, @abs(tenths) % 10 });
    }
}
