//! Continuous scrolling: what the commands set up, and how far the picture has moved by now.
//!
//! Nothing wakes for a step. The picture is put where it belongs when someone looks at it, and before a byte is taken.

use super::ram::Ram;
use super::settings::{Clock, LINES, Scan};

/// A movement that a setup command describes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Movement {
    left: bool,
    first_page: u8,
    last_page: u8,
    frames: u16,
    /// Rows for each step; none for a horizontal movement.
    rows: u8,
}

/// A movement that was activated.
#[derive(Clone, Copy, Debug)]
struct Running {
    movement: Movement,
    /// When the last step that is in the memory was made.
    since_ns: u64,
    /// Steps that were made, apart from whole turns of the rows.
    down: u8,
}

/// The rows that a vertical movement turns, counted from the top of the scan.
#[derive(Clone, Copy, Debug)]
struct Area {
    fixed: u8,
    rows: u8,
}

/// The scrolling of a controller.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scroll {
    setup: Option<Movement>,
    area: Area,
    running: Option<Running>,
}

// SSD1306 rev 1.1, table 9-1, A3h: the values marked RESET.
impl Default for Scroll {
    fn default() -> Scroll {
        Scroll { setup: None, area: Area { fixed: 0, rows: LINES }, running: None }
    }
}

// SSD1306 rev 1.1, table 9-1, 26h, C[2:0]: frames from one step to the next.
const FRAMES: [u16; 8] = [5, 64, 128, 256, 3, 4, 25, 2];

impl Scroll {
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Takes 26h, 27h, 29h or 2Ah with its arguments; each replaces the one before. A movement that runs goes on as it was
    /// until it is activated again. A last page before the first is invalid, and the command ignored.
    // SSD1306 rev 1.1, table 9-1 and sections 10.2.1 and 10.2.2.
    pub(super) fn set_up(&mut self, opcode: u8, arguments: [u8; 5]) {
        let [_, first_page, interval, last_page, rows] = arguments;
        let (first_page, last_page) = (first_page & 0x07, last_page & 0x07);
        if last_page < first_page {
            return;
        }
        let frames = FRAMES[usize::from(interval & 0x07)];
        let (left, rows) = match opcode {
            0x26 | 0x27 => (opcode == 0x27, 0),
            _ => (opcode == 0x2a, rows & 0x3f),
        };
        self.setup = Some(Movement { left, first_page, last_page, frames, rows });
    }

    /// Takes A3h. An area with more rows than the multiplex ratio is invalid, and the command ignored.
    // SSD1306 rev 1.1, section 10.2.5, and table 9-1, A3h, notes 1 and 2.
    pub(super) fn set_area(&mut self, fixed: u8, rows: u8, scan: &Scan) {
        let area = Area { fixed: fixed & 0x3f, rows: rows & 0x7f };
        if area.fixed + area.rows <= scan.rows {
            self.area = area;
        }
    }

    /// Takes 2Fh: the first step is made one interval from now. Without a setup nothing moves, and neither does it if each
    /// step has as many rows as the area or more.
    // SSD1306 rev 1.1, section 10.2.4, and table 9-1, A3h, note 3a.
    pub(super) fn activate(&mut self, now_ns: u64) {
        let valid = |movement: &Movement| movement.rows == 0 || movement.rows < self.area.rows;
        self.running = self.setup.filter(valid).map(|movement| Running { movement, since_ns: now_ns, down: 0 });
    }

    /// Takes 2Eh. The memory keeps its columns where they moved to, the rows go back.
    // SSD1306 rev 1.1, section 10.2.3: the memory has to be written again, since it is not what was written before.
    pub(super) fn deactivate(&mut self) {
        self.running = None;
    }

    /// Makes the steps that are due by now.
    pub(super) fn advance(&mut self, now_ns: u64, ram: &mut Ram, clock: &Clock, scan: &Scan) {
        let Some(Running { movement, since_ns, down }) = &mut self.running else { return };
        let interval_ns = u64::from(movement.frames).saturating_mul(clock.frame_ns(scan.rows)).max(1);
        let steps = now_ns.saturating_sub(*since_ns) / interval_ns;
        *since_ns = since_ns.saturating_add(steps.saturating_mul(interval_ns));
        // SSD1306 rev 1.1, figure 10-7: what leaves at one end comes in at the other.
        ram.turn(movement.first_page..=movement.last_page, steps, movement.left);
        if let Some(rows) = core::num::NonZeroU64::new(self.area.rows.into()) {
            let moved = u64::from(*down) + (steps % rows) * u64::from(movement.rows);
            // Below 64, as the area.
            *down = u8::try_from(moved % rows).unwrap_or(0);
        }
    }

    /// Returns the row whose contents a row shows.
    // SSD1306 rev 1.1, table 9-1, A3h, note 4: the last row of the area comes to its first.
    pub(super) fn source_of(&self, row: u8) -> u8 {
        let Area { fixed, rows } = self.area;
        match (&self.running, row.checked_sub(fixed)) {
            (Some(running), Some(inner)) if inner < rows => fixed + (inner + rows - running.down % rows) % rows,
            _ => row,
        }
    }
}
