//! The controller itself: its memories, its instructions, and its eight or four data lines.

use alloc::string::String;

use crate::model::Value;

/// Page 24, table 6: the times of instructions, at the typical 270 kHz.
const SLOW_NS: u64 = 1_520_000;
const FAST_NS: u64 = 37_000;
/// The bytes of the display's memory in each of two lines.
const LINE: u8 = 40;

/// An HD44780 with its glass.
pub(super) struct Controller {
    columns: u8,
    rows: u8,
    display: [u8; 80],
    characters: [u8; 64],
    address: u8,
    /// Whether the address is one of the characters' memory.
    in_characters: bool,
    increments: bool,
    shifts: bool,
    on: bool,
    eight_bits: bool,
    two_lines: bool,
    /// How far the display is shifted to the left.
    shift: u8,
    /// With four lines: the first half of a byte, and whether the second one is read next.
    half: Option<u8>,
    second_half_is_read: bool,
    busy_until_ns: u64,
}

impl Controller {
    /// Page 23, "initializing by internal reset circuit": cleared, eight bits, one line, off, counting up.
    pub(super) fn new(columns: u8, rows: u8) -> Controller {
        Controller {
            columns,
            rows,
            display: [b' '; 80],
            characters: [0; 64],
            address: 0,
            in_characters: false,
            increments: true,
            shifts: false,
            on: false,
            eight_bits: true,
            two_lines: false,
            shift: 0,
            half: None,
            second_half_is_read: false,
            busy_until_ns: 0,
        }
    }

    pub(super) fn reset(&mut self) {
        *self = Controller::new(self.columns, self.rows);
    }

    /// Takes what is on the data lines, of which four-bit operation looks at the upper ones.
    pub(super) fn clock(&mut self, rs: bool, lines: u8, now_ns: u64) {
        let byte = match (self.eight_bits, self.half.take()) {
            (true, _) => lines,
            (false, Some(upper)) => upper & 0xf0 | lines >> 4,
            (false, None) => {
                self.half = Some(lines);
                return;
            }
        };
        if now_ns < self.busy_until_ns {
            return;
        }
        let ns = if rs {
            self.write(byte);
            FAST_NS
        } else {
            self.instruct(byte)
        };
        self.busy_until_ns = now_ns.saturating_add(ns);
    }

    /// Page 24, table 6: the highest bit that is set says which instruction it is.
    fn instruct(&mut self, byte: u8) -> u64 {
        match byte {
            0x80.. => (self.address, self.in_characters) = (byte & 0x7f, false),
            0x40.. => (self.address, self.in_characters) = (byte & 0x3f, true),
            0x20.. => {
                (self.eight_bits, self.two_lines) = (byte & 0x10 != 0, byte & 0x08 != 0);
                self.half = None;
            }
            0x10.. => match (byte & 0x08 != 0, byte & 0x04 != 0) {
                (true, right) => self.shift_display(!right),
                (false, right) => self.step(right),
            },
            0x08.. => self.on = byte & 0x04 != 0,
            0x04.. => (self.increments, self.shifts) = (byte & 0x02 != 0, byte & 0x01 != 0),
            0x02.. => {
                (self.address, self.in_characters, self.shift) = (0, false, 0);
                return SLOW_NS;
            }
            0x01 => {
                self.display.fill(b' ');
                (self.address, self.in_characters, self.shift, self.increments) = (0, false, 0, true);
                return SLOW_NS;
            }
            0x00 => {}
        }
        FAST_NS
    }

    fn shift_display(&mut self, left: bool) {
        let length = if self.two_lines { LINE } else { 2 * LINE };
        self.shift = (self.shift + if left { 1 } else { length - 1 }) % length;
    }

    /// Page 10, figures 3 to 6: with two lines the second one begins at 0x40.
    fn step(&mut self, up: bool) {
        if self.in_characters {
            self.address = if up { self.address + 1 } else { self.address.wrapping_sub(1) } & 0x3f;
            return;
        }
        self.address = match (self.two_lines, up, self.address) {
            (true, true, 0x27) => 0x40,
            (true, true, 0x67) | (false, true, 0x4f) => 0,
            (true, false, 0x40) => 0x27,
            (true, false, 0) => 0x67,
            (false, false, 0) => 0x4f,
            (_, true, address) => (address + 1) & 0x7f,
            (_, false, address) => address - 1,
        };
    }

