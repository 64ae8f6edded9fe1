//! The list of cases, as `THREAT_MODEL.md` counts them: what each does, and what should become of it.

mod adapters;
mod authority;
mod blocking;
mod load;
mod machine;
mod operation;
mod output;
mod policies;
mod sizes;

use super::Outcome;
use super::job::Job;
use super::lab::Lab;

/// One case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) id: &'static str,
    pub(crate) what: &'static str,
    /// The letters of the outcomes that there may be, with `/` between them.
    pub(crate) want: &'static str,
    pub(crate) body: Body,
}

/// What a case does.
type Body = fn(&Lab) -> anyhow::Result<Outcome>;

const fn case(id: &'static str, want: &'static str, what: &'static str, body: Body) -> Case {
    Case { id, what, want, body }
}

/// All cases, in their order.
pub(crate) static CASES: [Case; 80] = [
    case("H01", "E", "reads of up to 2^32 bytes", sizes::read_lengths),
    case("H02", "E/X", "a million operations in one transaction", sizes::many_operations),
    case("H03", "E", "operations that are too long together", sizes::sum_of_reads),
    case("H04", "E/X", "more bytes in one call than there may be", sizes::long_lists),
    case("H05", "X", "lists out of bounds, misaligned, around the end of memory", sizes::bad_lists),
    case("H06", "X", "cases that there are none of, text that is none, a label of 1 GiB", sizes::bad_values),
    case("H07", "OK", "transfers of nothing, and without their bytes", sizes::odd_shapes),
    case("H08", "X", "an allocator that traps, loops, grows, or points elsewhere", sizes::allocators),
    case("H09", "E/X/OK", "a reply, and no memory left for it", sizes::no_memory_left),
    case("H10", "E", "labels that are nearly granted", authority::near_labels),
    case("H11", "E", "a million labels guessed", authority::guesses),
    case("H12", "E", "labels that are paths", authority::path_labels),
    case("H13", "E", "addresses that are not granted, or are cut off to one that is", authority::addresses),
    case("H14", "E", "reserved addresses and the general call", authority::reserved_addresses),
    case("H15", "E", "ten-bit addresses by their prefix", authority::ten_bit_prefix),
    case("H16", "E", "short addresses as ten-bit ones", authority::ten_bit_addresses),
    case("H17", "E", "writes where only reading is granted", authority::directions),
    case("H18", "E", "a pin in two directions, and as two things", authority::pins_twice),
    case("H19", "E", "an exclusive label opened twice", authority::open_twice),
    case("H20", "L", "a pin of another bus", authority::pin_of_a_bus),
    case("H21", "OK", "a multiplexer leads to other devices: documented", authority::multiplexer),
    case("H22", "X", "handles dropped, forged, of another type", authority::bad_handles),
    case("H23", "E", "handles without end, and ten million that come and go", authority::many_handles),
    case("H24", "X", "a trap, and an exit, with all handles open", authority::ends_with_handles),
    case("H25", "X", "resources made in nested components", authority::nested_resources),
    case("H26", "X", "a borrowed handle kept", authority::borrow_kept),
    case("H27", "X", "endless loops, anywhere", machine::loops),
    case("H28", "X", "endless recursion, and huge frames", machine::recursion),
    case("H29", "E/X/L", "memories, tables and instances without end", machine::growth),
    case("H30", "X", "bulk operations without end", machine::bulk),
    case("H31", "L", "features of WebAssembly that are refused", machine::features),
    case("H32", "X", "every kind of trap", machine::traps),
    case("H33", "X", "a panic of 10 MB, and an abort in a destructor", machine::panics),
    case("H34", "X", "the longest delay, stopped by SIGINT", blocking::delay),
    case("H35", "E", "delays that hold a bus", blocking::delays_in_transactions),
    case("H36", "E", "long transfers on a slow clock", blocking::slow_clock),
    case("H37", "X", "waits for input that never comes, killed", blocking::waits),
    case("H38", "X", "a serial port whose peer takes nothing", blocking::serial_write),
    case("H39", "X", "a kill in the middle of a transaction", blocking::kill_in_transaction),
    case("H40", "X", "a guest killed while its tasks are queued for a bus", blocking::kill_in_queue),
    case("H41", "E", "two guests that want what the other one holds", blocking::crossed),
    case("H42", "X", "a call of the host from within a call of the guest", blocking::reentrance),
    case("H43", "OK", "an output left driving, at every end", machine::outputs_at_exit),
    case("H44", "OK", "a pin toggled ten million times", machine::toggles),
    case("H45", "X", "a storm of edges on a pin that is waited for, and an edge that never comes", blocking::edges),
    case("H46", "E", "duties that there are none of, and flapping", machine::duties),
    case("H47", "OK", "analogue inputs read without end", machine::samples),
    case("H48", "OK", "floods of messages and output", output::floods),
    case("H49", "X", "text that would change a terminal or forge a line", output::active_text),
    case("H50", "OK", "standard output closed, full, or slow", output::bad_outputs),
    case("H51", "OK", "a trace without end", output::long_trace),
    case("H52", "L", "random, cut off and damaged components", load::damaged),
    case("H53", "L", "files that are no components", load::no_components),
    case("H54", "L", "imports and exports that do not fit", load::misfits),
    case("H55", "L", "other versions of the interfaces", load::versions),
    case("H56", "L", "components that take long to compile", load::bombs),
    case("H57", "L", "machine code that nobody vouches for", load::machine_code),
    case("H58", "L", "files with the wrong ending", load::endings),
    case("H59", "X", "work while the component is instantiated", load::start_functions),
    case("H60", "L", "policies with unknown keys, wrong types and numbers", policies::slips),
    case("H61", "L", "policies that grant something twice", policies::conflicts),
    case("H62", "L", "hardware that is not there, or is something else", policies::hardware),
    case("H63", "E", "a policy that grants nothing", policies::empty),
    case("H64", "L", "policies that are too long, too deep, or no text", policies::odd_files),
    case("H65", "OK", "a policy edited while the guest runs", policies::edited),
    case("H66", "E", "a serial adapter unplugged in the middle", operation::unplugged),
    case("H67", "X", "a thousand signals at random times", operation::signals),
    case("H68", "OK", "16 file descriptors, and 64 MiB of memory", operation::starved),
    case("H69", "OK", "64 guests at once", operation::crowd),
    case("H70", "OK", "a clock that jumps by hours", operation::clock_jumps),
    case("H71", "X", "a panic in a back end", operation::back_end_panics),
    case("H72", "OK", "the same seed twice", operation::same_twice),
    case("H73", "X", "an output that nobody takes", blocking::untaken),
    case("H74", "X", "a sleep to the end of time", blocking::end_of_time),
    case("H75", "X", "a delay with thousands of events a second", blocking::many_events),
    case("H76", "X", "two signals within milliseconds, and odd ones", blocking::odd_signals),
    case("H77", "L", "modules that no component can be made of, and another draft", adapters::modules),
    case("H78", "E", "lengths of 4 GiB, and pointers beyond, in an older family", adapters::pointers),
    case("H79", "E", "addresses and labels that are not granted, in an older family", adapters::authority),
    case("H80", "X", "handles of another kind, forged, dropped twice, in an older family", adapters::handles),
];

/// Runs guests of the list, each of which should end alike.
fn guests(lab: &Lab, wanted: Outcome, names: &[&str]) -> anyhow::Result<Outcome> {
    for name in names {
        lab.expect(Job::guest(name), wanted)?;
    }
    Ok(wanted)
}
