//! What goes over the two wires of a port.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::task::Waker;

use super::{Frame, UartError, UartId, UartSettings};
use crate::board_state::BoardState;
use crate::circuit::PartView;
use crate::fault::uart::Arrival;
use crate::queue::Task;
use crate::trace::{EventKind, UartEvent};

/// How many bytes a port takes before it makes a writer wait.
pub(super) const TRANSMIT_BYTES: usize = 64;

/// How long a port that is closed goes on sending, in nanoseconds: `closing_wait` of Linux, drivers/tty/serial/serial_core.c,
/// thirty seconds.
pub(crate) const CLOSING_WAIT_NS: u64 = 30_000_000_000;

pub(crate) struct UartLine {
    frame: Frame,
    receive_bytes: usize,
    peers: Vec<usize>,
    /// Taken from the writer, and not on the wire yet.
    pub(super) waiting: VecDeque<u8>,
    /// On the wire from the controller, as the parts will hear it.
    pub(super) sending: Option<Arrival>,
    /// Received, and not read yet: bytes, and what came in the place of one.
    pub(super) received: VecDeque<Result<u8, UartError>>,
    /// On the wire to the controller.
    receiving: Option<Arrival>,
    /// Whether bytes were lost that no reader has heard of. Bytes after them are lost too, until one has.
    pub(super) overrun: bool,
    /// Tasks of the controller that wait for the port, by their numbers.
    waits: BTreeMap<u64, (Ready, Waker)>,
}

/// What a task of the controller waits for at a port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ready {
    /// A read would return at once: with bytes, the end or an error.
    Read,
    /// A write would take something at once.
    Write,
    /// All bytes have left.
    Sent,
}

impl UartLine {
    pub(crate) fn new(settings: UartSettings) -> UartLine {
        UartLine {
            frame: Frame::new(settings),
            receive_bytes: settings.receive_bytes,
            peers: Vec::new(),
            waiting: VecDeque::new(),
            sending: None,
            received: VecDeque::new(),
            receiving: None,
            overrun: false,
            waits: BTreeMap::new(),
        }
    }

    /// Returns whether a writer need not wait.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < TRANSMIT_BYTES
    }

    /// Returns whether all bytes have left.
    pub(super) fn is_idle(&self) -> bool {
        self.sending.is_none() && self.waiting.is_empty()
    }
}

impl BoardState {
    /// Puts a part at the other end of a port.
    pub(crate) fn place_on_uart(&mut self, port: UartId, part: usize) {
        if let Some(line) = self.uart.get_mut(port.0) {
            line.peers.push(part);
        }
        self.listen_to_peers();
    }

    /// Returns whether a part at the other end has hung up, and nothing of it is on the wire.
    pub(super) fn uart_gone(&mut self, port: UartId) -> bool {
        let BoardState { parts, uart, .. } = self;
        let Some(line) = uart.get(port.0) else { return false };
        let mut peers = line.peers.iter();
        line.receiving.is_none()
            && peers.any(|&part| parts.get_mut(part).and_then(|part| part.uart()).is_some_and(|peer| peer.is_gone()))
    }

    /// Puts the next byte of the controller on the wire, if it is free.
    pub(super) fn uart_send(&mut self, port: UartId) {
        let Some(line) = self.uart.get_mut(port.0) else { return };
        if line.sending.is_some() {
            return;
        }
        let Some(byte) = line.waiting.pop_front() else { return };
        let frame = line.frame;
        let heard = self.circuit.strike_uart(port, frame, byte, true);
        line.sending = Some(heard);
        self.circuit.trace(EventKind::Uart { port, frame, event: UartEvent::Sent { byte } });
        self.circuit.push(self.circuit.now_ns.saturating_add(frame.byte_ns()), Task::UartSent(port.0));
    }

