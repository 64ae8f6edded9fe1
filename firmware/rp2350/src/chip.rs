//! The chip: where each block is, what time it is, and what happens when.

use crate::blocks::adc::Adc;
use crate::blocks::clocks::{Clocks, Sources};
use crate::blocks::dma::Dma;
use crate::blocks::i2c::I2c;
use crate::blocks::io::Io;
use crate::blocks::oscillators::{Crystal, Pll, RING_HZ};
use crate::blocks::pads::Pads;
use crate::blocks::ppb::Ppb;
use crate::blocks::psm::Psm;
use crate::blocks::pwm::Pwm;
use crate::blocks::resets::Resets;
use crate::blocks::rom::Rom;
use crate::blocks::sio::Sio;
use crate::blocks::spi::Spi;
use crate::blocks::ticks::{self, Ticks};
use crate::blocks::timer::Timer;
use crate::blocks::uart::Uart;
use crate::blocks::watchdog::Watchdog;
use crate::blocks::{Block, Cx, NEVER, Rates, cycles_ns};
use crate::fault::Fault;
use crate::flash::FlashStep;
use crate::map::Id;
use crate::names;
use crate::wires::Wires;

/// SIO, which has no aliases, and the processor's own registers.
const SIO: u32 = 0xd000_0000;
const PPB: u32 = 0xe000_0000;

/// What an access costs beyond its instruction: the bridge to the peripherals' bus. Section 2.1.4, about.
const PERIPHERAL_CYCLES: u64 = 3;

/// TIMERAWL and TIMELR.
const LOOKS: [u32; 2] = [0x28, 0x0c];

/// All blocks, and the wires that their pins end in.
pub(crate) struct Chip {
    pub(crate) wires: Wires,
    /// The time, which goes on over a reset.
    now_ns: u64,
    /// The cycles of clk_sys that have passed since `from_ns`, in which it was as fast as now.
    cycles: u64,
    from_ns: u64,
    rates: Rates,
    /// When the next event is.
    due_ns: u64,
    /// When whoever runs the chip wants to look at it.
    pub(crate) look_ns: u64,
    /// The cycles at which one of both is.
    due_cycles: u64,
    pub(crate) fault: Option<Fault>,
    /// How often the watchdog has bitten.
    pub(crate) bites: u32,
    resets: Resets,
    psm: Psm,
    crystal: Crystal,
    plls: [Pll; 2],
    clocks: Clocks,
    ticks: Ticks,
    pub(crate) watchdog: Watchdog,
    timers: [Timer; 2],
    sio: Sio,
    io: Io,
    pads: Pads,
    uarts: [Uart; 2],
    spis: [Spi; 2],
    i2cs: [I2c; 2],
    adc: Adc,
    pwm: Pwm,
    ppb: Ppb,
    pub(crate) rom: Rom,
    pub(crate) dma: Dma,
    /// Whether the flash waits for commands, and nothing can be read from it.
    pub(crate) no_flash: bool,
    /// How many erases and writes of the flash are left before the power is cut in one, and how far that one comes, in percent.
    pub(crate) cut: Option<(u32, usize)>,
    /// The erases and writes so far.
    pub(crate) flash_steps: Vec<FlashStep>,
    pub(crate) has_lost_power: bool,
}

impl Chip {
    pub(crate) fn new(wires: Wires) -> Chip {
        let mut chip = Chip {
            wires,
            now_ns: 0,
            cycles: 0,
            from_ns: 0,
            rates: Rates::default(),
            due_ns: 0,
            look_ns: 0,
            due_cycles: 0,
            fault: None,
            bites: 0,
            resets: Resets::new(),
            psm: Psm::default(),
            crystal: Crystal::new(),
            plls: [Pll::new(), Pll::new()],
            clocks: Clocks::new(),
            ticks: Ticks::default(),
            watchdog: Watchdog::new(),
            timers: [Timer::new(), Timer::new()],
            sio: Sio::default(),
            io: Io::new(),
            pads: Pads::new(),
            uarts: [Uart::new(0), Uart::new(1)],
            spis: [Spi::new(0), Spi::new(1)],
            i2cs: [I2c::new(0), I2c::new(1)],
            adc: Adc::new(),
            pwm: Pwm::new(),
            ppb: Ppb::default(),
            rom: Rom::default(),
            dma: Dma::default(),
            no_flash: false,
            cut: None,
            flash_steps: Vec::new(),
            has_lost_power: false,
        };
        chip.retime();
        chip
    }

