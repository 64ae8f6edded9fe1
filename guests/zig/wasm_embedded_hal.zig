//! Hardware access for WebAssembly guests in Zig, over `../c/wasm_embedded_hal.c`, which is compiled with it.
//!
//! A guest asks for a label ("sensor", "screen"). The policy of whoever runs it says which bus, address and pin stand behind the label;
//! nothing else can be reached. Nothing here allocates: what is read goes straight to the caller's slice.
//!
//! A guest declares `pub fn main() !void` and `comptime { _ = hal.entry(main); }`: see `examples/`.

const std = @import("std");

/// What can go wrong: opening a label, then every call, then each kind of hardware. `../c/wasm_embedded_hal.h` says what each means.
pub const Error = error{
    UnknownLabel,
    WrongKind,
    LabelBusy,
    Refused,
    Other,
    Denied,
    TooLong,
    Unsupported,
    Busy,
    I2cBus,
    I2cArbitrationLoss,
    I2cNoAckAddress,
    I2cNoAckData,
    I2cNoAck,
    Overrun,
    SpiModeFault,
    SpiFrameFormat,
    SpiChipSelectFault,
    OutOfRange,
    TimedOut,
    UartFraming,
    UartParity,
    UartLineBreak,
    UartClosed,
};

/// The errors in the order of `hal_error`, after success.
const errors = [_]Error{
    error.UnknownLabel,       error.WrongKind,       error.LabelBusy,    error.Refused,            error.Other,       error.Denied,
    error.TooLong,            error.Unsupported,     error.Busy,         error.I2cBus,             error.I2cArbitrationLoss,
    error.I2cNoAckAddress,    error.I2cNoAckData,    error.I2cNoAck,     error.Overrun,            error.SpiModeFault,
    error.SpiFrameFormat,     error.SpiChipSelectFault, error.OutOfRange, error.TimedOut,          error.UartFraming, error.UartParity,
    error.UartLineBreak,      error.UartClosed,
};

fn check(number: c_int) Error!void {
    if (number == 0) return;
    const index: usize = @intCast(number - 1);
    return if (index < errors.len) errors[index] else error.Other;
}

/// Exports a guest's `main` as its program. An error that it returns is logged, and the guest fails.
pub fn entry(comptime main: fn () anyerror!void) void {
    const Program = struct {
        fn run() callconv(.c) c_int {
            main() catch |failure| {
                log(.err, "main", @errorName(failure));
                return 1;
            };
            return 0;
        }
    };
    @export(&Program.run, .{ .name = "hal_main" });
}

/// An I2C bus, as far as the policy grants it. Several may be open for one label.
pub const I2c = extern struct {
    handle: u32,

    extern fn hal_i2c_open(bus: *I2c, label: [*:0]const u8) c_int;
    extern fn hal_i2c_close(bus: I2c) void;
    extern fn hal_i2c_read(bus: I2c, address: u16, into: [*]u8, len: usize) c_int;
    extern fn hal_i2c_write(bus: I2c, address: u16, from: [*]const u8, len: usize) c_int;
    extern fn hal_i2c_write_read(bus: I2c, address: u16, from: [*]const u8, write_len: usize, into: [*]u8, read_len: usize) c_int;

    /// An address of ten bits, 0x000 to 0x3ff. One of seven is the number itself.
    pub fn tenBit(address: u10) u16 {
        return 0x8000 | @as(u16, address);
    }

    /// Opens the bus under a label.
    pub fn open(label: [*:0]const u8) Error!I2c {
        var bus: I2c = undefined;
        try check(hal_i2c_open(&bus, label));
        return bus;
    }

    /// Gives the handle back.
    pub fn close(bus: I2c) void {
        hal_i2c_close(bus);
    }

    /// Fills a slice, of at least one byte.
    pub fn read(bus: I2c, address: u16, into: []u8) Error!void {
        return check(hal_i2c_read(bus, address, into.ptr, into.len));
    }

    /// Writes all bytes. None at all only addresses the target.
    pub fn write(bus: I2c, address: u16, from: []const u8) Error!void {
        return check(hal_i2c_write(bus, address, from.ptr, from.len));
    }

    /// Writes, then reads after a repeated START.
    pub fn writeRead(bus: I2c, address: u16, from: []const u8, into: []u8) Error!void {
        return check(hal_i2c_write_read(bus, address, from.ptr, from.len, into.ptr, into.len));
    }
};

