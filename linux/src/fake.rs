//! A kernel that does what a test tells it, and remembers what it was asked.

mod pwm;

use std::collections::{BTreeMap, VecDeque};
use std::ffi::c_ulong;
use std::fmt::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::i2c::Address;
use embedded_hal::i2c::Operation;

use super::device_error::{DeviceError, ErrorListener, Severity};
use super::gpio::{ChipInfo, Edge, LineRequest};
use super::kernel::{Errno, I2cFile, Kernel, LineFile, SpiFile, SpiTransfer};
use super::{Linux, Tree};
pub(super) use pwm::PwmChannel;

/// The handle of a fake kernel; clones share it.
#[derive(Clone, Default)]
pub(super) struct Fake(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    calls: Vec<String>,
    faults: Vec<(Severity, String)>,
    failures: Vec<(&'static str, Errno)>,
    /// What reads get, byte by byte; zeros when it is used up.
    input: VecDeque<u8>,
    /// How many messages the next transaction claims to have carried out.
    short: Option<usize>,
    functions: c_ulong,
    mode: u8,
    chips: BTreeMap<PathBuf, ChipInfo>,
    line: bool,
    /// The name that the last line was asked for with.
    consumer: String,
    attributes: BTreeMap<PathBuf, String>,
    pwms: pwm::Pwms,
    edges: VecDeque<Edge>,
    now: Duration,
    on_sleep: Option<Box<dyn FnMut(Duration) + Send>>,
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

impl Fake {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics with the lock held")
    }

    /// Returns a machine of this kernel with these files.
    pub(super) fn machine(&self, tree: Tree) -> Linux {
        Linux::with(Arc::new(self.clone()), tree, Arc::new(self.clone()))
    }

    /// Makes the next call of a kind fail; further ones queue up.
    pub(super) fn fail(&self, call: &'static str, errno: Errno) {
        self.state().failures.push((call, errno));
    }

    pub(super) fn input(&self, bytes: &[u8]) {
        self.state().input.extend(bytes);
    }

    /// As [`Fake::input`], in the place of what no read has got yet.
    pub(super) fn only_input(&self, bytes: &[u8]) {
        let mut state = self.state();
        state.input.clear();
        state.input.extend(bytes);
    }

    pub(super) fn stop_after(&self, messages: usize) {
        self.state().short = Some(messages);
    }

    pub(super) fn set_functions(&self, functions: c_ulong) {
        self.state().functions = functions;
    }

    pub(super) fn set_mode_bits(&self, mode: u8) {
        self.state().mode = mode;
    }

    pub(super) fn chip(&self, path: &str, chip: ChipInfo) {
        self.state().chips.insert(path.into(), chip);
    }

    /// Puts a file of the kernel's there.
    pub(super) fn attribute(&self, path: &str, value: &str) {
        self.state().attributes.insert(path.into(), value.to_owned());
    }

    /// Puts a PWM chip there, of whose channels nobody has exported one.
    pub(super) fn pwm_chip(&self, folder: &str, channels: u32) {
        self.state().pwms.add_chip(Path::new(folder), channels);
    }

    /// Puts a channel of a PWM chip there that somebody exported.
    pub(super) fn exported_pwm(&self, folder: &str, channel: PwmChannel) {
        self.state().pwms.export(Path::new(folder), channel);
    }

    /// Returns what an exported channel does.
    pub(super) fn pwm(&self, folder: &str) -> Option<PwmChannel> {
        self.state().pwms.channel(Path::new(folder))
    }

    pub(super) fn set_line(&self, high: bool) {
        self.state().line = high;
    }

    pub(super) fn consumer(&self) -> String {
        self.state().consumer.clone()
    }

    pub(super) fn edge(&self, edge: Edge) {
        self.state().edges.push_back(edge);
    }

    pub(super) fn on_sleep(&self, f: impl FnMut(Duration) + Send + 'static) {
        self.state().on_sleep = Some(Box::new(f));
    }

    /// Returns the calls since the last time, in order.
    pub(super) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state().calls)
    }

    /// Returns the faults since the last time.
    pub(super) fn faults(&self) -> Vec<(Severity, String)> {
        std::mem::take(&mut self.state().faults)
    }

    /// Remembers a call, and fails if it is to fail.
    fn call(&self, name: &'static str, text: String) -> Result<MutexGuard<'_, State>, Errno> {
        let mut state = self.state();
        state.calls.push(text);
        match state.failures.iter().position(|(call, _)| *call == name) {
            Some(position) => Err(state.failures.remove(position).1),
            None => Ok(state),
        }
    }
}

impl ErrorListener for Fake {
    fn error(&self, error: &DeviceError<'_>) {
        self.state().faults.push((error.severity, error.to_string()));
    }
}

impl Kernel for Fake {
    fn open_i2c(&self, path: &Path) -> Result<Box<dyn I2cFile>, Errno> {
        self.call("open_i2c", format!("open {}", path.display())).map(drop)?;
        Ok(Box::new(self.clone()))
    }

    fn open_spi(&self, path: &Path) -> Result<Box<dyn SpiFile>, Errno> {
        self.call("open_spi", format!("open {}", path.display())).map(drop)?;
        Ok(Box::new(self.clone()))
    }

    fn chip(&self, path: &Path) -> Result<ChipInfo, Errno> {
        self.call("chip", format!("chip {}", path.display()))?.chips.get(path).cloned().ok_or(Errno::NOENT)
    }