    /// Resets all but the watchdog's memory, as its bite does, and lets go of all pins.
    pub(crate) fn restart(&mut self) {
        let wires = std::mem::take(&mut self.wires);
        let (now_ns, bites, look_ns) = (self.now_ns, self.bites + 1, self.look_ns);
        let (cut, flash_steps) = (self.cut, std::mem::take(&mut self.flash_steps));
        let mut watchdog = std::mem::replace(&mut self.watchdog, Watchdog::new());
        watchdog.restart();
        let crystal = std::mem::replace(&mut self.crystal, Crystal::new());
        *self = Chip::new(wires);
        (self.now_ns, self.from_ns, self.bites, self.watchdog, self.crystal) =
            (now_ns, now_ns, bites, watchdog, crystal);
        (self.look_ns, self.cut, self.flash_steps) = (look_ns, cut, flash_steps);
        (self.wires.sio_out, self.wires.sio_enable) = (0, 0);
        self.wires.controls.fill(crate::blocks::io::CONTROL_RESET);
        self.wires.pads.fill(crate::blocks::pads::PAD_RESET);
        self.wires.pwm = [[(1, 0); 2]; 12];
        self.wires.advance_to(now_ns);
        self.wires.release();
        self.retime();
    }

    /// Begins as after a power-on, at the time that it is.
    pub(crate) fn power_on(&mut self) {
        let bites = self.bites;
        self.restart();
        (self.watchdog, self.crystal, self.bites) = (Watchdog::new(), Crystal::new(), bites);
        self.retime();
    }

    /// Whether the watchdog has bitten in a way that resets the processor.
    pub(crate) fn is_reset(&mut self) -> bool {
        std::mem::take(&mut self.watchdog.has_bitten) && self.psm.resets_processor()
    }

    pub(crate) fn now_ns(&self) -> u64 {
        self.now_ns
    }

    /// Lets cycles of the processor pass. Returns whether something is to happen.
    #[inline]
    pub(crate) fn spend(&mut self, cycles: u64) -> bool {
        self.cycles += cycles;
        self.cycles >= self.due_cycles
    }

    /// Has everything happen whose time has come.
    pub(crate) fn catch_up(&mut self) {
        let now_ns = self.from_ns.saturating_add(cycles_ns(self.cycles, self.rates.system)).max(self.now_ns);
        self.happen_until(now_ns);
    }

    fn happen_until(&mut self, now_ns: u64) {
        while self.due_ns <= now_ns {
            self.now_ns = self.now_ns.max(self.due_ns);
            let at_ns = self.due_ns;
            let mut cx = Cx { now_ns: at_ns, rates: self.rates, wires: &mut self.wires };
            let blocks: [&mut dyn Block; 10] = {
                let ([t0, t1], [u0, u1]) = (&mut self.timers, &mut self.uarts);
                let ([s0, s1], [i0, i1]) = (&mut self.spis, &mut self.i2cs);
                [t0, t1, u0, u1, s0, s1, i0, i1, &mut self.adc, &mut self.watchdog]
            };
            for block in blocks {
                if block.next_ns() <= at_ns {
                    block.run(&mut cx);
                }
            }
            self.aim();
        }
        self.now_ns = now_ns;
    }

    /// Lets time pass in which the processor does one thing.
    pub(crate) fn pass(&mut self, ns: u64) {
        self.catch_up();
        self.happen_until(self.now_ns.saturating_add(ns));
        (self.from_ns, self.cycles) = (self.now_ns, 0);
        self.aim();
    }

    /// Has the DMA take what has come.
    fn move_bytes(&mut self) {
        if self.dma.takes_from_uart() {
            let mut cx = Cx { now_ns: self.now_ns, rates: self.rates, wires: &mut self.wires };
            self.uarts[0].take_for_dma(&mut cx).into_iter().for_each(|byte| self.dma.move_byte(byte));
        }
    }

