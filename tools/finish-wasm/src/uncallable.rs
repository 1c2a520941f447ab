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
    let mut traps = FunctionBuilder::new(&mut module.types, &[], &[]);
    traps.func_body().unreachable();
    let nobody = traps.finish(Vec::new(), &mut module.funcs);
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
        // What is gone may have held the last call of a type.
        walrus::passes::gc::run(module);
        if !replaced {
            return;
        }
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

#[cfg(test)]
mod tests {
    use walrus::{ConstExpr, ElementKind, ModuleConfig, RefType, ValType};

    use super::*;

    /// A module with two functions in its table, of different types, and an export that calls through the table by the type of
    /// the first.
    fn module() -> (Module, [FunctionId; 2]) {
        let mut module = Module::with_config(ModuleConfig::new());
        let functions = [ValType::I32, ValType::I64].map(|parameter| {
            let argument = module.locals.add(parameter);
            let function = FunctionBuilder::new(&mut module.types, &[parameter], &[]);
            function.finish(vec![argument], &mut module.funcs)
        });
        let table = module.tables.add_local(false, 2, Some(2), RefType::FUNCREF);
        let kind = ElementKind::Active { table, offset: ConstExpr::Value(walrus::ir::Value::I32(0)) };
        let segment = module.elements.add(kind, ElementItems::Functions(functions.to_vec()));
        module.tables.get_mut(table).elem_segments.insert(segment);
        let called = module.types.add(&[ValType::I32], &[]);
        let mut caller = FunctionBuilder::new(&mut module.types, &[], &[]);
        caller.func_body().i32_const(0).i32_const(0).call_indirect(called, table);
        let caller = caller.finish(Vec::new(), &mut module.funcs);
        module.exports.add("call", caller);
        (module, functions)
    }

    #[test]
    fn only_functions_of_types_that_are_called_are_left() {
        let (mut module, [called, uncalled]) = module();
        remove(&mut module);
        assert!(module.funcs.iter().any(|function| function.id() == called));
        assert!(module.funcs.iter().all(|function| function.id() != uncalled));
        assert_eq!(Module::from_buffer(&module.emit_wasm()).unwrap().funcs.iter().count(), 3);
    }
}
