//! The chip with its processor, which Unicorn interprets.

use std::time::Duration;

use unicorn_engine::{Arch, ArmCpuModel, HookType, Mode, Prot, RegisterARM, Unicorn, uc_error};

use crate::blocks::rom::{self, Call};
use crate::boot::{self, BootError, FLASH, FLASH_BYTES};
use crate::chip::Chip;
use crate::fault::Fault;
use crate::flash::{self, FlashStep};
use crate::uf2::{self, Uf2Error};
use crate::wires::Wires;

/// RP2350 data sheet, section 2.2: the boot ROM, and 520 KiB of memory.
const ROM: (u64, u64) = (0, 0x8000);
const RAM: (u64, u64) = (0x2000_0000, 520 * 1024);
/// The peripherals of both buses, SIO, and the processor's own registers.
const REGISTERS: [(u64, u64); 3] = [(0x4000_0000, 0x1100_0000), (0xd000_0000, 0x10_0000), (0xe000_0000, 0x10_0000)];

/// An instruction of 16 bits is counted as a cycle and one of 32 bits as two: what the cache of the flash, branches and memory
/// cost is in it. The firmware's interpreter runs at about this rate.
const BYTES_PER_CYCLE: u64 = 2;

/// Why a run ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// What was waited for has come.
    Reached,
    /// The time is over.
    TimeOver,
    /// The power was cut in a write or an erase of the flash, as [`Machine::cut_power_after`] said.
    PowerCut,
    /// The program did what it must not.
    Fault(Fault),
}

/// A Pico 2: the chip, its flash, and what is soldered to its pins.
pub struct Machine {
    flash: Vec<u8>,
    chip: Chip,
}

/// What the hooks of Unicorn see.
struct Core {
    chip: Chip,
    /// Where the code that runs now begins.
    at: u32,
    /// When the run is over.
    until_ns: u64,
    stopped: bool,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine").finish_non_exhaustive()
    }
}

/// How often the caller of [`Machine::run`] is asked, in the chip's time.
const LOOK: Duration = Duration::from_millis(1);

impl Machine {
    /// Puts a chip with an erased flash on wires.
    pub fn new(wires: Wires) -> Machine {
        wires.forget();
        Machine { flash: vec![0xff; FLASH_BYTES], chip: Chip::new(wires) }
    }

    /// Drags a file to the drive of BOOTSEL.
    ///
    /// # Errors
    ///
    /// The boot ROM would not take the file.
    pub fn drop_uf2(&mut self, file: &[u8]) -> Result<(), Uf2Error> {
        uf2::load(file, &mut self.flash)
    }

    /// Writes to the flash, as a debug probe does. What lies past its end is left out.
    pub fn program(&mut self, address: u32, bytes: &[u8]) {
        let at = usize::try_from(address.wrapping_sub(FLASH)).unwrap_or(usize::MAX);
        self.flash.iter_mut().skip(at).zip(bytes).for_each(|(byte, new)| *byte = *new);
    }

    /// Returns what is on the pins.
    pub fn wires(&self) -> &Wires {
        &self.chip.wires
    }

    /// Returns the time since power came, in nanoseconds.
    pub fn now_ns(&self) -> u64 {
        self.chip.now_ns()
    }

    /// Returns how often the watchdog has reset the chip.
    pub fn bites(&self) -> u32 {
        self.chip.bites
    }

    /// Returns the flash.
    pub fn flash(&self) -> &[u8] {
        &self.flash
    }

    /// Cuts the power in an erase or a write of the flash, after `steps` more of them, when that one is so far done, in percent.
    pub fn cut_power_after(&mut self, steps: u32, percent: usize) {
        self.chip.cut = Some((steps, percent));
    }

    /// Returns the erases and writes of the flash that the program has done.
    pub fn flash_steps(&self) -> &[FlashStep] {
        &self.chip.flash_steps
    }

