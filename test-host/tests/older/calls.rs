//! Guests of the 0.4 family as lists of calls: a module in text, which calls each function and compares what it returned.

use std::fmt::Write as _;

/// Where a guest has the handle of its n-th device.
pub(crate) fn slot(number: i32) -> i32 {
    0x100 + 4 * number
}

/// One step of a guest.
pub(crate) enum Step {
    /// Calls a function; the first argument may be the handle in a slot.
    Call { module: &'static str, name: &'static str, handle: Option<i32>, arguments: Vec<i32>, wanted: i32 },
    /// Stores bytes at 0x1000 + an offset.
    Store(i32, &'static [u8]),
    /// Demands bytes there.
    Demand(i32, &'static [u8]),
    /// Makes `{ pointer, length }` at an address.
    Bytes(i32, i32, i32),
}

pub(crate) fn init(module: &'static str, arguments: &[i32], number: i32, wanted: i32) -> Step {
    let arguments = [arguments, &[slot(number)]].concat();
    Step::Call { module, name: "init", handle: None, arguments, wanted }
}

pub(crate) fn call(module: &'static str, name: &'static str, number: i32, arguments: &[i32], wanted: i32) -> Step {
    Step::Call { module, name, handle: Some(slot(number)), arguments: arguments.to_vec(), wanted }
}

/// How many parameters a function of a module has, the pointer for its result included.
const FUNCTIONS: [(&str, &str, usize); 22] = [
    ("i2c", "init", 5),
    ("i2c", "deinit", 1),
    ("i2c", "read", 3),
    ("i2c", "write", 3),
    ("i2c", "write_read", 4),
    ("spi", "init", 7),
    ("spi", "deinit", 1),
    ("spi", "read", 2),
    ("spi", "write", 2),
    ("spi", "transfer", 3),
    ("spi", "transfer_inplace", 2),
    ("spi", "exec", 2),
    ("uart", "init", 5),
    ("uart", "deinit", 1),
    ("uart", "read", 3),
    ("uart", "write", 3),
    ("gpio", "init", 4),
    ("gpio", "deinit", 1),
    ("gpio", "set", 2),
    ("gpio", "get", 2),
    ("wasi_snapshot_preview1", "proc_exit", 1),
    ("wasi_snapshot_preview1", "fd_write", 4),
];

/// Writes a guest as text. It has two pages of memory.
pub(crate) fn guest(steps: &[Step]) -> String {
    let mut imports = String::new();
    for (module, name, count) in FUNCTIONS {
        let used = module.starts_with("wasi")
            || steps
                .iter()
                .any(|step| matches!(step, Step::Call { module: m, name: n, .. } if *m == module && *n == name));
        if used {
            let parameters = "i32 ".repeat(count);
            let result = if name == "proc_exit" { "" } else { "(result i32)" };
            let _ = writeln!(
                imports,
                "(import \"{module}\" \"{name}\" (func ${module}-{name} (param {parameters}) {result}))"
            );
        }
    }
    let mut body = String::new();
    for (number, step) in (1..).zip(steps) {
        let mut demand = |got: String, wanted: i32| {
            let _ = writeln!(body, "(if (i32.ne {got} (i32.const {wanted})) (then (call $fail (i32.const {number}))))");
        };
        match step {
            Step::Call { module, name, handle, arguments, wanted } => {
                let handle = handle.map(|at| format!("(i32.load (i32.const {at}))")).unwrap_or_default();
                let arguments: String = arguments.iter().map(|argument| format!("(i32.const {argument})")).collect();
                demand(format!("(call ${module}-{name} {handle}{arguments})"), *wanted);
            }
            Step::Demand(at, bytes) => {
                for (offset, byte) in (0x1000 + at..).zip(*bytes) {
                    demand(format!("(i32.load8_u (i32.const {offset}))"), i32::from(*byte));
                }
            }
            Step::Store(at, bytes) => {
                for (offset, byte) in (0x1000 + at..).zip(*bytes) {
                    let _ = writeln!(body, "(i32.store8 (i32.const {offset}) (i32.const {byte}))");
                }
            }
            Step::Bytes(at, pointer, length) => {
                let _ = writeln!(body, "(i32.store (i32.const {at}) (i32.const {pointer}))");
                let _ = writeln!(body, "(i32.store (i32.const {}) (i32.const {length}))", at + 4);
            }
        }
    }
    // Tells the number of the step to the standard error, as two bytes of text and a line feed.
    let fail = "(func $fail (param i32)
        (i32.store8 (i32.const 0x40) (i32.add (i32.const 48) (i32.div_u (local.get 0) (i32.const 10))))
        (i32.store8 (i32.const 0x41) (i32.add (i32.const 48) (i32.rem_u (local.get 0) (i32.const 10))))
        (i32.store8 (i32.const 0x42) (i32.const 10))
        (i32.store (i32.const 0x50) (i32.const 0x40)) (i32.store (i32.const 0x54) (i32.const 3))
        (drop (call $wasi_snapshot_preview1-fd_write (i32.const 2) (i32.const 0x50) (i32.const 1) (i32.const 0x60)))
        (call $wasi_snapshot_preview1-proc_exit (i32.const 1)))";
    format!("(module {imports} (memory (export \"memory\") 2) {fail} (func (export \"_start\")\n{body}))")
}
