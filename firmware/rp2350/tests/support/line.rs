//! The line between a board and a client in the same program. The chip's time stands still while the client computes: two runs are the
//! same.
#![allow(dead_code, reason = "no test uses all of it")]

use std::convert::Infallible;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use rp2350_emulator::{End, Machine, Wires};
use wasm_embedded_line::{Client, Port};

/// Longer than any test takes, in the chip's time.
const WHOLE: Duration = Duration::from_secs(600);

enum Order {
    Send(Vec<u8>),
    Speed(u32),
    /// Run until something came over the line, or for so long.
    Wait(Duration),
    /// Run until the log says something, or for so long.
    Until(String, Duration),
    /// Take the power away.
    Off,
}

/// A board that runs, and the client's end of its line.
pub(crate) struct Lead {
    orders: Sender<Order>,
    /// What came over the line, and the chip's time in nanoseconds. Without one, the board has ended.
    reports: Receiver<(Vec<u8>, u64)>,
    thread: Option<JoinHandle<(Machine, End)>>,
    waiting: Vec<u8>,
    /// All text that came.
    pub(crate) text: Vec<u8>,
    now_ns: u64,
    /// Garbles each byte of this number that is sent.
    pub(crate) noise: Option<u64>,
    sent: u64,
}

/// Switches a board on, with a client at its line.
pub(crate) fn switch_on(mut machine: Machine) -> Client<Lead> {
    let (orders, taken) = channel();
    let (report, reports) = channel();
    let thread = spawn(move || {
        let mut attendant = Attendant { taken, report, until_ns: None, what: None, new: Vec::new(), all: Vec::new() };
        machine.wires().take_line();
        machine.wires().set_line_speed(115_200);
        let end = machine.run(WHOLE, |wires| attendant.attend(wires)).expect("the boot ROM starts the firmware");
        (machine, end)
    });
    Client::new(Lead {
        orders,
        reports,
        thread: Some(thread),
        waiting: Vec::new(),
        text: Vec::new(),
        now_ns: 0,
        noise: None,
        sent: 0,
    })
}

/// Stands at the board while it runs, and does what the client orders.
struct Attendant {
    taken: Receiver<Order>,
    report: Sender<(Vec<u8>, u64)>,
    until_ns: Option<u64>,
    what: Option<String>,
    /// What came over the line and was not reported yet, and all that came since the power did.
    new: Vec<u8>,
    all: Vec<u8>,
}

impl Attendant {
    /// Returns whether the power goes.
    fn attend(&mut self, wires: &Wires) -> bool {
        let now_ns = wires.sim().now_ns();
        let bytes = wires.take_line();
        self.all.extend_from_slice(&bytes);
        self.new.extend(bytes);
        if let Some(until_ns) = self.until_ns {
            let reached = match &self.what {
                Some(what) => String::from_utf8_lossy(&self.all).contains(what.as_str()),
                None => !self.new.is_empty(),
            };
            if !reached && now_ns < until_ns {
                return false;
            }
            self.until_ns = None;
            if self.report.send((std::mem::take(&mut self.new), now_ns)).is_err() {
                return true;
            }
        }
        while self.until_ns.is_none() {
            let time = match self.taken.recv() {
                Ok(Order::Send(bytes)) => {
                    wires.send_line(&bytes);
                    continue;
                }
                Ok(Order::Speed(baud)) => {
                    wires.set_line_speed(baud);
                    continue;
                }
                Ok(Order::Wait(time)) => {
                    self.what = None;
                    time
                }
                Ok(Order::Until(what, time)) => {
                    self.what = Some(what);
                    time
                }
                Ok(Order::Off) | Err(_) => return true,
            };
            self.until_ns = Some(now_ns + u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 2));
        }
        false
    }
}

impl Lead {
    fn order(&self, order: Order) {
        // A board that has ended says so where its answer is missed.
        let _ = self.orders.send(order);
    }

    fn run(&mut self, order: Order) -> bool {
        self.order(order);
        let Ok((bytes, now_ns)) = self.reports.recv() else { return false };
        self.waiting.extend(bytes);
        self.now_ns = now_ns;
        true
    }

    /// Runs until the log says something.
    pub(crate) fn run_until(&mut self, what: &str) {
        if !self.run(Order::Until(what.to_owned(), Duration::from_secs(30))) {
            panic!("the board ended, waiting for {what:?}: {:?}", self.switch_off().1);
        }
        let said = String::from_utf8_lossy(&self.waiting).into_owned();
        assert!(self.log().contains(what), "waiting for {what:?}:\n{}\n{said}", self.log());
    }

    /// Returns all text, with what nobody has read yet.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&[&self.text[..], &self.waiting].concat()).into_owned()
    }

    /// Runs for some time.
    pub(crate) fn run_for(&mut self, time: Duration) {
        self.run(Order::Until("\u{0}never".to_owned(), time));
    }

    /// Returns the chip's time in nanoseconds.
    pub(crate) fn now_ns(&self) -> u64 {
        self.now_ns
    }

    /// Takes the power away, and returns the board.
    pub(crate) fn switch_off(&mut self) -> (Machine, End) {
        self.order(Order::Off);
        self.thread.take().expect("it was on").join().expect("the board's thread")
    }
}

impl Port for Lead {
    type Error = Infallible;

    fn send(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        let mut bytes = bytes.to_vec();
        for byte in &mut bytes {
            self.sent += 1;
            if self.noise.is_some_and(|every| self.sent.is_multiple_of(every)) {
                *byte ^= 0x10;
            }
        }
        self.order(Order::Send(bytes));
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], within: Duration) -> Result<usize, Infallible> {
        if self.waiting.is_empty() {
            self.run(Order::Wait(within));
        }
        let count = buffer.len().min(self.waiting.len());
        buffer.iter_mut().zip(self.waiting.drain(..count)).for_each(|(slot, byte)| *slot = byte);
        Ok(count)
    }

    fn set_speed(&mut self, baud: u32) -> Result<(), Infallible> {
        self.order(Order::Speed(baud));
        Ok(())
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(self.now_ns)
    }

    fn text(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
    }
}