    fn request_line(&self, chip: &Path, request: &LineRequest) -> Result<Box<dyn LineFile>, Errno> {
        let LineRequest { offset, consumer, direction, initial, bias, debounce, edges } = request;
        self.state().consumer.clone_from(consumer);
        let text =
            format!("request {} {offset} {direction:?} {initial:?} {bias:?} {debounce:?} {edges}", chip.display());
        self.call("request", text).map(drop)?;
        Ok(Box::new(self.clone()))
    }

    fn read_attribute(&self, path: &Path) -> Result<String, Errno> {
        let state = self.call("read", format!("read {}", path.display()))?;
        state.pwms.read(path).or_else(|| state.attributes.get(path).cloned()).ok_or(Errno::NOENT)
    }

    fn write_attribute(&self, path: &Path, value: &str) -> Result<(), Errno> {
        let mut state = self.call("write", format!("write {} {value}", path.display()))?;
        if let Some(answer) = state.pwms.write(path, value) {
            return answer;
        }
        if let Some(now) = state.attributes.get_mut(path) {
            *now = value.to_owned();
        }
        Ok(())
    }

    /// Every look at the clock takes 100 ns.
    fn now(&self) -> Duration {
        let mut state = self.state();
        state.now += Duration::from_nanos(100);
        state.now
    }

    fn sleep_until(&self, deadline: Duration) -> Result<(), Errno> {
        // An interrupted sleep ends in the middle.
        let result = self.call("sleep", "sleep".to_owned()).map(drop);
        let mut on_sleep = self.state().on_sleep.take();
        let now = {
            let mut state = self.state();
            let left = deadline.saturating_sub(state.now);
            state.now += if result.is_ok() { left } else { left / 2 };
            state.now
        };
        on_sleep.iter_mut().for_each(|f| f(now));
        self.state().on_sleep = on_sleep;
        result
    }
}

impl I2cFile for Fake {
    fn functions(&mut self) -> Result<c_ulong, Errno> {
        Ok(self.call("functions", "functions".to_owned())?.functions)
    }

    fn set_timeout(&mut self, steps: usize) -> Result<(), Errno> {
        self.call("set_timeout", format!("set_timeout {steps}")).map(drop)
    }

    fn claim(&mut self, address: Address) -> Result<(), Errno> {
        self.call("claim", format!("claim {address}")).map(drop)
    }

    fn transfer(&mut self, address: Address, messages: &mut [Operation<'_>]) -> Result<usize, Errno> {
        let mut text = format!("transfer {address}:");
        for message in messages.iter() {
            match message {
                Operation::Write(bytes) => text.push_str(&format!(" w{}", hex(bytes))),
                Operation::Read(buffer) => text.push_str(&format!(" r{}", buffer.len())),
            }
        }
        let mut state = self.call("transfer", text)?;
        for message in messages.iter_mut() {
            if let Operation::Read(buffer) = message {
                state.fill(buffer);
            }
        }
        Ok(state.short.take().unwrap_or(messages.len()))
    }
}

impl SpiFile for Fake {
    fn mode(&mut self) -> Result<u8, Errno> {
        Ok(self.call("mode", "mode".to_owned())?.mode)
    }

    fn set_mode(&mut self, mode: u8) -> Result<(), Errno> {
        self.call("set_mode", format!("mode {mode:#04x}")).map(drop)
    }

    fn set_bits_per_word(&mut self, bits: u8) -> Result<(), Errno> {
        self.call("set_bits", format!("bits {bits}")).map(drop)
    }

    fn set_frequency(&mut self, hz: u32) -> Result<(), Errno> {
        self.call("set_frequency", format!("frequency {hz}")).map(drop)
    }

    fn message(&mut self, transfers: &mut [SpiTransfer<'_>]) -> Result<(), Errno> {
        let mut text = "message:".to_owned();
        for transfer in transfers.iter() {
            text.push_str(" [");
            transfer.tx.iter().for_each(|tx| text.push_str(&format!("w{}", hex(tx))));
            transfer.rx.iter().for_each(|rx| text.push_str(&format!("r{}", rx.len())));
            if transfer.delay_us > 0 {
                text.push_str(&format!("+{}us", transfer.delay_us));
            }
            text.push(']');
        }
        let mut state = self.call("message", text)?;
        for transfer in transfers {
            transfer.rx.iter_mut().for_each(|rx| state.fill(rx));
        }
        Ok(())
    }
}

impl LineFile for Fake {
    fn set(&mut self, high: bool) -> Result<(), Errno> {
        self.call("set", format!("set {high}"))?.line = high;
        Ok(())
    }

    fn get(&mut self) -> Result<bool, Errno> {
        Ok(self.call("get", "get".to_owned())?.line)
    }

    fn wait(&mut self, timeout: Duration) -> Result<Option<Edge>, Errno> {
        let mut state = self.call("wait", format!("wait {timeout:?}"))?;
        let edge = state.edges.pop_front();
        if edge.is_none() {
            state.now += timeout;
        }
        Ok(edge)
    }

    fn report_edges(&mut self) -> Result<Box<dyn LineFile>, Errno> {
        drop(self.call("report_edges", "report edges".to_owned())?);
        Ok(Box::new(self.clone()))
    }
}

impl State {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.fill_with(|| self.input.pop_front().unwrap_or(0));
    }
}

/// Short data in hexadecimal, and of long data the length.
fn hex(bytes: &[u8]) -> String {
    if bytes.len() > 8 {
        return format!("*{}", bytes.len());
    }
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}