    /// Ends the frame of a byte from the controller.
    pub(crate) fn uart_sent(&mut self, port: usize) {
        let Some(heard) = self.uart.get_mut(port).and_then(|line| line.sending.take()) else { return };
        let mut next = 0;
        while let Some(&part) = self.uart.get(port).and_then(|line| line.peers.get(next)) {
            next += 1;
            let BoardState { circuit, parts, .. } = self;
            if circuit.faults.conditions.is_absent(part) {
                continue;
            }
            if let (Arrival::Byte(byte), Some(peer)) = (heard, parts.get_mut(part).and_then(|part| part.uart())) {
                peer.receive(byte, &mut PartView { circuit, part });
            }
        }
        self.uart_send(UartId(port));
        self.listen_to_peers();
    }

    /// Returns whether bytes of the controller are still to leave.
    pub(crate) fn uart_is_busy(&self) -> bool {
        self.uart.iter().any(|line| !line.is_idle())
    }

    /// Ends the frame of a byte to the controller.
    pub(crate) fn uart_received(&mut self, port: usize) {
        if let Some(line) = self.uart.get_mut(port)
            && let Some(arrival) = line.receiving.take()
        {
            line.overrun |= line.received.len() >= line.receive_bytes || arrival == Arrival::Failed(UartError::Overrun);
            match arrival {
                Arrival::Byte(byte) if !line.overrun => line.received.push_back(Ok(byte)),
                Arrival::Failed(error) if !line.overrun => line.received.push_back(Err(error)),
                Arrival::Byte(_) | Arrival::Failed(_) | Arrival::Lost => {}
            }
        }
        self.listen_to_peers();
    }

    /// Puts the next bytes of the parts on their wires, where those are free.
    #[inline]
    pub(crate) fn listen_to_peers(&mut self) {
        if cfg!(feature = "uart") && !self.uart.is_empty() {
            self.hear_peers();
        }
    }

    fn hear_peers(&mut self) {
        for port in 0..self.uart.len() {
            let BoardState { circuit, parts, uart, .. } = self;
            let Some(line) = uart.get_mut(port).filter(|line| line.receiving.is_none()) else { continue };
            let mut peers = line.peers.iter();
            let byte = peers.find_map(|&part| {
                if circuit.faults.conditions.is_absent(part) {
                    return None;
                }
                parts.get_mut(part).and_then(|part| part.uart())?.transmit(&mut PartView { circuit, part })
            });
            if let Some(byte) = byte {
                let frame = line.frame;
                line.receiving = Some(circuit.strike_uart(UartId(port), frame, byte, false));
                let event = UartEvent::Received { byte };
                circuit.trace(EventKind::Uart { port: UartId(port), frame, event });
                circuit.push(circuit.now_ns.saturating_add(frame.byte_ns()), Task::UartReceived(port));
            }
        }
        self.wake_readers_and_writers();
    }

    /// Returns whether what is waited for at a port is so.
    pub(super) fn uart_is_ready(&mut self, port: UartId, ready: Ready) -> bool {
        let Some(line) = self.uart.get(port.0) else { return true };
        match ready {
            Ready::Read => !line.received.is_empty() || line.overrun || self.uart_gone(port),
            Ready::Write => line.has_room(),
            Ready::Sent => line.is_idle(),
        }
    }

    /// Has a task woken when what it waits for may be so.
    pub(super) fn uart_wait(&mut self, port: UartId, number: u64, ready: Ready, waker: &Waker) {
        if let Some(line) = self.uart.get_mut(port.0) {
            line.waits.insert(number, (ready, waker.clone()));
        }
    }

    /// Ends a wait.
    pub(super) fn uart_forget(&mut self, port: UartId, number: u64) {
        if let Some(line) = self.uart.get_mut(port.0) {
            line.waits.remove(&number);
        }
    }

    /// Wakes the tasks whose ports are ready.
    fn wake_readers_and_writers(&mut self) {
        for index in 0..self.uart.len() {
            let waits = self.uart.get_mut(index).map(|line| core::mem::take(&mut line.waits)).unwrap_or_default();
            for (number, (ready, waker)) in waits {
                match self.uart_is_ready(UartId(index), ready) {
                    true => waker.wake(),
                    false => self.uart_wait(UartId(index), number, ready, &waker),
                }
            }
        }
    }
}