/// An SPI device behind a chip select. Mode and frequency come from the policy.
pub const Spi = extern struct {
    handle: u32,

    extern fn hal_spi_open(device: *Spi, label: [*:0]const u8) c_int;
    extern fn hal_spi_close(device: Spi) void;
    extern fn hal_spi_read(device: Spi, into: [*]u8, len: usize) c_int;
    extern fn hal_spi_write(device: Spi, from: [*]const u8, len: usize) c_int;
    extern fn hal_spi_transfer(device: Spi, from: [*]const u8, write_len: usize, into: [*]u8, read_len: usize) c_int;

    /// Opens the device under a label.
    pub fn open(label: [*:0]const u8) Error!Spi {
        var device: Spi = undefined;
        try check(hal_spi_open(&device, label));
        return device;
    }

    /// Gives the handle back.
    pub fn close(device: Spi) void {
        hal_spi_close(device);
    }

    /// Fills a slice and sends zeros.
    pub fn read(device: Spi, into: []u8) Error!void {
        return check(hal_spi_read(device, into.ptr, into.len));
    }

    /// Writes all bytes and discards what comes in.
    pub fn write(device: Spi, from: []const u8) Error!void {
        return check(hal_spi_write(device, from.ptr, from.len));
    }

    /// Writes and reads at the same time. Both may be the same memory.
    pub fn transfer(device: Spi, from: []const u8, into: []u8) Error!void {
        return check(hal_spi_transfer(device, from.ptr, from.len, into.ptr, into.len));
    }
};

/// A pin that is driven. Levels are logical.
pub const Output = extern struct {
    handle: u32,

    extern fn hal_output_open(pin: *Output, label: [*:0]const u8) c_int;
    extern fn hal_output_close(pin: Output) void;
    extern fn hal_output_set(pin: Output, high: bool) c_int;
    extern fn hal_output_toggle(pin: Output) c_int;
    extern fn hal_output_commanded(pin: Output, high: *bool) c_int;

    /// Opens the output under a label.
    pub fn open(label: [*:0]const u8) Error!Output {
        var pin: Output = undefined;
        try check(hal_output_open(&pin, label));
        return pin;
    }

    /// Gives the handle back.
    pub fn close(pin: Output) void {
        hal_output_close(pin);
    }

    /// Drives the pin.
    pub fn set(pin: Output, high: bool) Error!void {
        return check(hal_output_set(pin, high));
    }

    /// Drives the pin to the other level than the one last set.
    pub fn toggle(pin: Output) Error!void {
        return check(hal_output_toggle(pin));
    }

    /// Returns the level last set.
    pub fn commanded(pin: Output) Error!bool {
        var high: bool = undefined;
        try check(hal_output_commanded(pin, &high));
        return high;
    }
};

/// A pin that is read. Levels are logical.
pub const Input = extern struct {
    handle: u32,

    extern fn hal_input_open(pin: *Input, label: [*:0]const u8) c_int;
    extern fn hal_input_close(pin: Input) void;
    extern fn hal_input_level(pin: Input, high: *bool) c_int;

    /// Opens the input under a label.
    pub fn open(label: [*:0]const u8) Error!Input {
        var pin: Input = undefined;
        try check(hal_input_open(&pin, label));
        return pin;
    }

    /// Gives the handle back.
    pub fn close(pin: Input) void {
        hal_input_close(pin);
    }

    /// Returns whether the pin is high now.
    pub fn isHigh(pin: Input) Error!bool {
        var high: bool = undefined;
        try check(hal_input_level(pin, &high));
        return high;
    }
};

extern fn hal_delay_ns(ns: u64) void;
extern fn hal_now_ns() u64;

/// Returns after at least that many nanoseconds: virtual time in simulation.
pub fn delayNs(ns: u64) void {
    hal_delay_ns(ns);
}

/// Returns after at least that many milliseconds.
pub fn delayMs(ms: u32) void {
    hal_delay_ns(@as(u64, ms) * std.time.ns_per_ms);
}

/// Returns nanoseconds of a clock that never goes back.
pub fn nowNs() u64 {
    return hal_now_ns();
}

/// How important a message is.
pub const Level = enum(c_int) { err, warn, info, debug, trace };

extern fn hal_log(level: Level, target: [*:0]const u8, message: [*:0]const u8) void;
extern fn hal_print_bytes(text: [*]const u8, len: usize) void;

/// Records a message. `target` names the part of the guest that it is from.
pub fn log(level: Level, target: [*:0]const u8, message: [*:0]const u8) void {
    hal_log(level, target, message);
}

/// Writes text to the standard output: at most 256 bytes of it at a time, what is more is left out.
pub fn print(comptime format: []const u8, arguments: anytype) void {
    var buffer: [256]u8 = undefined;
    const text = std.fmt.bufPrint(&buffer, format, arguments) catch &buffer;
    hal_print_bytes(text.ptr, text.len);
}
