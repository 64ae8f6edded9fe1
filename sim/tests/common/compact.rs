//! Blocks of the compact form as events.

use wasm_embedded_sim::Event;
use wasm_embedded_sim::trace::compact::{Block, Reader, Record};

/// Returns the events of a block.
pub(crate) fn events(block: &Block) -> Vec<Event> {
    let mut reader = Reader::new(&block.bytes, block.start_ns).expect("a block that was written has names");
    let mut events = Vec::new();
    let mut take = |record: Record<'_>| match record {
        Record::Event(event) => events.push(event),
        Record::Run(run) => events.extend(run.events()),
    };
    while reader.next(|record, _| take(record)).expect("records that were written").is_some() {}
    assert_eq!(events.last().map(|event| event.at_ns), Some(block.last_ns).filter(|_| !events.is_empty()));
    events
}
