//! The controller of a port, as drivers see it.

use core::pin::Pin;
use core::task::{Context, Poll};

use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};

use super::line::{Ready, TRANSMIT_BYTES};
use super::{UartError, UartId};
use crate::board_state::BoardState;
use crate::digital::ACCESS_NS;
use crate::sim::Sim;

/// The controller of a serial port. Made by [`Sim::uart`].
///
/// Bytes leave and come while time passes, whatever the controller does meanwhile. Up to 64 written bytes wait to leave. Reading
/// and writing take no time by themselves but wait, as long as they must, in virtual time; asking whether the port is ready
/// takes a microsecond, so that a driver which polls makes time pass.
#[derive(Clone, Debug)]
pub struct SimUart {
    sim: Sim,
    port: UartId,
}

impl SimUart {
    pub(crate) fn new(sim: &Sim, port: UartId) -> SimUart {
        SimUart { sim: sim.clone(), port }
    }

    /// Waits at most `wait_ns` for a byte, then fills the front of `buffer` with what is there. Returns how many bytes that was:
    /// 0 if the part at the other end has hung up, and none if none came in time.
    ///
    /// # Errors
    ///
    /// Bytes were lost, or came damaged: reported once, after the bytes that came before.
    pub fn read_within(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, UartError> {
        if buffer.is_empty() {
            return Ok(Some(0));
        }
        self.wait(wait_ns, |board_state, port| {
            let line = board_state.uart.get_mut(port.0).ok_or(UartError::NoSuchPort)?;
            let bytes = line.received.iter().map_while(|received| received.ok());
            let count = buffer.iter_mut().zip(bytes).map(|(slot, byte)| *slot = byte).count();
            line.received.drain(..count);
            if count > 0 {
                return Ok(Some(count));
            }
            if let Some(Err(error)) = line.received.pop_front() {
                return Err(error);
            }
            if core::mem::take(&mut line.overrun) {
                return Err(UartError::Overrun);
            }
            Ok(board_state.uart_gone(port).then_some(0))
        })
    }

    /// Waits at most `wait_ns` for room, then takes bytes from the front of `bytes`. Returns how many were taken, or none if
    /// there was no room in time.
    ///
    /// # Errors
    ///
    /// The port is not one of this board.
    pub fn write_within(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, UartError> {
        if bytes.is_empty() {
            return Ok(Some(0));
        }
        self.wait(wait_ns, |board_state, port| {
            let line = board_state.uart.get_mut(port.0).ok_or(UartError::NoSuchPort)?;
            if !line.has_room() {
                return Ok(None);
            }
            let count = bytes.len().min(TRANSMIT_BYTES - line.waiting.len());
            line.waiting.extend(bytes.iter().take(count));
            board_state.uart_send(port);
            Ok(Some(count))
        })
    }

    /// Waits at most `wait_ns` until all bytes have left, and returns whether they have.
    ///
    /// # Errors
    ///
    /// The port is not one of this board.
    pub fn flush_within(&mut self, wait_ns: u64) -> Result<bool, UartError> {
        let idle = self.wait(wait_ns, |board_state, port| {
            let line = board_state.uart.get(port.0).ok_or(UartError::NoSuchPort)?;
            Ok(line.is_idle().then_some(()))
        });
        Ok(idle?.is_some())
    }

    /// Lets time pass until `done` gives something, from event to event.
    fn wait<R>(
        &mut self,
        wait_ns: u64,
        mut done: impl FnMut(&mut BoardState, UartId) -> Result<Option<R>, UartError>,
    ) -> Result<Option<R>, UartError> {
        let mut board_state = self.sim.lock();
        let deadline_ns = board_state.circuit.now_ns.saturating_add(wait_ns);
        let mut waited = false;
        let result = loop {
            let answer = done(&mut board_state, self.port);
            let now_ns = board_state.circuit.now_ns;
            if !matches!(answer, Ok(None)) || now_ns >= deadline_ns {
                break answer;
            }
            let next_ns = board_state.circuit.queue.next_ns().unwrap_or(u64::MAX).clamp(now_ns + 1, deadline_ns);
            board_state.advance(next_ns - now_ns);
            waited = true;
        };
        if waited {
            board_state.circuit.call_hook();
        }
        result
    }

    /// Lets the time of a look pass.
    fn look<R>(&mut self, look: impl FnOnce(&mut BoardState, UartId) -> Result<R, UartError>) -> Result<R, UartError> {
        let mut board_state = self.sim.lock();
        let answer = look(&mut board_state, self.port);
        board_state.advance(ACCESS_NS);
        board_state.circuit.call_hook();
        answer
    }
}

impl SimUart {
    /// Begins to wait for the port, for a task that waits for it together with other things. It takes no time by itself.
    pub fn start_wait(&self, ready: Ready) -> SimUartWait {
        let number = self.sim.lock().circuit.number();
        SimUartWait { sim: self.sim.clone(), port: self.port, ready, number }
    }
}

/// Ends when a port is ready. Made by [`SimUart::start_wait`]. Dropping it ends the wait; no byte goes with it.
#[must_use = "a future does nothing until it is awaited"]
#[derive(Debug)]
pub struct SimUartWait {
    sim: Sim,
    port: UartId,
    ready: Ready,
    number: u64,
}

impl Future for SimUartWait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut board_state = self.sim.lock();
        if board_state.uart_is_ready(self.port, self.ready) {
            return Poll::Ready(());
        }
        board_state.uart_wait(self.port, self.number, self.ready, cx.waker());
        Poll::Pending
    }
}

impl Drop for SimUartWait {
    fn drop(&mut self) {
        self.sim.lock().uart_forget(self.port, self.number);
    }
}

impl ErrorType for SimUart {
    type Error = UartError;
}

impl Read for SimUart {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, UartError> {
        self.read_within(buffer, u64::MAX)?.ok_or(UartError::EndOfTime)
    }
}

impl ReadReady for SimUart {
    fn read_ready(&mut self) -> Result<bool, UartError> {
        self.look(|board_state, port| {
            let line = board_state.uart.get(port.0).ok_or(UartError::NoSuchPort)?;
            Ok(!line.received.is_empty() || line.overrun || board_state.uart_gone(port))
        })
    }
}

impl Write for SimUart {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, UartError> {
        self.write_within(bytes, u64::MAX)?.ok_or(UartError::EndOfTime)
    }

    fn flush(&mut self) -> Result<(), UartError> {
        if self.flush_within(u64::MAX)? { Ok(()) } else { Err(UartError::EndOfTime) }
    }
}

impl WriteReady for SimUart {
    fn write_ready(&mut self) -> Result<bool, UartError> {
        self.look(|board_state, port| Ok(board_state.uart.get(port.0).ok_or(UartError::NoSuchPort)?.has_room()))
    }
}