    /// Returns the place of an address in the display's memory.
    fn place(&self, address: u8) -> usize {
        let place = if self.two_lines && address >= 0x40 { address - 0x40 + LINE } else { address };
        usize::from(place) % self.display.len()
    }

    fn write(&mut self, byte: u8) {
        if self.in_characters {
            self.characters[usize::from(self.address & 0x3f)] = byte;
        } else {
            let place = self.place(self.address);
            self.display[place] = byte;
        }
        self.step(self.increments);
        if self.shifts && !self.in_characters {
            self.shift_display(self.increments);
        }
    }

    /// Returns what the controller puts on the data lines: the busy flag with the address, or what is in its memory.
    pub(super) fn look(&self, rs: bool, now_ns: u64) -> u8 {
        let byte = match (rs, self.in_characters) {
            (false, _) => self.address | if now_ns < self.busy_until_ns { 0x80 } else { 0 },
            (true, true) => self.characters[usize::from(self.address & 0x3f)],
            (true, false) => self.display[self.place(self.address)],
        };
        if !self.eight_bits && self.second_half_is_read { byte << 4 } else { byte }
    }

    /// Ends a read.
    pub(super) fn looked(&mut self, rs: bool) {
        self.second_half_is_read = !self.eight_bits && !self.second_half_is_read;
        if rs && !self.second_half_is_read {
            self.step(self.increments);
        }
    }

    /// Returns the text of a row: the third and the fourth one of a display with four go on where the first two end.
    fn line(&self, row: u8) -> String {
        if !self.on || row >= self.rows {
            return String::new();
        }
        let length = if self.two_lines { LINE } else { 2 * LINE };
        let start = if row >= 2 { self.columns } else { 0 };
        let line = if self.two_lines { row % 2 } else { 0 };
        if row % 2 == 1 && !self.two_lines {
            return String::new();
        }
        let text: String = (0..self.columns)
            .map(|column| {
                let at = (start + column + self.shift) % length;
                let code = self.display[usize::from(line * LINE + at) % self.display.len()];
                if matches!(code, 0x20..=0x7d) && code != b'\\' { char::from(code) } else { '?' }
            })
            .collect();
        text.trim_end().into()
    }

    pub(super) fn readout(&self, readout: &str) -> Option<Value> {
        let row = match readout {
            "line1" => 0,
            "line2" => 1,
            "line3" => 2,
            "line4" => 3,
            "on" => return Some(self.on.into()),
            _ => return None,
        };
        Some(Value::Text(self.line(row)))
    }
}

#[cfg(test)]
mod tests {
    use super::Controller;
    use crate::model::Value;

    fn line(controller: &Controller, key: &str) -> String {
        match controller.readout(key) {
            Some(Value::Text(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    use alloc::string::String;

    /// Pages 39 and 40, table 11: eight-bit operation with two lines, and shifting.
    #[test]
    fn characters_go_where_the_address_is_and_the_display_shifts() {
        let mut controller = Controller::new(16, 2);
        let mut now_ns = 0;
        let mut clock = |controller: &mut Controller, rs: bool, byte: u8| {
            controller.clock(rs, byte, now_ns);
            now_ns += 2_000_000;
        };
        for instruction in [0x38, 0x0e, 0x06] {
            clock(&mut controller, false, instruction);
        }
        b"HITACHI".iter().for_each(|byte| clock(&mut controller, true, *byte));
        clock(&mut controller, false, 0xc0);
        b"MICROCO".iter().for_each(|byte| clock(&mut controller, true, *byte));
        assert_eq!((line(&controller, "line1"), line(&controller, "line2")), ("HITACHI".into(), "MICROCO".into()));
        clock(&mut controller, false, 0x18);
        assert_eq!((line(&controller, "line1"), line(&controller, "line2")), ("ITACHI".into(), "ICROCO".into()));
        clock(&mut controller, false, 0x02);
        assert_eq!(line(&controller, "line1"), "HITACHI");
        clock(&mut controller, false, 0x01);
        assert_eq!(line(&controller, "line1"), "");
    }

    #[test]
    fn what_comes_while_it_is_busy_is_ignored() {
        let mut controller = Controller::new(16, 2);
        controller.clock(false, 0x0c, 0);
        controller.clock(true, b'a', 36_000);
        controller.clock(true, b'b', 37_000);
        assert_eq!(controller.look(false, 40_000), 0x81, "busy, and at the next address");
        assert_eq!(controller.look(false, 74_000), 0x01);
        assert_eq!(line(&controller, "line1"), "b");
    }
}
