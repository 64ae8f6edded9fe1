//! A guest that calls whatever a script says, with whatever arguments: the imports as they are below every language.

mod functions;

use std::fmt::Write as _;
use std::sync::LazyLock;

use wasm_embedded_host::{HalCtx, lowered};
use wasm_embedded_runtime::engine::{EngineOptions, engine};
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};
use wasmtime::{Engine, Module, Store};

pub(crate) use self::functions::{ArgumentKind, Call};

/// Where the script is in the guest's memory.
const BASE: u32 = 0x1_0000;
/// The length of what comes before the records.
const HEADER: u32 = 16;
/// The length of a record: which function, which arguments are addresses, and eight arguments.
const RECORD: u32 = 80;
/// The most arguments of a function.
const ARGUMENTS: usize = 9;
/// The most records of a script.
pub(crate) const RECORDS: u32 = 64;

/// Calls, and what they need in memory.
#[derive(Debug)]
pub(crate) struct Script {
    records: Vec<u8>,
    data: Vec<u8>,
}

/// An argument of a function.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arg {
    Value(u64),
    /// What is at this address when the call is made.
    At(u32),
}

/// The bytes that a guest may hand over in one call beside those of a transaction: as `wasm_embedded_runtime` has it.
const CALL_BYTES: u32 = 64 << 10;

/// How the guest's calls come to the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// As those of a component.
    Component,
    /// Lowered, as those of the component's core modules.
    Lowered,
}

/// What a script left in the guest's memory.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Memory(Vec<u8>);

impl Script {
    pub(crate) fn new() -> Script {
        Script { records: Vec::new(), data: Vec::new() }
    }

    /// Returns whether no record fits any more.
    pub(crate) fn is_full(&self) -> bool {
        self.records.len() >= to_usize(RECORDS * RECORD)
    }