    /// Switches the power on, and runs until `done` says so, or for `time`. `done` is asked each millisecond of the chip's time. Another
    /// run is another power-on, with the same flash; time, trace and log go on.
    ///
    /// # Errors
    ///
    /// The boot ROM does not start what is in the flash.
    pub fn run(&mut self, time: Duration, done: impl FnMut(&Wires) -> bool) -> Result<End, BootError> {
        boot::start(&self.flash)?;
        self.chip.power_on();
        let until_ns = self.chip.now_ns().saturating_add(nanoseconds(time));
        self.chip.look_at(until_ns.min(self.chip.now_ns().saturating_add(nanoseconds(LOOK))));
        interpret(&mut self.flash, &mut self.chip, until_ns, done)
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Lends the chip to Unicorn, whose hooks own what they see.
fn interpret(
    flash: &mut [u8],
    chip: &mut Chip,
    until_ns: u64,
    done: impl FnMut(&Wires) -> bool,
) -> Result<End, BootError> {
    let core = Core { chip: Chip::new(Wires::new()), at: 0, until_ns, stopped: false };
    match Unicorn::new_with_data(Arch::ARM, Mode::THUMB | Mode::MCLASS, core) {
        Ok(mut machine) => {
            std::mem::swap(chip, &mut machine.get_data_mut().chip);
            let end = drive(&mut machine, flash, done);
            // What the program has written stays.
            let _ = machine.mem_read(u64::from(FLASH), flash);
            std::mem::swap(chip, &mut machine.get_data_mut().chip);
            end
        }
        Err(error) => Ok(End::Fault(Fault::Processor { why: format!("it cannot be started: {error:?}"), pc: 0 })),
    }
}

fn drive(
    machine: &mut Unicorn<'_, Core>,
    flash: &[u8],
    mut done: impl FnMut(&Wires) -> bool,
) -> Result<End, BootError> {
    if let Err(error) = set_up(machine, flash) {
        return Ok(End::Fault(Fault::Processor { why: format!("{error:?}"), pc: 0 }));
    }
    let mut pc = begin(machine, flash)?;
    loop {
        let result = machine.emu_start(u64::from(pc | 1), u64::MAX, 0, 0);
        pc = program_counter(machine);
        let core = machine.get_data_mut();
        core.chip.catch_up();
        if let Some(fault) = core.chip.fault.take() {
            return Ok(End::Fault(fault));
        }
        if let Err(error) = result {
            return Ok(End::Fault(Fault::Processor { why: format!("{error:?}"), pc }));
        }
        let (now_ns, stopped) = (core.chip.now_ns(), std::mem::take(&mut core.stopped));
        if core.chip.has_lost_power {
            core.chip.has_lost_power = false;
            return Ok(End::PowerCut);
        }
        if core.chip.is_reset() {
            core.chip.restart();
            pc = begin(machine, flash)?;
        } else if !stopped {
            // Waiting for an interrupt or an event, of which there are none: only the watchdog ends it.
            core.chip.spend(100);
        }
        let core = machine.get_data_mut();
        if now_ns >= core.chip.look_ns {
            core.chip.look_at(now_ns.saturating_add(nanoseconds(LOOK)).min(core.until_ns));
            core.chip.wires.advance_to(now_ns);
            if done(&core.chip.wires) {
                return Ok(End::Reached);
            }
        }
        if now_ns >= core.until_ns {
            return Ok(End::TimeOver);
        }
    }
}

/// Does what the boot ROM does last, and returns where the program begins.
fn begin(machine: &mut Unicorn<'_, Core>, flash: &[u8]) -> Result<u32, BootError> {
    let start = boot::start(flash)?;
    // Memory keeps what it had over a reset by the watchdog; registers begin anew.
    for register in [RegisterARM::PRIMASK, RegisterARM::BASEPRI, RegisterARM::FAULTMASK, RegisterARM::CONTROL] {
        let _ = machine.reg_write(register, 0);
    }
    let _ = machine.reg_write(RegisterARM::SP, u64::from(start.stack));
    Ok(start.pc)
}

fn program_counter(machine: &Unicorn<'_, Core>) -> u32 {
    machine.reg_read(RegisterARM::PC).ok().and_then(|pc| u32::try_from(pc).ok()).unwrap_or(0)
}

fn set_up(machine: &mut Unicorn<'_, Core>, flash: &[u8]) -> Result<(), uc_error> {
    machine.ctl_set_cpu_model(ArmCpuModel::CORTEX_M33 as i32)?;
    machine.mem_map(ROM.0, ROM.1, Prot::READ | Prot::EXEC)?;
    machine.mem_map(u64::from(FLASH), u64::try_from(FLASH_BYTES).unwrap_or(0), Prot::READ | Prot::EXEC)?;
    machine.mem_map(RAM.0, RAM.1, Prot::ALL)?;
    machine.mem_write(u64::from(FLASH), flash)?;
    machine.mem_write(ROM.0, &rom::image())?;
    for (base, size) in REGISTERS {
        machine.mmio_map(
            base,
            size,
            Some(move |machine: &mut Unicorn<'_, Core>, offset: u64, size: usize| {
                let core = machine.get_data_mut();
                let value = core.chip.read(address(base, offset), size, core.at);
                // Before the program can look for it.
                for (address, byte) in machine.get_data_mut().chip.dma.take_moved() {
                    let _ = machine.mem_write(u64::from(address), &[byte]);
                }
                u64::from(value)
            }),
            Some(move |machine: &mut Unicorn<'_, Core>, offset: u64, size: usize, value: u64| {
                let core = machine.get_data_mut();
                let value = u32::try_from(value & 0xffff_ffff).unwrap_or(0);
                core.chip.write(address(base, offset), size, value, core.at);
                if let Some(call) = core.chip.rom.take() {
                    change_flash(machine, call);
                }
            }),
        )?;
    }
    machine.add_block_hook(1, 0, |machine, address, size| {
        let core = machine.get_data_mut();
        core.at = u32::try_from(address).unwrap_or(0);
        if core.chip.no_flash && (FLASH..FLASH + 0x0400_0000).contains(&core.at) {
            core.chip.fault.get_or_insert(Fault::NoFlash { pc: core.at });
        }
        if core.chip.spend(u64::from(size) / BYTES_PER_CYCLE) {
            core.chip.catch_up();
        }
        stop_if_due(machine);
    })?;
    machine.add_intr_hook(|machine, number| {
        let pc = program_counter(machine);
        let core = machine.get_data_mut();
        core.chip.fault.get_or_insert(Fault::Exception { number, pc });
        let _ = machine.emu_stop();
    })?;
    machine.add_insn_invalid_hook(has_yielded)?;
    let invalid = HookType::MEM_UNMAPPED | HookType::MEM_PROT;
    machine.add_mem_hook(invalid, 1, 0, |machine, kind, address, _, _| {
        let pc = program_counter(machine);
        let why = format!("{kind:?} at {address:#010x}");
        machine.get_data_mut().chip.fault.get_or_insert(Fault::Processor { why, pc });
        false
    })?;
    Ok(())
}