    /// Finds out when something happens next.
    fn aim(&mut self) {
        let times = [
            self.timers[0].next_ns(),
            self.timers[1].next_ns(),
            self.uarts[0].next_ns(),
            self.uarts[1].next_ns(),
            self.spis[0].next_ns(),
            self.spis[1].next_ns(),
            self.i2cs[0].next_ns(),
            self.i2cs[1].next_ns(),
            self.adc.next_ns(),
            self.watchdog.next_ns(),
        ];
        self.due_ns = times.into_iter().min().unwrap_or(NEVER);
        // After a look that is past, only events count.
        let look_ns = if self.look_ns > self.now_ns { self.look_ns } else { NEVER };
        let ahead_ns = self.due_ns.min(look_ns).saturating_sub(self.from_ns);
        // Rounded up: a cycle late rather than early.
        let cycles = u128::from(ahead_ns) * u128::from(self.rates.system) / 1_000_000_000 + 1;
        self.due_cycles = u64::try_from(cycles).unwrap_or(NEVER);
    }

    /// Asks for a look at a time.
    pub(crate) fn look_at(&mut self, look_ns: u64) {
        self.look_ns = look_ns;
        self.aim();
    }

    /// Has the clocks follow their registers.
    fn retime(&mut self) {
        let sources = Sources {
            ring: RING_HZ,
            crystal: self.crystal.hertz(self.now_ns),
            pll_sys: self.plls[0].hertz(self.now_ns),
            pll_usb: self.plls[1].hertz(self.now_ns),
        };
        let rates = self.clocks.rates(sources);
        (self.from_ns, self.cycles, self.rates) = (self.now_ns, 0, rates);
        // A processor without a clock would never come back: it goes on slowly, and the watchdog ends it.
        self.rates.system = self.rates.system.max(1_000);
        for (timer, generator) in self.timers.iter_mut().zip([ticks::TIMER0, ticks::TIMER1]) {
            timer.set_tick(self.ticks.tick_ns(generator, rates.reference), self.now_ns);
        }
        self.watchdog.set_tick(self.ticks.tick_ns(ticks::WATCHDOG, rates.reference), self.now_ns);
        self.aim();
    }

    /// Reads a register for the processor.
    pub(crate) fn read(&mut self, address: u32, size: usize, pc: u32) -> u32 {
        let Some((id, offset, _)) = self.find(address, size, pc) else { return 0 };
        self.catch_up();
        if let (Id::Timer(number), true) = (id, LOOKS.contains(&offset)) {
            self.look(number);
        }
        // The core's number and the spinlocks are looked at often, and are no wires.
        if id.sees_wires() && !(id == Id::Sio && (offset == 0 || offset >= 0x100)) {
            self.wires.advance_to(self.now_ns);
        }
        if matches!(id, Id::Dma | Id::Uart(0)) {
            self.move_bytes();
        }
        let (block, mut cx) = self.block(id);
        let value = block.read(offset, &mut cx);
        // Of all blocks only this one begins something as it is read.
        if matches!(id, Id::I2c(_)) {
            self.aim();
        }
        value.unwrap_or_else(|| {
            self.fail::<()>(Fault::Unmodelled { write: false, name: named(id, offset), address, pc });
            0
        })
    }

    /// Writes a register for the processor.
    pub(crate) fn write(&mut self, address: u32, size: usize, value: u32, pc: u32) {
        let Some((id, offset, alias)) = self.find(address, size, pc) else { return };
        self.catch_up();
        if id.sees_wires() && !(id == Id::Sio && offset >= 0x100) || id == Id::Pads {
            self.wires.advance_to(self.now_ns);
        }
        // What has come so far was heard as the port was set until now.
        if matches!(id, Id::Dma | Id::Uart(0)) {
            self.move_bytes();
        }
        let (block, mut cx) = self.block(id);
        // RP2350 data sheet, section 2.1.3, "Atomic register access".
        let old = if alias == 0 { Some(0) } else { block.peek(offset, &cx) };
        let value = old.map(|old| match alias {
            1 => old ^ value,
            2 => old | value,
            3 => old & !value,
            _ => value,
        });
        let done = value.and_then(|value| block.write(offset, value, &mut cx));
        match id {
            Id::Clocks | Id::Crystal | Id::Pll(_) | Id::Ticks => self.retime(),
            Id::Resets => self.hold_in_reset(),
            Id::Sio => {}
            _ => self.aim(),
        }
        if done.is_none() {
            self.fail::<()>(Fault::Unmodelled { write: true, name: named(id, offset), address, pc });
        }
    }