    /// Puts bytes into the guest's memory, and returns their address, which is divisible by eight.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> u32 {
        self.data.resize(self.data.len().next_multiple_of(8), 0);
        let address = BASE + HEADER + RECORDS * RECORD + to_u32(self.data.len());
        self.data.extend_from_slice(bytes);
        address
    }

    /// Adds a call, and returns the address of its result. The address of the result is not among `args`.
    pub(crate) fn call(&mut self, call: Call, args: &[Arg]) -> u32 {
        let result = self.put(&[0; 32]);
        self.call_into(call, args, result);
        result
    }

    /// Adds a call with its result at an address.
    pub(crate) fn call_into(&mut self, call: Call, args: &[Arg], result: u32) {
        let mut record = [0; RECORD as usize];
        let result = [Arg::Value(result.into())];
        let args = if call.has_result() { [args, &result].concat() } else { args.to_vec() };
        assert_eq!(args.len(), call.core_params().len(), "arguments of {call:?}");
        record[..4].copy_from_slice(&call.index().to_le_bytes());
        let mut indirect = 0_u32;
        for (index, arg) in args.iter().enumerate() {
            let value = match *arg {
                Arg::Value(value) => value,
                Arg::At(address) => {
                    indirect |= 1 << index;
                    address.into()
                }
            };
            record[8 + index * 8..][..8].copy_from_slice(&value.to_le_bytes());
        }
        record[4..8].copy_from_slice(&indirect.to_le_bytes());
        self.records.extend_from_slice(&record);
    }

    /// Runs the script in a guest of its own over `hal`, whose transactions are of at most so many bytes. Returns what is in the
    /// guest's memory then.
    pub(crate) fn run_as(&self, way: Way, hal: HalCtx, transaction_bytes: u32) -> wasmtime::Result<Memory> {
        match way {
            Way::Component => self.run_within(hal, Some(transaction_bytes)),
            Way::Lowered => self.run_lowered(hal),
        }
    }

    /// Runs the script as [`Script::run_as`] does, as a component.
    pub(crate) fn run(&self, hal: HalCtx) -> wasmtime::Result<Memory> {
        self.run_within(hal, None)
    }

    /// Returns the script as it is in memory.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&(to_u32(self.records.len()) / RECORD).to_le_bytes());
        bytes.resize(to_usize(HEADER), 0);
        bytes.extend_from_slice(&self.records);
        bytes.resize(to_usize(HEADER + RECORDS * RECORD), 0);
        bytes.extend_from_slice(&self.data);
        bytes
    }

    fn run_within(&self, hal: HalCtx, transaction_bytes: Option<u32>) -> wasmtime::Result<Memory> {
        let Guest { engine, before, run, .. } = &*GUEST;
        let mut store = Store::new(engine, hal);
        if let Some(bytes) = transaction_bytes {
            store.set_hostcall_fuel(to_usize(bytes + CALL_BYTES));
        }
        let instance = before.instantiate(&mut store)?;
        let run = instance.get_typed_func::<(&[u8],), (Vec<u8>,)>(&mut store, run)?;
        Ok(Memory(run.call(&mut store, (&self.bytes(),))?.0))
    }

    /// Runs the script in the core modules of the guest, as the engine runs them in the component.
    fn run_lowered(&self, hal: HalCtx) -> wasmtime::Result<Memory> {
        let Guest { engine, memory, main, hal: functions, .. } = &*GUEST;
        let mut store = Store::new(engine, hal);
        let mut linker = wasmtime::Linker::new(engine);
        let memory = linker.instantiate(&mut store, memory)?;
        lowered::attach(&memory, &mut store)?;
        linker.instance(&mut store, "memory", memory)?;
        for (index, call) in Call::ALL.iter().enumerate() {
            let interface = format!("wasm-embedded:hal/{}@0.5.0", call.instance());
            let dropped = call.dropped().map(|resource| format!("[resource-drop]{resource}"));
            let name = dropped.as_deref().unwrap_or(call.name());
            let function = functions.get(&mut store, &interface, name)?;
            linker.define(&store, "hal", &format!("f{index}"), function)?;
        }
        let main = linker.instantiate(&mut store, main)?;
        let bytes = self.bytes();
        let allocate = memory.get_typed_func::<(u32, u32, u32, u32), u32>(&mut store, "cabi_realloc")?;
        let len = to_u32(bytes.len());
        let at = allocate.call(&mut store, (0, 0, 1, len))?;
        let memory = memory.get_memory(&mut store, "memory").ok_or_else(|| wasmtime::Error::msg("no memory"))?;
        memory.write(&mut store, to_usize(at), &bytes)?;
        main.get_typed_func::<(u32, u32), u32>(&mut store, "run")?.call(&mut store, (at, len))?;
        let word =
            |place: usize| memory.data(&store)[place..].first_chunk().map_or(0, |word| u32::from_le_bytes(*word));
        let (at, len) = (to_usize(word(0)), to_usize(word(4)));
        Ok(Memory(memory.data(&store)[at..at + len].to_vec()))
    }
}

impl Memory {
    /// Returns so many bytes at an address.
    pub(crate) fn bytes(&self, address: u32, len: u32) -> &[u8] {
        let start = to_usize(address - BASE);
        &self.0[start..start + to_usize(len)]
    }

    pub(crate) fn byte(&self, address: u32) -> u8 {
        self.bytes(address, 1)[0]
    }

    pub(crate) fn u32(&self, address: u32) -> u32 {
        let bytes = self.bytes(address, 4);
        u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }
}

/// The guest, compiled.
struct Guest {
    engine: Engine,
    before: InstancePre<HalCtx>,
    run: ComponentExportIndex,
    /// Its core modules: what has the memory, and what calls.
    memory: Module,
    main: Module,
    /// What the latter imports.
    hal: wasmtime::Linker<HalCtx>,
}

