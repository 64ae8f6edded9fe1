//! The commands: how many arguments each takes, and what it does.

use super::ram::{Addressing, Ram};
use super::settings::Settings;

/// A command with its arguments; those that it does not have are 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Command {
    opcode: u8,
    arguments: [u8; MAX_ARGUMENTS],
}

// SSD1306 rev 1.1, table 9-1: 26h and 27h take the most.
const MAX_ARGUMENTS: usize = 6;

// SSD1306 rev 1.1, table 9-1 and appendix (8Dh); rev 1.2 adds 23h and D6h, the SSD1306B ADh.
fn argument_count(opcode: u8) -> usize {
    match opcode {
        0x20 | 0x23 | 0x81 | 0x8d | 0xa8 | 0xad | 0xd3 | 0xd5 | 0xd6 | 0xd9 | 0xda | 0xdb => 1,
        0x21 | 0x22 | 0xa3 => 2,
        0x29 | 0x2a => 5,
        0x26 | 0x27 => 6,
        _ => 0,
    }
}

/// Puts commands together from bytes, which may come in any number of transactions.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Decoder {
    pending: Option<(Command, usize)>,
}

impl Decoder {
    /// Takes a command byte, and returns the command that it completes.
    pub(super) fn push(&mut self, byte: u8) -> Option<Command> {
        let (command, received) = match self.pending.take() {
            None => (Command { opcode: byte, arguments: [0; MAX_ARGUMENTS] }, 0),
            Some((mut command, received)) => {
                if let Some(argument) = command.arguments.get_mut(received) {
                    *argument = byte;
                }
                (command, received + 1)
            }
        };
        if received < argument_count(command.opcode) {
            self.pending = Some((command, received));
            return None;
        }
        Some(command)
    }
}

impl Command {
    /// Does what the command says. Commands that change only the voltages of the panel, those of fading and zooming, and
    /// unknown ones change nothing that can be seen here.
    // SSD1306 rev 1.1, section 10: command descriptions.
    pub(super) fn execute(self, settings: &mut Settings, ram: &mut Ram, now_ns: u64) {
        let [first, second, third, fourth, fifth, _] = self.arguments;
        let scan = &mut settings.scan;
        match self.opcode {
            0x00..=0x0f => ram.set_low_column(self.opcode & 0x0f),
            0x10..=0x1f => ram.set_high_column(self.opcode & 0x0f),
            0x20 => match first & 0x03 {
                0b00 => ram.set_addressing(Addressing::Horizontal),
                0b01 => ram.set_addressing(Addressing::Vertical),
                0b10 => ram.set_addressing(Addressing::Page),
                _ => {}
            },
            0x21 => ram.set_columns(first, second),
            0x22 => ram.set_pages(first, second),
            0x26 | 0x27 | 0x29 | 0x2a => {
                settings.scroll.set_up(self.opcode, [first, second, third, fourth, fifth]);
            }
            0x2e => settings.scroll.deactivate(),
            0x2f => settings.scroll.activate(now_ns),
            0x40..=0x7f => scan.start_line = self.opcode & 0x3f,
            0x81 => settings.contrast = first,
            0x8d => settings.charge_pump = first & 0x04 != 0,
            0xa0 | 0xa1 => ram.set_remapped(self.opcode == 0xa1),
            0xa3 => settings.scroll.set_area(first, second, scan),
            0xa4 | 0xa5 => settings.all_on = self.opcode == 0xa5,
            0xa6 | 0xa7 => settings.inverted = self.opcode == 0xa7,
            // 0 to 14 are invalid.
            0xa8 if first & 0x3f >= 15 => scan.rows = (first & 0x3f) + 1,
            0xae | 0xaf => settings.on = self.opcode == 0xaf,
            0xb0..=0xb7 => ram.set_page(self.opcode & 0x07),
            0xc0 | 0xc8 => scan.reversed = self.opcode == 0xc8,
            0xd3 => scan.offset = first & 0x3f,
            0xd5 => settings.clock.oscillator = first,
            // A phase has at least one clock.
            0xd9 if first & 0x0f != 0 && first & 0xf0 != 0 => settings.clock.phases = first,
            0xda => {
                scan.alternative = first & 0x10 != 0;
                scan.swapped = first & 0x20 != 0;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Settings, argument_count};
    use crate::parts::ssd1306::ram::Ram;

    #[test]
    fn every_opcode_takes_its_arguments_and_no_more() {
        for opcode in 0..=u8::MAX {
            let mut decoder = Decoder::default();
            let mut command = decoder.push(opcode);
            for _ in 0..argument_count(opcode) {
                assert_eq!(command, None, "{opcode:#04x}");
                command = decoder.push(0xe3);
            }
            let command = command.expect("the command is complete");
            assert_eq!(command.opcode, opcode);
            command.execute(&mut Settings::default(), &mut Ram::new(), 0);
        }
    }

    #[test]
    fn an_invalid_multiplex_ratio_or_addressing_mode_is_ignored() {
        let (mut settings, mut ram) = (Settings::default(), Ram::new());
        let mut decoder = Decoder::default();
        for byte in [0xa8, 31, 0xa8, 14, 0x20, 0x00, 0x20, 0x03] {
            if let Some(command) = decoder.push(byte) {
                command.execute(&mut settings, &mut ram, 0);
            }
        }
        assert_eq!(settings.scan.rows, 32);
        ram.set_columns(0, 0);
        ram.write(1);
        ram.write(1);
        assert!(ram.bit(0, 8), "horizontal mode went on to page 1");
    }
}
