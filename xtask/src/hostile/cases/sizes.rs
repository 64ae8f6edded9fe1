//! H01 to H09: more than there can be.

use anyhow::Context as _;

use super::guests;
use crate::hostile::Outcome::{self, Harmless, Stopped, Typed};
use crate::hostile::job::Job;
use crate::hostile::lab::Lab;

/// A component whose allocator is to be filled in.
const REALLOC: &str = include_str!("../wat/realloc.wat");

pub(super) fn read_lengths(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Typed, &["read-lengths"])
}

pub(super) fn many_operations(lab: &Lab) -> anyhow::Result<Outcome> {
    // A list of eight megabytes is past what may be handed over at all.
    guests(lab, Stopped, &["million-operations"])?;
    guests(lab, Typed, &["many-operations"])
}

pub(super) fn sum_of_reads(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Typed, &["sum-of-reads"])
}

pub(super) fn long_lists(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Typed, &["long-write"])?;
    guests(lab, Stopped, &["aliased-poll"])
}

pub(super) fn bad_lists(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Stopped, &["list-out-of-bounds", "list-misaligned", "list-wraps"])
}

pub(super) fn bad_values(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Stopped, &["bad-case", "bad-address-case", "bad-text", "gibibyte-label"])
}

pub(super) fn odd_shapes(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Harmless, &["odd-shapes"])
}

/// Runs a component with an allocator; whatever that does, the transaction before it is over.
pub(super) fn allocator(lab: &Lab, name: &str, code: &str, wanted: Outcome) -> anyhow::Result<()> {
    let component = lab.wat(&format!("{name}.wasm"), &REALLOC.replace("(; ALLOCATE ;)", code))?;
    let job = Job::component(component).limits("computing-ms = 200").options(&["--trace-text"]);
    let ran = lab.expect(job, wanted)?;
    ran.left_idle().context(name.to_owned())
}

pub(super) fn allocators(lab: &Lab) -> anyhow::Result<Outcome> {
    allocator(lab, "allocates-past-the-end", "(i32.const 0xfffffff0)", Stopped)?;
    allocator(lab, "allocates-across-the-end", "(i32.const 0xfffc)", Stopped)?;
    allocator(lab, "allocates-and-traps", "unreachable", Stopped)?;
    allocator(lab, "allocates-for-ever", "(loop $again br $again) unreachable", Stopped)?;
    allocator(lab, "allocates-over-the-result", "(i32.const 28)", Stopped)?;
    allocator(lab, "allocates-and-grows", "(drop (memory.grow (i32.const 1))) (i32.const 1024)", Harmless)?;
    Ok(Stopped)
}

pub(super) fn no_memory_left(lab: &Lab) -> anyhow::Result<Outcome> {
    lab.run(Job::guest("no-memory-left"))?.outcome()
}
