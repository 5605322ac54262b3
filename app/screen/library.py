"""libghostty-vt and its declarations in C, both as pyghostty brings them.

pyghostty parses 80 KB of C at each import: 0.1 s, a fifth of a server's start. So its declarations are compiled once,
the way cffi does it (docs: "out-of-line ABI mode"), into a Python file beside those that Python compiles, and its own
modules, which would parse them again, are not imported. The one rule: the file's name says what it was made from, and
what cannot be kept is made again at each start.
"""

from __future__ import annotations

import hashlib
import tempfile
from functools import cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import cache_from_source, find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import _cffi_backend

# cffi passes no unions by value, but a structure of the same layout goes the same way (as in pyghostty._ffi, which
# says why), so there is one of each that is passed.
TWINS = """
typedef struct { uint16_t x; uint32_t y; uint64_t _pad; } GhosttyPointValueS;
typedef struct { GhosttyPointTag tag; GhosttyPointValueS value; } GhosttyPointS;
"""


class GhosttyError(RuntimeError):
    """The engine says no to something that it never refuses, unless memory is short."""


def check(result: int, what: str) -> None:
    if result:
        raise GhosttyError(f"{what} failed: {result}")


def _loaded() -> tuple[Any, Any]:
    spec = find_spec("pyghostty")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("pyghostty is not installed")
    package = Path(spec.submodule_search_locations[0])
    declared = package / "_cdef.py"
    made_from = declared.read_bytes() + TWINS.encode() + _cffi_backend.__version__.encode()
    name = f"ghostty_{hashlib.sha256(made_from).hexdigest()[:16]}"
    kept = Path(cache_from_source(__file__)).with_name(f"{name}.py")
    try:
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            _compile(declared, name, kept)
        ffi = _module(name, kept).ffi
    except OSError:  # a directory that may not be written to
        with tempfile.TemporaryDirectory() as directory:
            passing = Path(directory) / f"{name}.py"
            _compile(declared, name, passing)
            ffi = _module(name, passing).ffi
    for twin, real in (("GhosttyPointS", "GhosttyPoint"),):
        assert (ffi.sizeof(twin), ffi.alignof(twin)) == (ffi.sizeof(real), ffi.alignof(real)), twin
    return ffi, ffi.dlopen(str(package / "_lib" / "libghostty-vt.so"))


def _compile(declared: Path, name: str, target: Path) -> None:
    """Written in one piece, whoever else does the same."""
    from cffi import FFI
    from cffi.recompiler import make_py_source

    builder = FFI()
    builder.cdef(_module("ghostty_declared", declared).CDEF)
    builder.cdef(TWINS)
    make_py_source(builder, name, str(target))


def _module(name: str, path: Path) -> ModuleType:
    spec = spec_from_file_location(name, path)
    assert isinstance(spec, ModuleSpec) and isinstance(spec.loader, SourceFileLoader)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ffi, lib = _loaded()


@cache
def union_fn(name: str, kind: str) -> Any:
    """The function of that name, taking twins for unions."""
    return ffi.cast(kind, ffi.addressof(lib, name))