    /// A program that looks twice at the same count waits: the time comes up to the next tick.
    fn look(&mut self, timer: usize) {
        let Some(tick_ns) = self.timers.get_mut(timer).and_then(|timer| timer.skip_to(self.now_ns)) else { return };
        if tick_ns > self.now_ns {
            self.happen_until(tick_ns);
            (self.from_ns, self.cycles) = (self.now_ns, 0);
            self.aim();
        }
    }

    /// Puts the blocks that RESETS holds back to how they begin.
    fn hold_in_reset(&mut self) {
        let held = |id: Id| id.reset_bit().is_some_and(|bit| self.resets.holds(bit));
        let of = |id: fn(usize) -> Id| [held(id(0)), held(id(1))];
        let (timers, uarts, spis, i2cs, plls) = (of(Id::Timer), of(Id::Uart), of(Id::Spi), of(Id::I2c), of(Id::Pll));
        let (io, pads, adc, pwm) = (held(Id::Io), held(Id::Pads), held(Id::Adc), held(Id::Pwm));
        for number in 0..2 {
            if timers[number] {
                self.timers[number] = Timer::new();
            }
            if uarts[number] {
                self.uarts[number] = Uart::new(number);
            }
            if spis[number] {
                self.spis[number] = Spi::new(number);
            }
            if i2cs[number] {
                self.i2cs[number] = I2c::new(number);
            }
            if plls[number] {
                self.plls[number] = Pll::new();
            }
        }
        if io {
            self.io = Io::new();
            self.wires.controls.fill(crate::blocks::io::CONTROL_RESET);
        }
        if pads {
            self.pads = Pads::new();
            self.wires.pads.fill(crate::blocks::pads::PAD_RESET);
        }
        if io || pads {
            self.wires.advance_to(self.now_ns);
            self.wires.release();
        }
        if held(Id::Dma) {
            self.dma = Dma::default();
        }
        if adc {
            self.adc = Adc::new();
        }
        if pwm {
            self.pwm = Pwm::new();
        }
        self.retime();
    }

    /// Finds the block of an address, and which of its aliases it is.
    fn find(&mut self, address: u32, size: usize, pc: u32) -> Option<(Id, u32, u32)> {
        let (id, offset, alias) = match address {
            PPB.. => (Id::Ppb, address - PPB, 0),
            SIO..PPB => (Id::Sio, address - SIO, 0),
            _ => match Id::at(address & !0x3fff) {
                Some(id) => {
                    self.cycles += PERIPHERAL_CYCLES;
                    (id, address & 0xfff, address >> 12 & 3)
                }
                None => return self.fail(Fault::Nowhere { address, pc }),
            },
        };
        if id.reset_bit().is_some_and(|bit| self.resets.holds(bit)) {
            return self.fail(Fault::InReset { name: named(id, offset), address, pc });
        }
        if size != 4 || !address.is_multiple_of(4) {
            return self.fail(Fault::Narrow { name: named(id, offset), address, pc });
        }
        Some((id, offset, alias))
    }

    fn fail<T>(&mut self, fault: Fault) -> Option<T> {
        self.fault.get_or_insert(fault);
        None
    }

    fn block(&mut self, id: Id) -> (&mut dyn Block, Cx<'_>) {
        let block: &mut dyn Block = match id {
            Id::Clocks => &mut self.clocks,
            Id::Psm => &mut self.psm,
            Id::Resets => &mut self.resets,
            Id::Io => &mut self.io,
            Id::Pads => &mut self.pads,
            Id::Crystal => &mut self.crystal,
            Id::Pll(number) => &mut self.plls[number],
            Id::Uart(number) => &mut self.uarts[number],
            Id::Spi(number) => &mut self.spis[number],
            Id::I2c(number) => &mut self.i2cs[number],
            Id::Adc => &mut self.adc,
            Id::Pwm => &mut self.pwm,
            Id::Timer(number) => &mut self.timers[number],
            Id::Watchdog => &mut self.watchdog,
            Id::Ticks => &mut self.ticks,
            Id::Sio => &mut self.sio,
            Id::Ppb => &mut self.ppb,
            Id::Rom => &mut self.rom,
            Id::Dma => &mut self.dma,
        };
        (block, Cx { now_ns: self.now_ns, rates: self.rates, wires: &mut self.wires })
    }
}

fn named(id: Id, offset: u32) -> String {
    let block = id.name();
    format!("{block} {}", names::register(block, offset))
}
