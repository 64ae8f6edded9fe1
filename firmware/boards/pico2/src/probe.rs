//! The log over a debug probe (RTT): as text with the feature `rtt`, as frames of defmt with the feature `defmt`, which takes less of
//! the probe's time and stamps every line. With both it is defmt.

#[cfg(feature = "defmt")]
use core::cell::RefCell;
#[cfg(feature = "defmt")]
use critical_section::Mutex;

#[cfg(feature = "defmt")]
defmt::timestamp!("{=u64:us}", crate::chip::now_us());

/// The longest line in one frame.
#[cfg(feature = "defmt")]
const LONGEST: usize = 160;

/// A frame holds a line, and the log writes parts of lines.
#[cfg(feature = "defmt")]
struct Line {
    bytes: [u8; LONGEST],
    len: usize,
}

#[cfg(feature = "defmt")]
static LINE: Mutex<RefCell<Line>> = Mutex::new(RefCell::new(Line { bytes: [0; LONGEST], len: 0 }));

/// Sets up what the probe reads.
pub(crate) fn init() {
    #[cfg(all(feature = "rtt", not(feature = "defmt")))]
    rtt_target::rtt_init_print!();
    #[cfg(feature = "defmt")]
    rtt_target::rtt_init_defmt!();
}

/// Writes to the log.
#[cfg(all(feature = "rtt", not(feature = "defmt")))]
pub(crate) fn write(text: &str) {
    rtt_target::rprint!("{}", text);
}

/// As above. What does not end with a line's end waits for it.
#[cfg(feature = "defmt")]
pub(crate) fn write(text: &str) {
    critical_section::with(|cs| {
        let mut line = LINE.borrow_ref_mut(cs);
        for char in text.chars() {
            if char == '\n' || !line.push(char) {
                line.send();
                if char != '\n' {
                    line.push(char);
                }
            }
        }
    });
}

/// Without a probe there is nothing to write to.
#[cfg(not(any(feature = "rtt", feature = "defmt")))]
pub(crate) fn write(_text: &str) {}

#[cfg(feature = "defmt")]
impl Line {
    /// Adds a character, if there is room.
    fn push(&mut self, char: char) -> bool {
        let end = self.len + char.len_utf8();
        let Some(room) = self.bytes.get_mut(self.len..end) else { return false };
        char.encode_utf8(room);
        self.len = end;
        true
    }

    fn send(&mut self) {
        let line = self.bytes.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default();
        defmt::println!("{=str}", line);
        self.len = 0;
    }
}
