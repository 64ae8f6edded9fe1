//! Takes the core module out of a component, where it can be linked to the host without the component model between them.
//!
//! That is so where a component is what `wit-component` makes of one module: the module, and two helpers that bring its memory to the
//! functions that it imports. All three are looked at instruction by instruction, and the component's instances and aliases are
//! followed from each import of the module to the function of the host that it stands for. Whatever is different is run as a
//! component, which is always right.
//!
//! The types are the engine's to check, as for every component: what is left of the component without its code, its skeleton, is
//! linked first, and what does not link is run as a component too, so that the same messages say why.

mod graph;
mod helpers;
mod rewrite;
mod sections;

use wasmparser::BinaryReaderError;
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

use crate::imports;
use crate::lowered::{Lowered, Needs, Whole};
use crate::run;

impl From<BinaryReaderError> for Whole {
    fn from(_: BinaryReaderError) -> Whole {
        Whole::Refused
    }
}

/// What is made of a component that can be lowered.
#[derive(Debug)]
pub(crate) struct Taken {
    /// The component's own module, whose imports have the names of the host's functions.
    pub(crate) module: Vec<u8>,
    /// The component without the module's code.
    skeleton: Vec<u8>,
    needs: Needs,
}

/// Takes the module out of a component, and checks the component's types.
pub(crate) fn take(engine: &Engine, component: &[u8]) -> Result<(Taken, Lowered<()>), Whole> {
    let taken = split(component)?;
    let skeleton = Component::from_binary(engine, &taken.skeleton).map_err(|_| Whole::Refused)?;
    let linker = run::linker(engine).map_err(|_| Whole::Refused)?;
    imports::check(&skeleton, &linker).map_err(|_| Whole::Refused)?;
    let named = imports::imports(&skeleton).into_iter().map(|import| import.name).collect();
    let lowered = Lowered { code: (), imports: named, exports: imports::exports(&skeleton), needs: taken.needs };
    Ok((taken, lowered))
}

/// Takes the module out of a component, and compiles it.
pub(crate) fn compile(engine: &Engine, component: &[u8]) -> Result<Lowered<Module>, Whole> {
    let (taken, lowered) = take(engine, component)?;
    let module = Module::from_binary(engine, &taken.module).map_err(|_| Whole::Refused)?;
    let lowered = lowered.with(module);
    // The signatures of the module's own imports, which its helpers would have compared at the first call.
    lowered.check().map_err(|_| Whole::Refused)?;
    Ok(lowered)
}

/// Takes a component apart, without a look at its types.
pub(crate) fn split(component: &[u8]) -> Result<Taken, Whole> {
    let graph = graph::read(component)?;
    let main = graph.main()?;
    let targets = graph.targets(&main)?;
    let module = rewrite::module(component, &main, &targets)?;
    let skeleton = rewrite::skeleton(component, &main)?;
    Ok(Taken { module, skeleton, needs: graph.needs() })
}
