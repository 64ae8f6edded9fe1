//! The rules of the canonical ABI that the host itself keeps for guests whose calls come in lowered: whatever breaks one is a trap,
//! and what is wrong with arguments leaves the wires alone.

use std::sync::{Arc, Mutex};

use embedded_hal::i2c::Operation;
use wasm_embedded_host::{HalCtx, I2cGrant, Limits, PinGrant, digital, i2c, lowered, spi};
use wasmtime::{Config, Engine, Instance, Linker, Module, Result, Store};

/// What reached the hardware.
#[derive(Clone, Default)]
struct Wires(Arc<Mutex<Vec<String>>>);

impl Wires {
    fn note(&self, event: String) {
        self.0.lock().expect("no test panics with it").push(event);
    }

    fn seen(&self) -> Vec<String> {
        self.0.lock().expect("no test panics with it").clone()
    }
}

impl i2c::Bus for Wires {
    fn transaction(&mut self, address: i2c::Address, operations: &mut [Operation<'_>]) -> Result<(), i2c::Error> {
        self.note(format!("{address}: {} operations", operations.len()));
        for operation in operations {
            if let Operation::Read(buffer) = operation {
                buffer.fill(7);
            }
        }
        Ok(())
    }
}

impl spi::Bus for Wires {
    fn run(&mut self, _: &mut [embedded_hal::spi::Operation<'_, u8>]) -> Result<(), spi::Error> {
        self.note("spi".to_owned());
        Ok(())
    }
}

impl digital::Output for Wires {
    fn set(&mut self, level: digital::Level) -> Result<(), digital::Error> {
        self.note(format!("{level:?}"));
        Ok(())
    }
}

/// What every guest here imports and has. It opens the bus, whose handle is 1, and the pin, whose handle is 2.
const GUEST: &str = r#"
    (import "wasm-embedded:hal/i2c@0.5.0" "[static]bus.open" (func $open-bus (param i32 i32 i32)))
    (import "wasm-embedded:hal/i2c@0.5.0" "[resource-drop]bus" (func $drop-bus (param i32)))
    (import "wasm-embedded:hal/i2c@0.5.0" "[method]bus.read" (func $read (param i32 i32 i32 i32 i32)))
    (import "wasm-embedded:hal/i2c@0.5.0" "[method]bus.write" (func $write (param i32 i32 i32 i32 i32 i32)))
    (import "wasm-embedded:hal/i2c@0.5.0" "[method]bus.transaction" (func $list (param i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "wasm-embedded:hal/digital@0.5.0" "[static]output-pin.open" (func $open-pin (param i32 i32 i32)))
    (import "wasm-embedded:hal/digital@0.5.0" "[method]output-pin.set" (func $set (param i32 i32 i32)))
    (import "wasm-embedded:hal/log@0.5.0" "print" (func $print (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "bus" "MOTOR" "\ff\fe")
    (func $open
      (call $open-bus (i32.const 0) (i32.const 3) (i32.const 64))
      (call $open-pin (i32.const 3) (i32.const 5) (i32.const 72)))
"#;

/// An allocator that always gives the same place.
const ALLOCATOR: &str = r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))"#;

/// Starts a guest and runs it. Returns how it ended, its memory, and what reached the hardware.
fn run(allocator: &str, body: &str) -> (Result<()>, Vec<u8>, Vec<String>) {
    let mut config = Config::new();
    config.concurrency_support(false);
    let engine = Engine::new(&config).expect("the engine takes this configuration");
    let text = format!("(module {GUEST} {allocator} (func (export \"go\") (call $open) {body}))");
    let module = Module::new(&engine, wat::parse_str(text).expect("the text is a module")).expect("it is valid");
    let mut linker = Linker::new(&engine);
    lowered::add_to_linker(&mut linker).expect("links");
    let wires = Wires::default();
    let mut hal = HalCtx::builder();
    hal.i2c("bus", wires.clone(), I2cGrant::none().allow(0x76)).output("MOTOR", wires.clone(), PinGrant::default());
    hal.limits(Limits::default().transaction_bytes(256));
    let mut store = Store::new(&engine, hal.build());
    let guest = linker.instantiate_pre(&module).expect("every import is there with its type");
    let instance: Instance = lowered::instantiate(&guest, &mut store).expect("it begins");
    let go = instance.get_typed_func::<(), ()>(&mut store, "go").expect("it is exported");
    let ended = go.call(&mut store, ());
    let memory = instance.get_memory(&mut store, lowered::MEMORY).expect("it is exported");
    (ended, memory.data(&store).to_vec(), wires.seen())
}

/// Checks that a guest traps so, before anything reached the hardware.
fn breaks(body: &str, why: &str) {
    let (ended, _, wires) = run(ALLOCATOR, body);
    let error = ended.expect_err(body);
    assert_eq!(error.root_cause().to_string(), why, "{body}");
    assert!(wires.is_empty(), "{body}: {wires:?}");
}

#[test]
fn a_call_that_keeps_the_rules_is_made_and_answered() {
    let (ended, memory, wires) = run(
        ALLOCATOR,
        "(call $read (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 3) (i32.const 128))
         (call $set (i32.const 2) (i32.const 1) (i32.const 144))",
    );
    ended.expect("it returns");
    assert_eq!(wires, ["0x76: 1 operations", "High"]);
    assert_eq!(memory[128], 0, "a success");
    assert_eq!((&memory[132..140], &memory[1024..1028]), (&[0, 4, 0, 0, 3, 0, 0, 0][..], &[7, 7, 7, 0][..]));
    assert_eq!((memory[64], memory[68], memory[72], memory[76]), (0, 1, 0, 2), "the handles");
}

#[test]
fn a_list_past_the_end_of_the_memory_is_a_trap() {
    for (at, len) in [(65_536, 1), (65_530, 7), (-1, 1), (0, -1), (-1, -1), (65_537, 0)] {
        let body = format!(
            "(call $write (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const {at}) (i32.const {len}) (i32.const 128))"
        );
        breaks(&body, "list pointer/length out of bounds of memory");
    }
}

#[test]
fn a_list_of_records_that_is_not_aligned_is_a_trap() {
    breaks(
        "(call $list (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 130) (i32.const 1) (i32.const 0) (i32.const 0)
         (i32.const 128))",
        "list pointer is not aligned",
    );
}

#[test]
fn records_that_are_more_than_can_be_counted_are_a_trap() {
    breaks(
        "(call $list (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 0) (i32.const 0x20000001) (i32.const 0)
         (i32.const 0) (i32.const 128))",
        "list pointer/length out of bounds of memory",
    );
}

#[test]
fn more_bytes_than_a_call_may_hand_over_are_a_trap() {
    let (ended, _, wires) = run(
        ALLOCATOR,
        "(drop (memory.grow (i32.const 8)))
         (call $write (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 0) (i32.const 70000) (i32.const 128))",
    );
    assert!(ended.expect_err("it is too much").is::<lowered::TooManyBytes>());
    assert!(wires.is_empty(), "{wires:?}");
}

#[test]
fn a_text_past_the_end_and_one_that_is_no_utf_8_are_traps() {
    breaks("(call $print (i32.const 65536) (i32.const 1))", "string pointer/length out of bounds of memory");
    breaks(
        "(call $open-bus (i32.const -4) (i32.const 8) (i32.const 128))",
        "string pointer/length out of bounds of memory",
    );
    breaks("(call $print (i32.const 8) (i32.const 2))", "invalid utf-8 sequence of 1 bytes from index 0");
    breaks(
        "(call $open-bus (i32.const 8) (i32.const 2) (i32.const 128))",
        "invalid utf-8 sequence of 1 bytes from index 0",
    );
}

#[test]
fn a_number_that_is_no_handle_is_a_trap() {
    for number in [0, 3, -1] {
        let body = format!("(call $set (i32.const {number}) (i32.const 1) (i32.const 128))");
        breaks(&body, &format!("unknown handle index {}", u32::from_ne_bytes(i32::to_ne_bytes(number))));
    }
}

#[test]
fn a_handle_of_another_kind_is_a_trap() {
    let why = "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined \
               resource";
    breaks("(call $set (i32.const 1) (i32.const 1) (i32.const 128))", why);
    breaks("(call $drop-bus (i32.const 2))", &why.replace("index 1", "index 2"));
}

#[test]
fn a_handle_that_was_dropped_is_a_trap_and_its_number_is_given_again() {
    breaks("(call $drop-bus (i32.const 1)) (call $drop-bus (i32.const 1))", "unknown handle index 1");
    breaks(
        "(call $drop-bus (i32.const 1)) (call $read (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 3) (i32.const 128))",
        "unknown handle index 1",
    );
    let (ended, memory, _) =
        run(ALLOCATOR, "(call $drop-bus (i32.const 1)) (call $open-bus (i32.const 0) (i32.const 3) (i32.const 128))");
    ended.expect("it returns");
    assert_eq!((memory[128], memory[132]), (0, 1));
}

#[test]
fn a_number_that_is_no_case_is_a_trap() {
    breaks("(call $set (i32.const 2) (i32.const 2) (i32.const 128))", "unexpected discriminant: 2");
    breaks(
        "(call $read (i32.const 1) (i32.const 2) (i32.const 0x76) (i32.const 3) (i32.const 128))",
        "unexpected discriminant: 2",
    );
    breaks(
        "(i32.store8 (i32.const 256) (i32.const 9))
         (call $list (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 256) (i32.const 1) (i32.const 0) (i32.const 0)
           (i32.const 128))",
        "unexpected discriminant: 9",
    );
}

#[test]
fn a_place_for_a_result_is_looked_at_after_the_call_as_for_components() {
    for (to, why) in [(130, "pointer not aligned"), (65_528, "pointer out of bounds"), (-4, "pointer out of bounds")] {
        let body = format!("(call $read (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 3) (i32.const {to}))");
        let (ended, _, wires) = run(ALLOCATOR, &body);
        assert_eq!(ended.expect_err("no place").root_cause().to_string(), why);
        assert_eq!(wires, ["0x76: 1 operations"]);
    }
}

#[test]
fn a_memory_that_grows_during_a_call_is_the_one_that_is_written() {
    let allocator = r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (drop (memory.grow (i32.const 1))) (i32.const 65536))"#;
    let body = "(call $read (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 3) (i32.const 128))";
    let (ended, memory, _) = run(allocator, body);
    ended.expect("it returns");
    assert_eq!((memory.len(), &memory[65_536..65_540]), (131_072, &[7, 7, 7, 0][..]));
}

#[test]
fn what_is_allocated_past_the_end_is_a_trap() {
    let body = "(call $read (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 3) (i32.const 128))";
    for at in [65_534, 65_537, -1] {
        let allocator =
            format!(r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const {at}))"#);
        let (ended, ..) = run(&allocator, body);
        assert_eq!(ended.expect_err("no room").root_cause().to_string(), "realloc return: beyond end of memory");
    }
}

