//! Functions that stand in the table of indirect calls and that no indirect call can reach.
//!
//! Each trait object brings a whole trait into that table: of `HttpContext` some sixty methods, of which a module is called for
//! four. A call through the table names the type of the function, and traps where another stands in its place. So a function of
//! a type that no such call names is never called, whatever place is asked for.

use std::collections::BTreeSet;

use walrus::ir::{CallIndirect, Visitor, dfs_in_order};
use walrus::{ElementItems, FunctionBuilder, FunctionId, FunctionKind, Module, TypeId};

/// Puts one function that traps in the place of those that cannot be called, and removes what only they needed.
pub(crate) fn remove(module: &mut Module) {
    let nobody = FunctionBuilder::new(&mut module.types, &[], &[]);
    let mut nobody = nobody;
    nobody.func_body().unreachable();
    let nobody = nobody.finish(Vec::new(), &mut module.funcs);
    loop {
        let called = called_types(module);
        let uncallable: BTreeSet<FunctionId> =
            module.funcs.iter().filter(|function| !called.contains(&function.ty())).map(|f| f.id()).collect();
        let mut replaced = false;
        for element in module.elements.iter_mut() {
            let ElementItems::Functions(functions) = &mut element.items else { continue };
            for function in functions.iter_mut().filter(|function| **function != nobody) {
                if uncallable.contains(function) {
                    *function = nobody;
                    replaced = true;
                }
            }
        }
        if !replaced {
            return;
        }
        // What is gone may have held the last call of a type.
        walrus::passes::gc::run(module);
    }
}

/// The types that indirect calls name.
fn called_types(module: &Module) -> BTreeSet<TypeId> {
    struct Calls(BTreeSet<TypeId>);
    impl Visitor<'_> for Calls {
        fn visit_call_indirect(&mut self, call: &CallIndirect) {
            self.0.insert(call.ty);
        }
    }
    let mut calls = Calls(BTreeSet::new());
    for function in module.funcs.iter() {
        if let FunctionKind::Local(local) = &function.kind {
            dfs_in_order(&mut calls, local, local.entry_block());
        }
    }
    calls.0
}
