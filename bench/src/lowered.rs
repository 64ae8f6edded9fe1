//! The jobs in the core module of the guest, linked to the host's lowered functions.

use wasm_embedded_host::{HalCtx, lowered};
use wasmtime::error::Context as _;
use wasmtime::{Linker, Memory, Module, Result, Store, TypedFunc, ensure};

use crate::floors;

/// The number of a core module's section in a component. Component Model, `design/mvp/Binary.md`.
const CORE_MODULE: u8 = 1;

/// Returns the first core module of a component, which is the guest's own; its helpers follow it.
pub(crate) fn core_module(component: &[u8]) -> Result<&[u8]> {
    let (_preamble, mut rest) = component.split_at_checked(8).context("the component has no beginning")?;
    while let Some((id, after)) = rest.split_first() {
        let (mut len, mut shift, mut at) = (0_usize, 0, 0);
        for byte in after.iter().take(5) {
            len |= usize::from(byte & 0x7f) << shift;
            (shift, at) = (shift + 7, at + 1);
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (section, after) =
            after.get(at..).and_then(|after| after.split_at_checked(len)).context("it is cut off")?;
        if *id == CORE_MODULE {
            return Ok(section);
        }
        rest = after;
    }
    wasmtime::bail!("the component has no core module")
}

/// What runs a job: it returns where the result is, a number or the place of a text.
pub(crate) struct Run {
    run: TypedFunc<(u32, u32), u32>,
    memory: Memory,
}

/// Starts a guest.
pub(crate) fn start(module: &Module, store: &mut Store<HalCtx>) -> Result<Run> {
    let mut linker = Linker::new(module.engine());
    lowered::add_to_linker(&mut linker)?;
    floors::add_lowered_to_linker(&mut linker)?;
    // WASI, which std's start-up code calls and no job does.
    linker.define_unknown_imports_as_traps(module)?;
    let instance = lowered::instantiate(&linker.instantiate_pre(module)?, &mut *store)?;
    let run = instance.get_typed_func(&mut *store, "run")?;
    let memory = instance.get_memory(&mut *store, lowered::MEMORY).context("the guest has no memory")?;
    Ok(Run { run, memory })
}

impl Run {
    /// Runs a job.
    pub(crate) fn call(&self, store: &mut Store<HalCtx>, job: (u32, u32)) -> Result<Result<u64, String>> {
        let at = usize::try_from(self.run.call(&mut *store, job)?)?;
        let memory = self.memory.data(&store);
        let place = memory.get(at..).and_then(|rest| rest.first_chunk::<16>()).context("the result has no place")?;
        let [tag, ..] = *place;
        if tag == 0 {
            let [.., a, b, c, d, e, f, g, h] = *place;
            return Ok(Ok(u64::from_le_bytes([a, b, c, d, e, f, g, h])));
        }
        let word =
            |at: usize| place.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |word| u32::from_le_bytes(*word));
        let (text, len) = (usize::try_from(word(8))?, usize::try_from(word(12))?);
        let text = memory.get(text..).and_then(|rest| rest.get(..len));
        ensure!(tag == 1, "the result is none");
        Ok(Err(String::from_utf8_lossy(text.unwrap_or_default()).into_owned()))
    }
}