#[test]
fn an_allocator_that_calls_the_host_is_a_trap() {
    for call in [
        "(call $set (i32.const 2) (i32.const 1) (i32.const 160))",
        "(call $print (i32.const 0) (i32.const 3))",
        "(call $drop-bus (i32.const 1))",
        "(call $read (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 3) (i32.const 128))",
    ] {
        let allocator =
            format!(r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {call} (i32.const 1024))"#);
        let body = "(call $read (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 3) (i32.const 128))";
        let (ended, _, wires) = run(&allocator, body);
        let error = ended.expect_err("it may not leave");
        assert_eq!(error.downcast_ref(), Some(&wasmtime::Trap::CannotLeaveComponent), "{call}: {error:?}");
        assert_eq!(wires, ["0x76: 1 operations"], "{call}");
    }
}

#[test]
fn a_trap_of_the_allocator_ends_the_guest() {
    let allocator = r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (unreachable))"#;
    let body = "(call $read (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 3) (i32.const 128))";
    let (ended, ..) = run(allocator, body);
    assert_eq!(ended.expect_err("it traps").downcast_ref(), Some(&wasmtime::Trap::UnreachableCodeReached));
}

/// Reads three bytes with a place for the reply at 256: where it says that the bytes go, and how many there may be.
fn read_into(global: i32, at: i32, len: i32) -> (Result<()>, Vec<u8>) {
    let parts = format!(
        r#"(global (export "{}") i32 (i32.const {global}))
           (func (export "cabi_import_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 2048))"#,
        lowered::PLACE
    );
    let body = format!(
        "(i32.store (i32.const 256) (i32.const {at})) (i32.store (i32.const 260) (i32.const {len}))
         (call $read (i32.const 1) (i32.const 0) (i32.const 0x76) (i32.const 3) (i32.const 128))"
    );
    let (ended, memory, _) = run(&parts, &body);
    (ended, memory)
}

#[test]
fn a_reply_goes_where_the_guest_says_beforehand_and_only_once() {
    let (ended, memory) = read_into(256, 1024, 3);
    ended.expect("it returns");
    assert_eq!((&memory[132..140], &memory[1024..1028]), (&[0, 4, 0, 0, 3, 0, 0, 0][..], &[7, 7, 7, 0][..]));
    assert_eq!((&memory[256..264], memory[2048]), (&[0, 0, 0, 0, 3, 0, 0, 0][..], 0), "the place is taken");
}

#[test]
fn the_allocator_is_asked_where_the_guest_says_no_place_or_one_that_is_too_small() {
    for (global, at, len) in
        [(256, 0, 3), (256, 1024, 2), (65_536, 1024, 3), (65_532, 1024, 3), (-1, 1024, 3), (257, 1024, 3)]
    {
        let (ended, memory) = read_into(global, at, len);
        ended.expect("it returns");
        assert_eq!((&memory[2048..2052], memory[1024]), (&[7, 7, 7, 0][..], 0), "{at} of {len} bytes, at {global}");
    }
}

#[test]
fn a_place_past_the_end_of_the_memory_is_a_trap() {
    for at in [65_534, 65_536, -1] {
        let (ended, _) = read_into(256, at, 3);
        assert_eq!(ended.expect_err("no room").root_cause().to_string(), "realloc return: beyond end of memory");
    }
    read_into(256, 65_533, 3).0.expect("just inside");
}

#[test]
fn nothing_is_allocated_for_a_reply_that_is_an_error() {
    let allocator = r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (unreachable))"#;
    let body = "(call $read (i32.const 1) (i32.const 0) (i32.const 0x77) (i32.const 3) (i32.const 128))";
    let (ended, memory, wires) = run(allocator, body);
    ended.expect("it returns");
    assert_eq!((memory[128], memory[132]), (1, 7), "denied: the address is not granted");
    assert!(wires.is_empty(), "{wires:?}");
}

#[test]
fn every_function_of_the_package_is_there_lowered() {
    let mut config = Config::new();
    config.concurrency_support(false);
    let engine = Engine::new(&config).expect("the engine takes this configuration");
    let mut linker = Linker::<HalCtx>::new(&engine);
    lowered::add_to_linker(&mut linker).expect("links");
    let mut store = Store::new(&engine, HalCtx::builder().build());
    let component = wasmtime::component::Component::new(&engine, include_bytes!("every-call.wasm")).expect("compiles");
    let mut functions = 0;
    for (interface, item) in component.component_type().imports(&engine) {
        let wasmtime::component::types::ComponentItem::ComponentInstance(instance) = item.ty else { continue };
        for (name, item) in instance.exports(&engine) {
            let name = match item.ty {
                wasmtime::component::types::ComponentItem::ComponentFunc(_) => name.to_owned(),
                wasmtime::component::types::ComponentItem::Resource(_) => format!("[resource-drop]{name}"),
                _ => continue,
            };
            assert!(linker.get(&mut store, interface, &name).is_ok(), "{interface} {name}");
            functions += 1;
        }
    }
    assert!(functions > 50, "{functions}");
}
