//! A machine as text, for a person.

use std::fmt;

use super::{Converter, GpioChip, I2cAdapter, Machine, PwmChip, SerialPort, SpiNode};
use crate::advice::Subsystem;

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(model) = &self.model {
            writeln!(f, "{model}")?;
        }
        let all = [Subsystem::I2c, Subsystem::Spi, Subsystem::Gpio, Subsystem::Pwm, Subsystem::Iio, Subsystem::Uart];
        for subsystem in all {
            writeln!(f, "{subsystem}")?;
            match subsystem {
                Subsystem::I2c => self.i2c.iter().try_for_each(|adapter| adapter.fmt(f))?,
                Subsystem::Spi => self.spi.iter().try_for_each(|node| node.fmt(f))?,
                Subsystem::Gpio => self.gpio.iter().try_for_each(|chip| chip.fmt(f))?,
                Subsystem::Pwm => self.pwm.iter().try_for_each(|chip| chip.fmt(f))?,
                Subsystem::Iio => self.adc.iter().try_for_each(|converter| converter.fmt(f))?,
                Subsystem::Uart => self.uart.iter().try_for_each(|port| port.fmt(f))?,
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
        let others = self.names.iter().filter(|name| Some(*name) != self.name.as_ref());
        names_line(f, others)?;
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
        names_line(f, self.names.iter())?;
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

impl fmt::Display for PwmChip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}", self.path.display())?;
        if let Some(channels) = self.channels {
            write!(f, "  {channels} channels")?;
        }
        writeln!(f)?;
        names_line(f, self.names.iter())?;
        self.exported.iter().try_for_each(|(channel, is_running)| {
            let runs = if *is_running { "runs" } else { "stands still" };
            writeln!(f, "      channel {channel}, exported by a program, {runs}")
        })
    }
}

impl fmt::Display for Converter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}", self.path.display())?;
        match &self.channels[..] {
            [] => write!(f, "  no voltages")?,
            channels => {
                let channels: Vec<String> = channels.iter().map(u32::to_string).collect();
                write!(f, "  voltages of channels {}", channels.join(", "))?;
            }
        }
        writeln!(f, "{}", if self.is_recording { ", in use by a program that records readings" } else { "" })?;
        names_line(f, self.names.iter())
    }
}

impl fmt::Display for SerialPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}", self.path.display())?;
        if !self.holders.is_empty() {
            write!(f, "  in use by {}", self.holders.join(" and "))?;
        }
        writeln!(f)?;
        names_line(f, self.names.iter())
    }
}

/// Writes what a policy can call a device instead of its file.
fn names_line<'n>(f: &mut fmt::Formatter<'_>, names: impl Iterator<Item = &'n String>) -> fmt::Result {
    let names: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
    if names.is_empty() { Ok(()) } else { writeln!(f, "      named {}", names.join(", ")) }
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
PWM
  /sys/class/pwm/pwmchip0  2 channels
      channel 1, exported by a program, runs
analogue inputs
  /sys/bus/iio/devices/iio:device0  voltages of channels 0, 3
      named \"ads1115\"
serial ports
  /dev/ttyAMA0  in use by the kernel's console
";
        assert_eq!(text, expected);
    }
}
