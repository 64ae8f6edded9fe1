//! Draws one frame on an SSD1306 display of 128 x 64 dots behind the label "display": a border and its two diagonals.

const hal = @import("wasm_embedded_hal");

const address = 0x3c;
const width = 128;
const height = 64;

/// What a write begins with: commands follow, or dots. Solomon Systech SSD1306 Rev 1.1, section 8.1.5.2.
const commands = 0x00;
const data = 0x40;

/// Clock, 64 rows, no offset, charge pump, addresses that run along the rows, the whole window, and the display on. SSD1306 Rev 1.1,
/// table 9-1.
const setup = [_]u8{
    commands, 0xae, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0x8d, 0x14, 0x20, 0x00, 0xa1, 0xc8, 0xda, 0x12, 0x21,
    0x00,     0x7f, 0x22, 0x00, 0x07, 0xa4, 0xa6, 0xaf,
};

comptime {
    hal.entry(main);
}

fn main() !void {
    const bus = try hal.I2c.open("display");
    try bus.write(address, &setup);
    var lit: u32 = 0;
    for (0..height / 8) |page| {
        var bytes: [1 + width]u8 = @splat(0);
        bytes[0] = data;
        for (bytes[1..], 0..) |*column, x| {
            for (0..8) |bit| {
                if (isLit(x, page * 8 + bit)) column.* |= @as(u8, 1) << @intCast(bit);
            }
            lit += @popCount(column.*);
        }
        try bus.write(address, &bytes);
    }
    hal.print("128 x 64 dots: {d} are lit\n", .{lit});
}

/// Whether a dot belongs to the border or to a diagonal.
fn isLit(x: usize, y: usize) bool {
    return x == 0 or x == width - 1 or y == 0 or y == height - 1 or x == 2 * y or x + 2 * y == width - 1;
}
