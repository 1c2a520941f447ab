#!/usr/bin/env python3
"""Makes modules smaller with Binaryen, which LLVM's linker does not run.

    optimise.py FOLDER MODULE...

FOLDER is where the package icpp-binaryen is; each MODULE is replaced by what `wasm-opt -Oz` would make of it.
"""

import ctypes
import glob
import os
import sys


class Written(ctypes.Structure):
    """BinaryenModuleAllocateAndWriteResult"""

    _fields_ = [("binary", ctypes.c_void_p), ("size", ctypes.c_size_t), ("source_map", ctypes.c_void_p)]


def load(folder):
    found = glob.glob(f"{folder}/icpp_binaryen/lib/libbinaryen.*")
    if not found:
        sys.exit(f"there is no libbinaryen in {folder}: remove the folder, and build again")
    library = ctypes.CDLL(found[0])
    module = ctypes.c_void_p
    for name, result, arguments in [
        ("BinaryenModuleRead", module, [ctypes.c_char_p, ctypes.c_size_t]),
        ("BinaryenModuleValidate", ctypes.c_bool, [module]),
        ("BinaryenModuleOptimize", None, [module]),
        ("BinaryenSetOptimizeLevel", None, [ctypes.c_int]),
        ("BinaryenSetShrinkLevel", None, [ctypes.c_int]),
        ("BinaryenModuleAllocateAndWrite", Written, [module, ctypes.c_char_p]),
    ]:
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def optimised(library, wasm):
    # Nothing is freed: the process ends with the last module.
    module = library.BinaryenModuleRead(wasm, len(wasm))
    library.BinaryenSetOptimizeLevel(2)
    library.BinaryenSetShrinkLevel(2)
    library.BinaryenModuleOptimize(module)
    if not library.BinaryenModuleValidate(module):
        raise ValueError("what Binaryen makes of it is no valid module")
    written = library.BinaryenModuleAllocateAndWrite(module, None)
    return ctypes.string_at(written.binary, written.size)


def main(folder, *paths):
    library = load(folder)
    for path in paths:
        with open(path, "rb") as file:
            wasm = file.read()
        try:
            smaller = optimised(library, wasm)
        except ValueError as error:
            sys.exit(f"{path}: {error}")
        # Whole or not at all: a proxy may be watching the file.
        with open(f"{path}.part", "wb") as file:
            file.write(smaller)
        os.replace(f"{path}.part", path)
        print(f"{os.path.basename(path)}: {len(wasm)} -> {len(smaller)} bytes")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: optimise.py FOLDER MODULE...")
    main(*sys.argv[1:])
