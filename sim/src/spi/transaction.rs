//! A transaction on the wires of a bus, act by act, with the faults that strike it.

use embedded_hal::spi::Operation;

use super::bus::{Clocking, SpiSelect};
use super::{SpiBusId, SpiError, SpiSelectId};
use crate::board_state::BoardState;
use crate::circuit::PartView;
use crate::fault::spi::Plan;
use crate::net::Level;
use crate::turns::Bus;

/// What is sent where nothing is written.
const FILLER: u8 = 0x00;

/// The operations of a transaction.
pub(super) trait Operations {
    /// Returns an operation.
    fn operation(&mut self, index: usize) -> Option<Operation<'_, u8>>;
}

impl Operations for [Operation<'_, u8>] {
    fn operation(&mut self, index: usize) -> Option<Operation<'_, u8>> {
        Some(match self.get_mut(index)? {
            Operation::Read(words) => Operation::Read(words),
            Operation::Write(words) => Operation::Write(words),
            Operation::Transfer(read, write) => Operation::Transfer(read, write),
            Operation::TransferInPlace(words) => Operation::TransferInPlace(words),
            Operation::DelayNs(ns) => Operation::DelayNs(*ns),
        })
    }
}

/// Where words are clocked.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Under a select line.
    Select(SpiSelectId),
    /// On a bus, without touching one.
    Bus(SpiBusId, Clocking),
}

/// What is done next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Waits until the select lines of the bus have been inactive for long enough.
    Ready,
    /// Finds the faults that strike, and waits while one of them holds the bus.
    Plan,
    Idle,
    /// Makes a select line inactive that a fault left active.
    Unstick,
    Select,
    Words,
    /// Holds the select line, for a moment if nothing else held it.
    Hold,
    /// Waits until the controller can let go of the select line.
    LetGo,
    Deselect,
    End,
}

/// A transaction, and how far it is. The operations stay with the caller.
pub(super) struct Transaction {
    bus: SpiBusId,
    clocking: Clocking,
    select: Option<SpiSelectId>,
    /// How long the select line is held before the first bit and after the last.
    setup_ns: u64,
    hold_ns: u64,
    next: Next,
    /// The operation under way, and the next of its words.
    operation: usize,
    word: usize,
    /// When the select line became active.
    selected_ns: u64,
    plan: Plan,
    result: Result<(), SpiError>,
}

impl Transaction {
    /// Returns a transaction that is still to begin.
    ///
    /// # Errors
    ///
    /// The place is not one of this board.
    #[inline]
    pub(super) fn new(board_state: &BoardState, place: Place) -> Result<Transaction, SpiError> {
        let (bus, clocking, select, setup_ns, hold_ns) = match place {
            Place::Bus(bus, clocking) => (bus, clocking, None, 0, 0),
            Place::Select(id) => {
                let SpiSelect { bus, settings, clocking, .. } =
                    board_state.selects.get(id.0).ok_or(SpiError::NoSuchBus)?;
                (*bus, *clocking, Some(id), settings.select_setup_ns, settings.select_hold_ns)
            }
        };
        board_state.spi.get(bus.0).ok_or(SpiError::NoSuchBus)?;
        Ok(Transaction {
            bus,
            clocking,
            select,
            setup_ns,
            hold_ns,
            next: if select.is_some() { Next::Ready } else { Next::Plan },
            operation: 0,
            word: 0,
            selected_ns: 0,
            plan: Plan::default(),
            result: Ok(()),
        })
    }

    /// Returns a transaction that only waits for its turn.
    pub(super) fn flush(board_state: &BoardState, place: Place) -> Result<Transaction, SpiError> {
        Ok(Transaction { next: Next::End, ..Transaction::new(board_state, place)? })
    }

    /// Returns the bus that it has its turn on.
    pub(super) fn bus(&self) -> Bus {
        Bus::Spi(self.bus.0)
    }

    /// Returns what became of a transaction that is over.
    pub(super) fn result(&self) -> Result<(), SpiError> {
        self.result
    }

    /// Does things on the wires until time must pass, or what is due now be done. Returns how much, or `None` when the transaction is
    /// over. If it is `ALONE`, so that nobody else acts meanwhile, time in which nothing is due passes in here.
    #[inline]
    pub(super) fn act<const ALONE: bool>(
        &mut self,
        board_state: &mut BoardState,
        operations: &mut (impl Operations + ?Sized),
    ) -> Option<u64> {
        loop {
            let ns = self.step::<ALONE>(board_state, operations)?;
            if !ALONE || !board_state.circuit.pass(ns) {
                return Some(ns);
            }
        }
    }

