//! The folder in which the cases of the command's tests run.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// The policy of most cases.
const POLICY: &str = r#"
[i2c.sensor]
sim = "board"
allow = [0x3c, 0x76]

[gpio]
LED = { sim = true, direction = "output", initial = "low", on-exit = "low" }

[[part]]
model = "bme280"
i2c = "board"

[[part]]
model = "ssd1306"
name = "oled"
i2c = "board"

[[part]]
model = "led"
net = "LED"
"#;

/// The weather station of an earlier system on a Pico 2.
const PICO2: &str = r#"
[i2c.sensor]
block = 0
sda = 8
scl = 9
frequency = 400_000
allow = [0x76]

[spi.screen]
block = 1
sck = 10
mosi = 11
miso = 12
cs = 13
frequency = 8_000_000

[gpio]
DC = { pin = 2, initial = "low", on-exit = "low" }

[pwm.fan]
pin = 20
frequency = 25_000

[uart.gps]
block = 1
tx = 4
rx = 5
baud = 9_600

[adc.battery]
pin = 26

[limits]
fuel = "off"

[restart]
when = "always"
first-ms = 100
"#;

/// Two labels of one controller, with other pins each.
const PICO2_TWO_WAYS: &str = "\
[i2c.sensor]
block = 0
sda = 4
scl = 5
allow = [0x76]

[i2c.clock]
block = 0
sda = 8
scl = 9
allow = [0x68]
";

/// A folder with the guests as components, and some files that are none.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/wat");
    for entry in fs::read_dir(guests).expect("the folder of guests") {
        let path = entry.expect("a guest").path();
        let component = wat::parse_file(&path).unwrap_or_else(|error| panic!("{error}"));
        let name = path.with_extension("wasm");
        fs::write(folder.path().join(name.file_name().expect("a name")), component).expect("a file");
    }
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("a file");
    write("board.toml", POLICY.as_bytes());
    write("nothing.toml", b"");
    write("slip.toml", b"[i2c.sensor]\nsim = true\nalow = [0x76]\n");
    write("hardware.toml", b"[i2c.sensor]\nblock = 0\nsda = 4\nscl = 5\nallow = [0x76]\n");
    write("pico2.toml", PICO2.as_bytes());
    write("pico2_pin.toml", b"[spi.screen]\nblock = 1\nsck = 12\nmosi = 11\n");
    write("pico2_log.toml", b"[gpio]\nLED = { pin = 1, direction = \"output\" }\n");
    write("pico2_adc.toml", b"[adc.battery]\npin = 25\n");
    write("pico2_time.toml", b"[limits]\nwall-time-ms = 1_000\n");
    write("pico2_pwm.toml", b"[pwm.fan]\npin = 4\n[pwm.led]\npin = 20\n");
    write("pico2_pins.toml", PICO2_TWO_WAYS.as_bytes());
    write("script.toml", b"[i2c.bus]\nsim = true\n[[part]]\nmodel = \"scripted\"\ni2c = \"i2c\"\naddress = 0x20\nsteps = [{ write = [1] }]\n");
    write("lenient.toml", b"[i2c.bus]\nsim = true\n[[part]]\nmodel = \"scripted\"\ni2c = \"i2c\"\naddress = 0x20\nlenient = true\nsteps = [{ write = [1] }]\n");
    write("answer.toml", b"[uart.port]\nsim = true\n[[part]]\nmodel = \"scripted\"\nuart = \"port\"\nsteps = [{ after-ms = 5, send = \"late\" }]\n");
    write("led.toml", b"[gpio]\nLED1 = { sim = true, direction = \"output\" }\n");
    write(
        "unreached.toml",
        b"[i2c.bus]\nsim = true\nallow = [0x48]\n[[part]]\nmodel = \"lm75\"\ni2c = \"i2c\"\naddress = 0x49\n",
    );
    write("faulty.toml", b"[[fault]]\ni2c = \"sensor\"\nat-ms = 5\nkind = \"nak\"\n");
    write("faulty_text.toml", b"[[fault]]\n# \xff\n");
    write("image.bin", b"WEHIMAGE\0\0\0\0");
    write("image.uf2", b"UF2\n\x57\x51\x5d\x9e");
    write("empty.wasm", b"");
    write("random.wasm", b"\x17\x2a\x00\xff random");
    write("cut.wasm", b"\0asm\x0d\0\x01\0\x07");
    write("text.wasm", b"(component)");
    write("core.wasm", b"\0asm\x01\0\0\0");
    write("program.wasm", b"\x7fELF\x02\x01\x01");
    fs::create_dir(folder.path().join("folder.wasm")).expect("a folder");
    folder
}
