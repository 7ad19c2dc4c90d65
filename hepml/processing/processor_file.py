"""Loading a user's processor file by its path."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle
import pydantic

from hepml.contracts import Examples, Generated
from hepml.errors import HepmlError, ProcessorError, nearest
from hepml.io.root import one_line
from hepml.options import validate_options
from hepml.processing.own_line import own_place

_PARTS = {
    "schema": "a NanoEvents schema, e.g. `schema = BaseSchema`",
    "Options": "a pydantic model of what the recipe may set",
    "examples": "a function `examples(events, options) -> Examples`",
    "Processor": "`Processor = hepml.processor(examples, Options, schema)`",
}


@dataclass(frozen=True)
class ProcessorModule:
    """A loaded processor file.

    Attributes
    ----------
    path : str
        The file.
    content_hash : str
        Of its bytes, 32 hex digits.
    schema, Options, examples, Processor
        What it defines.
    ntuple : callable, optional
        The way back: `ntuple(generated, options)` returns the branches that `examples` reads, by name.
    """

    path: str
    content_hash: str
    schema: type[Any]
    Options: type[pydantic.BaseModel]
    examples: Callable[[Any, Any], Examples]
    Processor: type[Any]
    ntuple: Callable[[Generated, Any], Mapping[str, Any]] | None = None

    def options(self, values: Mapping[str, Any]) -> pydantic.BaseModel:
        """Validate what the recipe says under ``processor.options``.

        Raises
        ------
        RecipeError
            Names the key and the nearest known one.
        """
        return validate_options(self.Options, values, path="processor.options")


def load_processor_file(path: str | Path) -> ProcessorModule:
    """Load a processor file under a private module name, and let it travel to worker processes by value.

    The same file with the same content is executed once per process.

    Raises
    ------
    ProcessorError
        There is no such file, its code fails (its own line is shown), or it lacks one of the four names.
    """
    file = Path(path).expanduser().resolve()
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        msg = f"{file}: there is no such processor file: check processor.file, a path relative to the recipe"
        raise ProcessorError(msg) from None
    except OSError as problem:
        msg = f"{file}: the processor file cannot be read ({problem.strerror}): check processor.file"
        raise ProcessorError(msg) from None
    content_hash = hashlib.blake2b(content, digest_size=16).hexdigest()
    place = hashlib.blake2b(str(file).encode(), digest_size=4).hexdigest()
    module = _load(file, f"hepml_processor_{place}_{content_hash}")
    found = {name: getattr(module, name) for name in _PARTS if hasattr(module, name)}
    _check(file, module, found)
    return ProcessorModule(str(file), content_hash, **found, ntuple=_ntuple(file, module))


def _ntuple(file: Path, module: ModuleType) -> Callable[[Generated, Any], Mapping[str, Any]] | None:
    """Return the function that turns what a model has made into branches, where the file has one."""
    found = getattr(module, "ntuple", None)
    if found is None or callable(found):
        return found
    msg = f"{file}: 'ntuple' must be a function `ntuple(generated, options)`, found {type(found).__name__}"
    raise ProcessorError(msg)


def _load(file: Path, name: str) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=None)
    if spec is None or spec.loader is None:
        msg = f"{file}: a processor file is Python and ends in .py: rename it"
        raise ProcessorError(msg)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as problem:  # noqa: BLE001  (a user's file may raise anything)
        del sys.modules[name]
        msg = _complaint(file, problem)
        raise ProcessorError(msg) from None
    cloudpickle.register_pickle_by_value(module)
    return module


def _complaint(file: Path, problem: BaseException) -> str:
    place = own_place(problem, str(file))
    if isinstance(problem, HepmlError):
        return f"{place}: {problem}"
    reason = problem.msg if isinstance(problem, SyntaxError) else one_line(problem)
    return f"{place}: {type(problem).__name__}: {reason}"


def _check(file: Path, module: ModuleType, found: Mapping[str, Any]) -> None:
    own_names = [name for name, value in vars(module).items() if not name.startswith("_")]
    for name, meaning in _PARTS.items():
        if name not in found:
            msg = f"{file}: a processor file defines {name!r} ({meaning}): {nearest(name, own_names)}"
            raise ProcessorError(msg)
    wrong = {
        "schema": not inspect.isclass(found["schema"]),
        "Options": not (inspect.isclass(found["Options"]) and issubclass(found["Options"], pydantic.BaseModel)),
        "examples": not callable(found["examples"]),
        "Processor": not (inspect.isclass(found["Processor"]) and hasattr(found["Processor"], "process")),
    }
    for name in (name for name, is_wrong in wrong.items() if is_wrong):
        msg = f"{file}: {name!r} must be {_PARTS[name]}, found {type(found[name]).__name__}"
        raise ProcessorError(msg)
