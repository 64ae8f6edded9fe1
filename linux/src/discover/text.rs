//! A machine as text, for a person.

use std::fmt;

use super::{GpioChip, I2cAdapter, Machine, SpiNode};
use crate::advice::Subsystem;

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(model) = &self.model {
            writeln!(f, "{model}")?;
        }
        for subsystem in [Subsystem::I2c, Subsystem::Spi, Subsystem::Gpio] {
            writeln!(f, "{subsystem}")?;
            match subsystem {
                Subsystem::I2c => self.i2c.iter().try_for_each(|adapter| adapter.fmt(f))?,
                Subsystem::Spi => self.spi.iter().try_for_each(|node| node.fmt(f))?,
                Subsystem::Gpio => self.gpio.iter().try_for_each(|chip| chip.fmt(f))?,
                Subsystem::Pwm | Subsystem::Iio | Subsystem::Uart => {}
            }
            for missing in self.missing.iter().filter(|missing| missing.subsystem == subsystem) {
                writeln!(f, "  none: {}", missing.fix)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Subsystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Subsystem::I2c => "I2C",
            Subsystem::Spi => "SPI",
            Subsystem::Gpio => "GPIO",
            Subsystem::Pwm => "PWM",
            Subsystem::Iio => "analogue inputs",
            Subsystem::Uart => "serial ports",
        })
    }
}

impl fmt::Display for I2cAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}", self.path.display())?;
        if let Some(name) = &self.name {
            write!(f, "  {name}")?;
        }
        if let Some(hz) = self.frequency_hz {
            write!(f, ", {hz} Hz")?;
        }
        writeln!(f)?;
        for target in &self.targets {
            write!(f, "      {:#04x}", target.address)?;
            if let Some(name) = &target.name {
                write!(f, "  {name}")?;
            }
            match &target.driver {
                Some(driver) => writeln!(f, ", in use by the kernel driver {driver}")?,
                None => writeln!(f, ", free")?,
            }
        }
        self.problem.iter().try_for_each(|problem| problem_lines(f, problem))
    }
}

impl fmt::Display for SpiNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => writeln!(f, "  {}", path.display())?,
            None => writeln!(f, "  {}", self.name)?,
        }
        self.problem.iter().try_for_each(|problem| problem_lines(f, problem))
    }
}

impl fmt::Display for GpioChip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chip = match &self.chip {
            Ok(chip) => chip,
            Err(problem) => {
                writeln!(f, "  {}", self.path.display())?;
                return problem_lines(f, problem);
            }
        };
        writeln!(f, "  {}  {}, {} lines", self.path.display(), chip.label, chip.lines.len())?;
        let shown = chip.lines.iter().enumerate().filter(|(_, line)| !line.name.is_empty() || line.holder.is_some());
        for (offset, line) in shown {
            write!(f, "      {offset:>3}  {:<16}  {}", line.name, if line.output { "output" } else { "input" })?;
            match line.holder.as_deref() {
                None => {}
                Some("") => write!(f, ", in use by the kernel")?,
                Some(holder) => write!(f, ", in use by `{holder}`")?,
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn problem_lines(f: &mut fmt::Formatter<'_>, problem: &impl fmt::Display) -> fmt::Result {
    problem.to_string().lines().try_for_each(|line| writeln!(f, "      {line}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::pi;

    #[test]
    fn a_person_sees_what_there_is() {
        let (_root, tree, fake) = pi();
        let text = super::super::machine(&fake, &tree).to_string();
        let expected = "\
Raspberry Pi 3 Model B Rev 1.2
I2C
  /dev/i2c-1  bcm2835 (i2c@7e804000), 100000 Hz
      0x50  24c02, free
      0x68  ds1307, in use by the kernel driver rtc-ds1307
SPI
  /dev/spidev0.0
  spi0.1
      in use by the kernel driver mcp251x; to release it: echo spi0.1 | sudo tee /sys/bus/spi/drivers/mcp251x/unbind; echo spidev | \
sudo tee /sys/bus/spi/devices/spi0.1/driver_override; echo spi0.1 | sudo tee /sys/bus/spi/drivers/spidev/bind
  spi0.2
      no driver uses it; to make it available to programs: sudo modprobe spidev; echo spidev | sudo tee /sys/bus/spi/devices/spi0.2/driver_override; \
echo spi0.2 | sudo tee /sys/bus/spi/drivers/spidev/bind
GPIO
  /dev/gpiochip0  pinctrl-bcm2835, 3 lines
        0  GPIO7             output, in use by `spi0 CS1`
        1  GPIO8             input
";
        assert_eq!(text, expected);
    }
}
