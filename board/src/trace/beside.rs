//! A trace that another thread writes, so that the guest's has little to do with it.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use wasm_embedded_sim::trace::compact::{Block, Reader};

use super::recorder::TakeBlocks;
use super::{Format, file};

/// How many blocks wait to be written before the guest does: 16, about a mebibyte.
const WAITING_BLOCKS: usize = 16;

/// Has a thread write blocks in a format.
#[derive(Debug)]
pub struct Beside {
    blocks: Option<SyncSender<Step>>,
    writes: Option<JoinHandle<io::Result<()>>>,
}

enum Step {
    Block(Block),
    Finish(u64),
}

impl Beside {
    /// Begins to write. When that fails, the thread tells about when in nanoseconds of virtual time, and why.
    ///
    /// # Errors
    ///
    /// No thread can be had.
    pub fn new(
        format: impl Format + 'static,
        mut tell: impl FnMut(u64, &io::Error) + Send + 'static,
    ) -> io::Result<Beside> {
        let (sender, receiver) = sync_channel(WAITING_BLOCKS);
        let writes = thread::Builder::new().name("trace".to_owned()).spawn(move || {
            let mut at_ns = 0;
            write(&receiver, format, &mut at_ns).inspect_err(|error| tell(at_ns, error))
        })?;
        Ok(Beside { blocks: Some(sender), writes: Some(writes) })
    }

    /// Waits until all is written.
    fn end(&mut self) -> io::Result<()> {
        self.blocks = None;
        let ended = self.writes.take().map(JoinHandle::join);
        ended.unwrap_or(Ok(Ok(()))).unwrap_or_else(|_| Err(io::Error::other("its thread panicked")))
    }

    /// Hands on a step. Nobody takes it if the thread has ended, which it does early for a failure only.
    fn send(&mut self, step: Step) -> io::Result<()> {
        match self.blocks.as_ref().map(|blocks| blocks.send(step)) {
            Some(Ok(())) => Ok(()),
            _ => self.end(),
        }
    }
}

impl TakeBlocks for Beside {
    fn block(&mut self, block: Block) -> io::Result<()> {
        self.send(Step::Block(block))
    }

    fn finish(&mut self, end_ns: u64) -> io::Result<()> {
        self.send(Step::Finish(end_ns))?;
        self.end()
    }
}

/// Writes all steps, and notes how far the trace is.
fn write(steps: &Receiver<Step>, mut format: impl Format, at_ns: &mut u64) -> io::Result<()> {
    for step in steps {
        match step {
            Step::Block(block) => {
                *at_ns = block.last_ns;
                let mut reader = Reader::new(&block.bytes, block.start_ns).map_err(io::Error::other)?;
                file::replay(&mut reader, &mut format).map_err(io::Error::other)??;
            }
            Step::Finish(end_ns) => return format.finish(end_ns),
        }
    }
    Ok(())
}
