//! A policy to start from.

use std::fmt::Write as _;

use crate::Family;

/// Returns a policy for what a program uses, all simulated.
pub(crate) fn of(family: Family, uses: &[&str]) -> String {
    match family {
        Family::Spi2026 => spi_2026(uses),
        _ => v04(uses),
    }
}

/// A label of each kind: which names a component opens, only its run says.
fn spi_2026(uses: &[&str]) -> String {
    let mut text = String::from(
        "# A name that the program opens is a label: rename and add what `run --log debug` says is unknown.\n",
    );
    for interface in uses {
        text += match *interface {
            "wasi:spi/spi" => "\n[spi.display]\nsim = true\nfrequency = 1_000_000\nmode = 0\n",
            "wasi:gpio/gpio" => "\n[gpio]\nDC = { sim = true, direction = \"output\", initial = \"low\" }\n",
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
