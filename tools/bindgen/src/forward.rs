//! A component that exports every function of the package as it imports it, and passes each call on.
//!
//! The host's tests call these exports: so each function is reached with any arguments, and a new one cannot be forgotten.

mod names;

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use wit_bindgen_core::wit_parser::abi::{AbiVariant, WasmType};
use wit_bindgen_core::wit_parser::{
    Function, FunctionKind, Handle, ManglingAndAbi, Param, Resolve, ResourceIntrinsic, Type, TypeDefKind, TypeId,
    TypeOwner, WasmImport, WorldId, WorldItem, WorldKey,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use self::names::Names;

/// How imports and exports are named and called: asynchronous ones too as if they blocked.
const ABI: ManglingAndAbi = ManglingAndAbi::Legacy(wit_bindgen_core::wit_parser::LiftLowerAbi::Sync);

/// Memory, for what the host places: one page for returned values, and a ring that is far longer than what one call needs.
const MEMORY: &str = r#"(memory (export "memory") 129)
(global $next (mut i32) (i32.const 65536))
(func (export "cabi_realloc") (param $old i32) (param $old_len i32) (param $align i32) (param $len i32) (result i32)
  (local $place i32)
  (if (i32.gt_u (i32.add (global.get $next) (local.get $len)) (i32.const 8388608))
    (then (global.set $next (i32.const 65536))))
  (local.set $place (global.get $next))
  (global.set $next (i32.and (i32.add (i32.add (local.get $place) (local.get $len)) (i32.const 15)) (i32.const -16)))
  (local.get $place))
"#;

/// Where a call returns what does not fit into a result.
const RETURNED: &str = "(i32.const 16)";

/// Makes the component of a world: each of its functions is exported under its interface's name and its own, as `i2c-bus-write`.
pub(crate) fn component(mut resolve: Resolve, world: WorldId) -> anyhow::Result<Vec<u8>> {
    let mut functions = Vec::new();
    for (key, item) in &resolve.worlds[world].imports {
        let WorldItem::Interface { id, .. } = item else { continue };
        let interface = resolve.interfaces[*id].name.as_deref().context("every interface has a name")?;
        for function in resolve.interfaces[*id].functions.values() {
            functions.push((exported(interface, function), key.clone(), function.clone()));
        }
    }
    let mut imports = String::new();
    let mut exports = String::new();
    for (name, key, function) in &functions {
        forward(&resolve, name, key, function, &mut imports, &mut exports)?;
    }
    let text = format!("(module\n{imports}{MEMORY}{exports})");
    let mut module = wat::parse_str(&text).with_context(|| text.clone())?;
    let mut names = Names::new(&mut resolve, world);
    for (name, _, mut function) in functions {
        function.kind = match function.kind.is_async() {
            true => FunctionKind::AsyncFreestanding,
            false => FunctionKind::Freestanding,
        };
        function.name.clone_from(&name);
        for param in &mut function.params {
            param.ty = names.of(param.ty)?;
        }
        function.result = function.result.map(|ty| names.of(ty)).transpose()?;
        let exports = &mut names.resolve.worlds[world].exports;
        exports.insert(WorldKey::Name(name), WorldItem::Function(function));
    }
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)?;
    ComponentEncoder::default().module(&module)?.validate(true).encode()
}

/// Returns the name under which a function is exported.
fn exported(interface: &str, function: &Function) -> String {
    let name = function.name.rsplit(']').next().unwrap_or(&function.name);
    format!("{interface}-{}", name.replace('.', "-"))
}

/// Writes the import of a function, and the export that calls it and gives back what was borrowed for the call.
fn forward(
    resolve: &Resolve,
    name: &str,
    key: &WorldKey,
    function: &Function,
    imports: &mut String,
    exports: &mut String,
) -> anyhow::Result<()> {
    let (called, calls) = (
        resolve.wasm_signature(AbiVariant::GuestImport, function),
        resolve.wasm_signature(AbiVariant::GuestExport, function),
    );
    ensure!(
        !called.indirect_params && !calls.indirect_params,
        "{name}: too many parameters to be passed on as they are"
    );
    let (module, import) = resolve.wasm_import_name(ABI, WasmImport::Func { interface: Some(key), func: function });
    let types = |types: &[WasmType]| types.iter().map(|ty| text(*ty)).collect::<Vec<_>>().join(" ");
    let (params, results) = (types(&calls.params), types(&calls.results));
    writeln!(
        imports,
        "(import {module:?} {import:?} (func ${name} (param {}) (result {})))",
        types(&called.params),
        types(&called.results)
    )?;
    write!(exports, "(func (export {name:?}) (param {params}) (result {results})")?;
    for index in 0..calls.params.len() {
        write!(exports, " local.get {index}")?;
    }
    if called.retptr {
        write!(exports, " {RETURNED}")?;
    }
    write!(exports, " call ${name}")?;
    if let Some(resource) = borrowed(resolve, function)? {
        let TypeOwner::Interface(owner) = resolve.types[resource].owner else {
            anyhow::bail!("{name}: a resource of no interface");
        };
        let intrinsic = ResourceIntrinsic::ImportedDrop;
        let interface = Some(&WorldKey::Interface(owner));
        let drop = WasmImport::ResourceIntrinsic { interface, resource, intrinsic };
        let (module, import) = resolve.wasm_import_name(ABI, drop);
        writeln!(imports, "(import {module:?} {import:?} (func $drop-{name} (param i32)))")?;
        write!(exports, " local.get 0 call $drop-{name}")?;
    }
    if called.retptr {
        write!(exports, " {RETURNED}")?;
    }
    writeln!(exports, ")")?;
    Ok(())
}

/// Returns the resource that a function borrows by its first parameter, if it does.
fn borrowed(resolve: &Resolve, function: &Function) -> anyhow::Result<Option<TypeId>> {
    let mut borrows = function.params.iter().map(|Param { ty, .. }| match ty {
        Type::Id(id) => match resolve.types[*id].kind {
            TypeDefKind::Handle(Handle::Borrow(resource)) => Some(origin(resolve, resource)),
            _ => None,
        },
        _ => None,
    });
    let first = borrows.next().flatten();
    ensure!(borrows.all(|borrow| borrow.is_none()), "{}: only the first parameter may be borrowed", function.name);
    Ok(first)
}

/// Follows the names that interfaces have for a resource of another one.
fn origin(resolve: &Resolve, mut resource: TypeId) -> TypeId {
    while let TypeDefKind::Type(Type::Id(other)) = resolve.types[resource].kind {
        resource = other;
    }
    resource
}

/// Returns a type as the text format has it.
fn text(ty: WasmType) -> &'static str {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
    }
}