static GUEST: LazyLock<Guest> = LazyLock::new(|| {
    let load = || -> wasmtime::Result<Guest> {
        let engine = engine(EngineOptions { interruptible: false, ..EngineOptions::default() })?;
        let component = Component::new(&engine, wat::parse_str(text())?)?;
        let mut linker = Linker::<HalCtx>::new(&engine);
        wasm_embedded_host::add_to_linker::<HalCtx>(&mut linker)?;
        let run = component.get_export_index(None, "run").ok_or_else(|| wasmtime::Error::msg("no `run`"))?;
        let (memory, _) = include_str!("guest/memory.wat").rsplit_once("(core instance").unwrap_or_default();
        let memory = Module::new(&engine, wat::parse_str(memory.replace("(core module $memory", "(module"))?)?;
        let main = Module::new(&engine, wat::parse_str(format!("(module\n{})", main_module()))?)?;
        let mut hal = wasmtime::Linker::new(&engine);
        lowered::add_to_linker(&mut hal)?;
        Ok(Guest { before: linker.instantiate_pre(&component)?, engine, run, memory, main, hal })
    };
    load().unwrap_or_else(|error| panic!("the guest cannot be loaded: {error:?}"))
});

/// Returns the text of the component.
pub(crate) fn text() -> String {
    let mut text = format!("(component\n{}{}", include_str!("guest/imports.wat"), include_str!("guest/memory.wat"));
    let mut with = String::new();
    for (index, call) in Call::ALL.iter().enumerate() {
        let (instance, name) = (call.instance(), call.name());
        // Writing to memory does not fail.
        let _ = match call.dropped() {
            Some(resource) => writeln!(
                text,
                "  (alias export ${instance} \"{resource}\" (type $t{index}))\n  (core func $f{index} (canon resource.drop \
                 $t{index}))"
            ),
            None => writeln!(
                text,
                "  (core func $f{index} (canon lower (func ${instance} \"{name}\") (memory (core memory $memory \"memory\")) \
                 (realloc (core func $memory \"cabi_realloc\"))))"
            ),
        };
        let _ = write!(with, " (export \"f{index}\" (func $f{index}))");
    }
    let _ = write!(
        text,
        "  (core module $main\n{})\n  (core instance $main (instantiate $main (with \"memory\" (instance $memory)) (with \"hal\" \
         (instance{with}))))\n  (func (export \"run\") (param \"script\" (list u8)) (result (list u8)) (canon lift (core func \
         $main \"run\") (memory (core memory $memory \"memory\")) (realloc (core func $memory \"cabi_realloc\")))))\n",
        main_module(),
    );
    text
}

/// Returns what is in the core module that calls.
fn main_module() -> String {
    let (mut imports, mut functions, mut elements) = (String::new(), String::new(), String::new());
    for (index, call) in Call::ALL.iter().enumerate() {
        let params = call.core_params();
        assert!(params.len() <= ARGUMENTS);
        let (mut types, mut args) = (String::new(), String::new());
        // Writing to memory does not fail.
        for (position, param) in params.iter().enumerate() {
            let _ = write!(types, " {param}");
            let arg = format!("(call $arg (local.get 0) (i32.const {position}))");
            let _ = write!(args, " {}", if *param == "i64" { arg } else { format!("(i32.wrap_i64 {arg})") });
        }
        let result = call.core_result().map_or(String::new(), |result| format!(" (result {result})"));
        let _ = writeln!(imports, "    (import \"hal\" \"f{index}\" (func $f{index} (param{types}){result}))");
        let calls = format!("(call $f{index}{args})");
        let calls = if result.is_empty() { calls } else { format!("(drop {calls})") };
        let _ = writeln!(functions, "    (func $op{index} (param i32) {calls})");
        let _ = write!(elements, " $op{index}");
    }
    let main = include_str!("guest/main.wat");
    format!("{imports}{main}{functions}    (table funcref (elem{elements}))")
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn to_u32(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
