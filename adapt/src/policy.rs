//! A policy to start from.

use std::fmt::Write as _;

use crate::Family;

/// Returns a policy for what a program uses, all simulated.
pub(crate) fn of(family: Family, uses: &[&str]) -> String {
    match family {
        Family::Spi2026 | Family::WasiDrafts => named(uses),
        _ => v04(uses),
    }
}

/// A label of each kind: which names a component opens, only its run says.
fn named(uses: &[&str]) -> String {
    let mut text = String::from(
        "# A name that the program opens is a label: rename and add what `run --log debug` says is unknown.\n",
    );
    for interface in uses {
        text += match *interface {
            "wasi:spi/spi" => "\n[spi.display]\nsim = true\nfrequency = 1_000_000\nmode = 0\n",
            "wasi:gpio/gpio" => "\n[gpio]\nDC = { sim = true, direction = \"output\", initial = \"low\" }\n",
            "wasi:i2c/i2c@0.2.0-draft" => "\n[i2c.i2c0]\nsim = true\nallow = [\"0x08-0x77\"]\n",
            "wasi:gpio/digital@0.2.0" => {
                "\n[gpio]\nLED = { sim = true, direction = \"output\", initial = \"low\" }\n\
                 BUTTON = { sim = true, direction = \"input\", bias = \"pull-up\" }\n"
            }
            "wasi:gpio/pwm@0.2.0" => "\n[pwm.FAN]\nsim = true\nfrequency = 1_000\n",
            _ => "",
        };
    }
    text
}

/// The labels of the 0.4 family for port 0 and pin 0.
fn v04(older: &[&str]) -> String {
    let mut text = String::from(
        "# Labels by convention: port N of a bus is i2cN, spiN or uartN, and pin N of port P is gpioP-N. These are those of port 0 and\n\
         # pin 0: add or rename what the program opens. Baud rates and pins that the program names are ignored.\n",
    );
    for module in older {
        let table = match *module {
            "i2c" => "[i2c.i2c0]\nsim = true\nfrequency = 100_000\nallow = [\"0x08-0x77\"]\n",
            "spi" => "[spi.spi0]\nsim = true\nfrequency = 1_000_000\nmode = 0\n",
            "uart" => "[uart.uart0]\nsim = true\nbaud = 115_200\n",
            _ => {
                "[gpio]\ngpio0-0 = { sim = true, direction = \"output\", initial = \"low\" }\n\
                 # gpio0-1 = { sim = true, direction = \"input\", bias = \"pull-up\" }\n"
            }
        };
        let _ = write!(text, "\n{table}");
    }
    text
}
