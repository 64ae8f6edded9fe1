//! A board with one part and no simulator, for the parts' own tests.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::net::{Drive, Level, Net, Pull};
use crate::part::{Board, Part};
use crate::pwm::PwmSignal;
use crate::spi::SpiTarget;

/// Where an I2C transfer was not acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoAck {
    /// At the address.
    Address,
    /// At the data byte with this index.
    Data(usize),
}

/// One end of a net: what the part does to it, and what the test does.
#[derive(Clone, Copy, Debug, Default)]
struct Wire {
    part: Drive,
    test: Drive,
    pull: Pull,
    watched: bool,
    pwm: Option<PwmSignal>,
    microvolts: Option<i32>,
}

impl Wire {
    fn level(self) -> Level {
        match (self.part, self.test, self.pull) {
            (Drive::Low, _, _) | (_, Drive::Low, _) => Level::Low,
            (Drive::High, _, _) | (_, Drive::High, _) => Level::High,
            (Drive::Released, Drive::Released, pull) => Level::from(pull == Pull::Up),
        }
    }
}

/// The board of one part: a clock, nets, and a controller for both buses whose bytes take no time.
#[derive(Debug, Default)]
pub(crate) struct TestBoard {
    now_ns: u64,
    wires: BTreeMap<Net, Wire>,
    wakes: Vec<u64>,
}

impl TestBoard {
    /// Makes a board at time 0 and powers the part on it.
    pub(crate) fn with(part: &mut dyn Part) -> TestBoard {
        let mut board = TestBoard::default();
        part.power_on(&mut board);
        board
    }

    /// Returns the net with a number.
    pub(crate) fn net(number: usize) -> Net {
        Net(number)
    }

    /// Puts a resistor on a net. Call it before the part is powered, or the part is not told.
    pub(crate) fn pull(&mut self, net: Net, pull: Pull) {
        self.wires.entry(net).or_default().pull = pull;
    }

    /// Drives a net from outside the part, and tells the part if it watches the net.
    pub(crate) fn set(&mut self, part: &mut dyn Part, net: Net, drive: Drive) {
        let wire = self.wires.entry(net).or_default();
        let before = wire.level();
        wire.test = drive;
        let after = wire.level();
        if wire.watched && before != after {
            part.net_changed(net, after, self);
        }
    }

    /// Returns what the part does to a net.
    pub(crate) fn driven(&self, net: Net) -> Drive {
        self.wires.get(&net).copied().unwrap_or_default().part
    }

    /// Modulates a net from outside the part, from now on, and tells the part.
    pub(crate) fn modulate(&mut self, part: &mut dyn Part, net: Net, period_ns: u64, high_ns: u64) {
        self.set(part, net, if high_ns > 0 { Drive::High } else { Drive::Low });
        let signal = PwmSignal { from_ns: self.now_ns, period_ns, high_ns };
        self.wires.entry(net).or_default().pwm = (1..period_ns).contains(&high_ns).then_some(signal);
        part.pwm_changed(net, signal, self);
    }

    /// Lets time pass, waking the part when it asked for that.
    pub(crate) fn advance(&mut self, part: &mut dyn Part, ns: u64) {
        let end = self.now_ns + ns;
        while let Some((index, at)) = self.next_wake().filter(|&(_, at)| at <= end) {
            self.wakes.swap_remove(index);
            self.now_ns = self.now_ns.max(at);
            part.wake(self);
        }
        self.now_ns = end;
    }

    fn next_wake(&self) -> Option<(usize, u64)> {
        self.wakes.iter().copied().enumerate().min_by_key(|&(_, at)| at)
    }

    /// START, address, bytes, STOP.
    pub(crate) fn i2c_write(&mut self, part: &mut dyn Part, address: u8, bytes: &[u8]) -> Result<(), NoAck> {
        let target = self.i2c_start(part, address, Direction::Write)?;
        let written = self.i2c_bytes(target, bytes);
        target.stop(self);
        written
    }

    /// START, address, `N` bytes, STOP.
    pub(crate) fn i2c_read<const N: usize>(&mut self, part: &mut dyn Part, address: u8) -> Result<[u8; N], NoAck> {
        let target = self.i2c_start(part, address, Direction::Read)?;
        let bytes = [(); N].map(|()| target.read(self));
        target.stop(self);
        Ok(bytes)
    }

    /// START, address, bytes, repeated START, address, `N` bytes, STOP.
    pub(crate) fn i2c_write_read<const N: usize>(
        &mut self,
        part: &mut dyn Part,
        address: u8,
        bytes: &[u8],
    ) -> Result<[u8; N], NoAck> {
        let target = self.i2c_start(part, address, Direction::Write)?;
        if let Err(error) = self.i2c_bytes(target, bytes) {
            target.stop(self);
            return Err(error);
        }
        self.i2c_read(part, address)
    }

    /// START or repeated START, and the address.
    pub(crate) fn i2c_start<'p>(
        &mut self,
        part: &'p mut dyn Part,
        address: u8,
        direction: Direction,
    ) -> Result<&'p mut dyn I2cTarget, NoAck> {
        let target = part.i2c().ok_or(NoAck::Address)?;
        match target.start(Address::SevenBit(address), direction, self) {
            Ack::Ack => Ok(target),
            Ack::Nack => Err(NoAck::Address),
        }
    }

    fn i2c_bytes(&mut self, target: &mut dyn I2cTarget, bytes: &[u8]) -> Result<(), NoAck> {
        match bytes.iter().position(|&byte| target.write(byte, self) == Ack::Nack) {
            Some(index) => Err(NoAck::Data(index)),
            None => Ok(()),
        }
    }

    /// Selects the part, exchanges the bytes, and deselects it.
    pub(crate) fn spi(&mut self, part: &mut dyn Part, mosi: &[u8]) -> Vec<u8> {
        let target: &mut dyn SpiTarget = part.spi().expect("the part has an SPI side");
        target.select(self);
        let miso = mosi.iter().map(|&byte| target.transfer(byte, self)).collect();
        target.deselect(self);
        miso
    }
}

impl Board for TestBoard {
    fn now_ns(&self) -> u64 {
        self.now_ns
    }

    fn level(&self, net: Net) -> Level {
        self.wires.get(&net).copied().unwrap_or_default().level()
    }

    fn drive(&mut self, net: Net, drive: Drive) {
        self.wires.entry(net).or_default().part = drive;
    }

    fn pwm(&self, net: Net) -> Option<PwmSignal> {
        self.wires.get(&net)?.pwm
    }

    fn modulate(&mut self, net: Net, signal: PwmSignal) {
        self.wires.entry(net).or_default().pwm = Some(signal);
    }

    fn microvolts(&self, net: Net) -> Option<i32> {
        self.wires.get(&net)?.microvolts
    }

    fn set_voltage(&mut self, net: Net, microvolts: Option<i32>) {
        self.wires.entry(net).or_default().microvolts = microvolts;
    }

    fn watch(&mut self, net: Net) {
        self.wires.entry(net).or_default().watched = true;
    }

    fn wake_at(&mut self, at_ns: u64) {
        self.wakes.push(at_ns);
    }
}