    /// Does what is next, and returns how long it takes, or `None` if all is done.
    #[inline]
    fn step<const ALONE: bool>(
        &mut self,
        board_state: &mut BoardState,
        operations: &mut (impl Operations + ?Sized),
    ) -> Option<u64> {
        let bus = self.bus;
        loop {
            match self.next {
                Next::Ready => {
                    self.next = Next::Plan;
                    let ready_ns = board_state.spi.get(bus.0).map_or(0, |bus| bus.ready_ns);
                    if ready_ns > board_state.circuit.now_ns {
                        return Some(ready_ns - board_state.circuit.now_ns);
                    }
                }
                Next::Plan => {
                    self.next = Next::Idle;
                    self.plan = board_state.spi_plan(bus, self.select);
                    if self.plan.is_active() {
                        return Some(self.begin_plan());
                    }
                }
                Next::Idle => {
                    self.next = match self.select {
                        None => Next::Words,
                        Some(select)
                            if self.plan.select_stuck() != Some(Level::Low) && board_state.is_stuck(select) =>
                        {
                            Next::Unstick
                        }
                        Some(_) => Next::Select,
                    };
                    return Some(board_state.idle_clock(bus, self.clocking));
                }
                Next::Unstick => {
                    self.next = Next::Select;
                    board_state.set_stuck(self.select?, false);
                    board_state.drive_select(self.select?, Level::High);
                    return Some(0);
                }
                Next::Select => {
                    self.next = Next::Words;
                    self.selected_ns = board_state.circuit.now_ns;
                    if self.plan.select_stuck() != Some(Level::High) {
                        board_state.drive_select(self.select?, Level::Low);
                    }
                    return Some(self.setup_ns);
                }
                Next::Words => {
                    if let Some(ns) = self.exchange::<ALONE>(board_state, operations) {
                        return Some(ns);
                    }
                }
                Next::Hold => {
                    self.next = if self.plan.is_active() { Next::LetGo } else { Next::Deselect };
                    let is_pulse = self.hold_ns == 0 && self.selected_ns == board_state.circuit.now_ns;
                    return Some(if is_pulse { self.clocking.pulse_ns() } else { self.hold_ns });
                }
                Next::LetGo => {
                    self.next = Next::Deselect;
                    if let Err(error) = self.plan.deselect() {
                        // What failed first is reported.
                        self.result = self.result.and(Err(error));
                        return Some(self.clocking.bit_ns());
                    }
                }
                Next::Deselect => {
                    self.next = Next::End;
                    if self.plan.select_stuck() == Some(Level::Low) {
                        board_state.set_stuck(self.select?, true);
                    } else {
                        board_state.drive_select(self.select?, Level::High);
                    }
                    board_state.spi_deselected(bus, self.clocking);
                    return Some(0);
                }
                Next::End => return None,
            }
        }
    }

    /// Begins with the faults that struck, and returns for how long one of them holds the bus.
    fn begin_plan(&mut self) -> u64 {
        let (held_ns, had) = self.plan.begin();
        if had.is_err() {
            (self.result, self.next) = (had, Next::End);
        }
        self.clocking.mode = self.plan.mode().unwrap_or(self.clocking.mode);
        held_ns
    }

    /// Has the next word go over the wires, or a delay begin, and returns how long it takes, or `None` if there was nothing to do.
    #[inline]
    fn exchange<const ALONE: bool>(
        &mut self,
        board_state: &mut BoardState,
        operations: &mut (impl Operations + ?Sized),
    ) -> Option<u64> {
        let (bus, clocking) = (self.bus, self.clocking);
        match operations.operation(self.operation) {
            None => self.end_words(),
            Some(Operation::DelayNs(ns)) => {
                self.skip();
                return Some(board_state.overslept(u64::from(ns)));
            }
            Some(operation) if self.word >= len(&operation) => self.skip(),
            Some(operation) => {
                if ALONE && let Some(part) = self.sole(board_state) {
                    let passes = if board_state.circuit.tells_runs() {
                        self.hurry_traced(board_state, part, operation)
                    } else {
                        self.hurry(board_state, part, operation)
                    };
                    return (!passes).then_some(clocking.byte_ns);
                }
                if let Err(error) = self.plan.strike_byte(board_state) {
                    self.result = Err(error);
                    self.end_words();
                } else {
                    let plan = &mut self.plan;
                    clock(operation, self.word, |mosi| (board_state.clock_word(bus, clocking, plan, mosi), false));
                    self.word += 1;
                    return Some(clocking.byte_ns);
                }
            }
        }
        None
    }

    /// Goes on to the next operation.
    fn skip(&mut self) {
        self.operation += 1;
        self.word = 0;
    }

    /// Ends the transaction after its last word.
    fn end_words(&mut self) {
        self.next = if self.select.is_some() { Next::Hold } else { Next::End };
    }

