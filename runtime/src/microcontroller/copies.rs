//! Copies of memory whose length is a constant: the firmware cannot run what Wasmtime makes of them.
//!
//! Wasmtime 48 makes loads and stores of at most 16 bytes of `memory.copy` where the length is a constant of up to 128 bytes, and so
//! vectors, also in a configuration that refuses the guest's own. The interpreter of the firmware has no vectors, for the 40 KB of flash
//! that they take: the guest would trap. Wasmtime looks for nothing but a constant right before the copy. So `0` is added to the length
//! of each copy: the sum is a constant to the compiler, and the copy is a call of the host.

use std::borrow::Cow;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, Instruction, Module};
use wasmparser::{FunctionBody, Operator, Parser};

/// The copies that Wasmtime makes vectors of. wasmtime-internal-cranelift 48, `emit_inline_memcpy` and `INLINE_COPY_MAX_BYTES`.
const VECTORS: std::ops::RangeInclusive<i32> = 16..=128;

/// Returns a module whose copies are calls; unchanged where none is a vector.
///
/// # Errors
///
/// It cannot be read.
pub(super) fn as_calls(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error<Infallible>> {
    let (mut calls, mut module) = (Calls { changed: 0 }, Module::new());
    calls.parse_core_module(&mut module, Parser::new(0), bytes)?;
    Ok(if calls.changed > 0 { Cow::Owned(module.finish()) } else { Cow::Borrowed(bytes) })
}

/// Copies code, and hides the lengths of copies.
struct Calls {
    changed: usize,
}

impl Reencode for Calls {
    type Error = Infallible;

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Error<Infallible>> {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        let mut before = None;
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            if let (Operator::MemoryCopy { .. }, Some(Operator::I32Const { value })) = (&operator, &before)
                && VECTORS.contains(value)
            {
                function.instruction(&Instruction::I32Const(0)).instruction(&Instruction::I32Add);
                self.changed += 1;
            }
            function.instruction(&self.instruction(operator.clone())?);
            before = Some(operator);
        }
        code.function(&function);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(length: i32) -> Vec<u8> {
        let text = format!(
            "(module (memory 1)
                (func (memory.copy (i32.const 64) (i32.const 0) (i32.const {length})))
                (func (param i32) (memory.copy (i32.const 64) (i32.const 0) (local.get 0))))"
        );
        wat::parse_str(text).expect("a module")
    }

    fn operators(bytes: &[u8]) -> Vec<String> {
        let mut names = Vec::new();
        for payload in Parser::new(0).parse_all(bytes) {
            if let wasmparser::Payload::CodeSectionEntry(body) = payload.expect("a module") {
                let operators = body.get_operators_reader().expect("code");
                names.extend(operators.into_iter().map(|operator| format!("{:?}", operator.expect("code"))));
            }
        }
        names
    }

    #[test]
    fn a_copy_of_a_constant_length_that_would_be_a_vector_is_a_call() {
        for length in [16, 17, 128] {
            let (plain, changed) = (module(length), as_calls(&module(length)).expect("a module").into_owned());
            let (mut expected, operators) = (operators(&plain), operators(&changed));
            let at = expected.iter().position(|name| name.starts_with("MemoryCopy")).expect("a copy");
            expected.splice(at..at, ["I32Const { value: 0 }".to_owned(), "I32Add".to_owned()]);
            assert_eq!(operators, expected);
            assert!(wasmparser::validate(&changed).is_ok());
        }
    }

    #[test]
    fn what_has_no_such_copy_stays_as_it_is() {
        for length in [0, 15, 129, -1] {
            assert!(matches!(as_calls(&module(length)), Ok(Cow::Borrowed(_))), "{length}");
        }
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        let whole = module(32);
        assert!(as_calls(whole.get(..whole.len() - 4).expect("it is longer")).is_err());
    }
}