/// Does what a program asks of the boot ROM.
fn change_flash(machine: &mut Unicorn<'_, Core>, call: Call) {
    let mut data = Vec::new();
    match call {
        Call::Exit => machine.get_data_mut().chip.no_flash = true,
        Call::Enter => machine.get_data_mut().chip.no_flash = false,
        Call::Erase { .. } => {}
        Call::Program { data: from, len, .. } => {
            data.resize(usize::try_from(len).unwrap_or(0), 0xff);
            let _ = machine.mem_read(u64::from(from), &mut data);
        }
    }
    for step in flash::steps(call, &data) {
        let chip = &mut machine.get_data_mut().chip;
        if chip.has_lost_power {
            return;
        }
        let mut percent = 100;
        if let Some((left, at)) = chip.cut {
            chip.cut = left.checked_sub(1).map(|left| (left, at));
            if left == 0 {
                (chip.has_lost_power, percent) = (true, at);
            }
        }
        chip.pass(step.takes_ns());
        chip.flash_steps.push(step.clone());
        // The whole flash is the slice that a step applies to: only its place is looked at.
        let (at, len) = step.place();
        let mut flash = vec![0xff; at + len];
        let place = u64::from(FLASH) + u64::try_from(at).unwrap_or(0);
        if let Some(part) = flash.get_mut(at..) {
            let _ = machine.mem_read(place, part);
        }
        step.apply(&mut flash, percent);
        let _ = machine.mem_write(place, flash.get(at..).unwrap_or_default());
    }
}

/// Whether what Unicorn calls an invalid instruction is YIELD, which it stops at as QEMU does to give another core its turn. On this
/// chip it does nothing. Arm DDI 0553, "YIELD": a hint. It ends its block, so that an instruction that is really invalid begins one.
fn has_yielded(machine: &mut Unicorn<'_, Core>) -> bool {
    const YIELD: [u8; 2] = [0x10, 0xbf];
    let (pc, mut before) = (program_counter(machine), [0; 2]);
    let read = machine.mem_read(u64::from(pc.wrapping_sub(2)), &mut before);
    read.is_ok() && before == YIELD && machine.get_data().at < pc
}

fn address(base: u64, offset: u64) -> u32 {
    u32::try_from(base + offset).unwrap_or(u32::MAX)
}

/// Leaves the interpreter where the chip was reset, something went wrong, or somebody is to be asked.
fn stop_if_due(machine: &mut Unicorn<'_, Core>) {
    let core = machine.get_data_mut();
    let now_ns = core.chip.now_ns();
    if core.chip.fault.is_some()
        || core.chip.has_lost_power
        || core.chip.watchdog.has_bitten
        || now_ns >= core.chip.look_ns
    {
        core.stopped = true;
        let _ = machine.emu_stop();
    }
}