    /// Returns the part that is selected, if it is the only one, works in this mode, nobody must hear of each word at its time, and nothing
    /// disturbs the bus.
    fn sole(&self, board_state: &mut BoardState) -> Option<usize> {
        let unseen = !board_state.circuit.is_watched_closely() && !self.plan.is_active();
        if unseen { board_state.spi_sole(self.bus, self.clocking.mode) } else { None }
    }

    /// Exchanges words of an operation with the only part that is selected, as long as nothing else is due, so that nobody can tell it
    /// from one act a word. Returns `false` if the time of the last word is still to pass.
    fn hurry(&mut self, board_state: &mut BoardState, part: usize, operation: Operation<'_, u8>) -> bool {
        let byte_ns = self.clocking.byte_ns;
        let BoardState { circuit, parts, .. } = board_state;
        let mut passes = true;
        if let Some(target) = parts.get_mut(part).and_then(|part| part.spi()) {
            let mut board = PartView { circuit, part };
            self.word = clock(operation, self.word, |mosi| {
                let miso = target.transfer(mosi, &mut board);
                passes = board.circuit.pass(byte_ns);
                (miso, passes)
            });
        }
        if passes {
            self.skip();
        }
        passes
    }

    /// As [`Transaction::hurry`], for a board whose trace takes runs. By itself, so that it costs nothing where nobody watches.
    #[cold]
    #[inline(never)]
    fn hurry_traced(&mut self, board_state: &mut BoardState, part: usize, operation: Operation<'_, u8>) -> bool {
        let byte_ns = self.clocking.byte_ns;
        let BoardState { circuit, parts, .. } = board_state;
        let mut passes = true;
        if let Some(target) = parts.get_mut(part).and_then(|part| part.spi()) {
            let (at_ns, mut words) = circuit.begin_words();
            let mut board = PartView { circuit, part };
            self.word = clock(operation, self.word, |mosi| {
                let miso = target.transfer(mosi, &mut board);
                words.push(mosi, miso);
                passes = board.circuit.pass(byte_ns);
                (miso, passes)
            });
            circuit.end_words(self.bus, (self.clocking.mode, byte_ns), (at_ns, words));
        }
        if passes {
            self.skip();
        }
        passes
    }
}

impl BoardState {
    /// Runs a transaction for a caller that waits for it.
    pub(super) fn spi_transaction(
        &mut self,
        place: Place,
        operations: &mut [Operation<'_, u8>],
    ) -> Result<(), SpiError> {
        let mut transaction = Transaction::new(self, place)?;
        self.wait_turn(transaction.bus());
        while let Some(ns) = transaction.act::<true>(self, operations) {
            self.advance(ns);
        }
        transaction.result
    }
}

/// Returns how many words an operation clocks.
fn len(operation: &Operation<'_, u8>) -> usize {
    match operation {
        Operation::Read(words) => words.len(),
        Operation::Write(words) => words.len(),
        Operation::Transfer(read, write) => read.len().max(write.len()),
        Operation::TransferInPlace(words) => words.len(),
        Operation::DelayNs(_) => 0,
    }
}

/// Clocks the words of an operation from one on, as long as `exchange` says to go on, which is given what is sent and returns what comes
/// in. Returns the next word.
fn clock(operation: Operation<'_, u8>, first: usize, mut exchange: impl FnMut(u8) -> (u8, bool)) -> usize {
    match operation {
        Operation::Read(words) => {
            let len = words.len();
            let mut rest = words.get_mut(first..).unwrap_or_default().iter_mut();
            for word in rest.by_ref() {
                let (miso, more) = exchange(FILLER);
                *word = miso;
                if !more {
                    break;
                }
            }
            len - rest.len()
        }
        Operation::Write(words) => {
            let mut rest = words.get(first..).unwrap_or_default().iter();
            for word in rest.by_ref() {
                if !exchange(*word).1 {
                    break;
                }
            }
            words.len() - rest.len()
        }
        Operation::TransferInPlace(words) => {
            let len = words.len();
            let mut rest = words.get_mut(first..).unwrap_or_default().iter_mut();
            for word in rest.by_ref() {
                let (miso, more) = exchange(*word);
                *word = miso;
                if !more {
                    break;
                }
            }
            len - rest.len()
        }
        Operation::Transfer(read, write) => {
            let len = read.len().max(write.len());
            let mut next = first;
            let (words, sent) = (read.get_mut(first..), write.get(first..));
            for (word, mosi) in words.unwrap_or_default().iter_mut().zip(sent.unwrap_or_default()) {
                let (miso, more) = exchange(*mosi);
                *word = miso;
                next += 1;
                if !more {
                    return next;
                }
            }
            while next < len {
                let (miso, more) = exchange(write.get(next).copied().unwrap_or(FILLER));
                if let Some(word) = read.get_mut(next) {
                    *word = miso;
                }
                next += 1;
                if !more {
                    break;
                }
            }
            next
        }
        Operation::DelayNs(_) => first,
    }
}
