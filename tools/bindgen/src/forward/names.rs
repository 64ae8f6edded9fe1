//! The types of interfaces, as a world of its own may use them: each under a name that the world has for it.

use std::collections::HashMap;

use anyhow::{Context as _, bail};
use wit_bindgen_core::wit_parser::{
    Handle, Resolve, Result_, Type, TypeDef, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem, WorldKey,
};

/// The names of a world for types of its imports.
pub(super) struct Names<'a> {
    pub(super) resolve: &'a mut Resolve,
    pub(super) world: WorldId,
    known: HashMap<TypeId, TypeId>,
}

impl Names<'_> {
    pub(super) fn new(resolve: &mut Resolve, world: WorldId) -> Names<'_> {
        Names { resolve, world, known: HashMap::new() }
    }

    /// Returns a type as the world names it.
    pub(super) fn of(&mut self, ty: Type) -> anyhow::Result<Type> {
        match ty {
            Type::Id(id) => Ok(Type::Id(self.of_id(id)?)),
            ty => Ok(ty),
        }
    }

    fn of_id(&mut self, id: TypeId) -> anyhow::Result<TypeId> {
        if let Some(known) = self.known.get(&id) {
            return Ok(*known);
        }
        let mut named = self.resolve.types[id].clone();
        match (&named.name, named.owner) {
            (Some(name), TypeOwner::Interface(interface)) => {
                let interface =
                    self.resolve.interfaces[interface].name.as_deref().context("an interface has a name")?;
                let name = format!("{interface}-{name}");
                named.kind = TypeDefKind::Type(Type::Id(id));
                named.owner = TypeOwner::World(self.world);
                named.name = Some(name.clone());
                let span = named.span;
                let new = self.resolve.types.alloc(named);
                let item = WorldItem::Type { id: new, span };
                self.resolve.worlds[self.world].imports.insert(WorldKey::Name(name), item);
                self.known.insert(id, new);
                Ok(new)
            }
            _ => {
                named.kind = self.kind(&named)?;
                named.owner = TypeOwner::None;
                let new = self.resolve.types.alloc(named);
                self.known.insert(id, new);
                Ok(new)
            }
        }
    }

    /// Returns what a type without a name is made of.
    fn kind(&mut self, def: &TypeDef) -> anyhow::Result<TypeDefKind> {
        let mut optional = |ty: Option<Type>| ty.map(|ty| self.of(ty)).transpose();
        Ok(match &def.kind {
            TypeDefKind::Result(Result_ { ok, err }) => {
                TypeDefKind::Result(Result_ { ok: optional(*ok)?, err: optional(*err)? })
            }
            TypeDefKind::Option(ty) => TypeDefKind::Option(self.of(*ty)?),
            TypeDefKind::List(ty) => TypeDefKind::List(self.of(*ty)?),
            TypeDefKind::Handle(Handle::Own(id)) => TypeDefKind::Handle(Handle::Own(self.of_id(*id)?)),
            TypeDefKind::Handle(Handle::Borrow(id)) => TypeDefKind::Handle(Handle::Borrow(self.of_id(*id)?)),
            other => bail!("no name for a type that is {}", other.as_str()),
        })
    }
}
