"""The verbs: one file each, the only place where everything meets."""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hepml.workflow import condor as condor
    from hepml.workflow.check import check as check
    from hepml.workflow.demo import demo as demo
    from hepml.workflow.evaluate import evaluate as evaluate
    from hepml.workflow.explain import explain as explain
    from hepml.workflow.export import export as export
    from hepml.workflow.flag import flag as flag
    from hepml.workflow.generate import generate as generate
    from hepml.workflow.predict import predict as predict
    from hepml.workflow.process import process as process
    from hepml.workflow.run import run as run
    from hepml.workflow.sample import sample as sample
    from hepml.workflow.status import status as status
    from hepml.workflow.train import train as train

_VERBS = (
    "sample",
    "check",
    "process",
    "train",
    "evaluate",
    "predict",
    "generate",
    "flag",
    "explain",
    "export",
    "run",
    "status",
    "demo",
)

_GROUPS = ("condor",)
"""Packages of verbs: ``hepml.workflow.condor.submit``."""

__all__ = [*_VERBS, *_GROUPS]


class _Workflow(ModuleType):
    """A package in which ``hepml.workflow.train`` is always the verb, never the module of that name."""

    def __getattr__(self, name: str) -> Any:
        """Import a verb when it is first used: only those that need TensorFlow pay for it."""
        if name in _GROUPS:
            return import_module(f"{self.__name__}.{name}")
        if name not in _VERBS:
            msg = f"module {self.__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f"{self.__name__}.{name}"), name)

    def __dir__(self) -> list[str]:
        """Return the verbs, for those who look with the tabulator key."""
        return [*_VERBS, *_GROUPS]

    def __setattr__(self, name: str, value: Any) -> None:
        """Bind the verb where the import system binds its module, also when another verb has imported it."""
        is_module = name in _VERBS and isinstance(value, ModuleType)
        super().__setattr__(name, getattr(value, name) if is_module else value)


sys.modules[__name__].__class__ = _Workflow
