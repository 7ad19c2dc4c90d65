"""Packages that only the samples need."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from hepml.errors import MissingExtraError


def import_generator(package: str) -> ModuleType:
    """Import a package of the ``samples`` extra.

    Raises
    ------
    MissingExtraError
        It is not installed; says how to install it.
    """
    try:
        return import_module(package)
    except ImportError as problem:
        reason = " ".join(str(problem).split())
        msg = f'this sample needs {package}, which cannot be imported ({reason}): pip install "hepml[samples]"'
    raise MissingExtraError(msg)
