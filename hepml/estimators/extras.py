"""Packages that only some installations have."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from hepml.errors import MissingExtraError


def require_extra(name: str, *, what: str, extra: str | None = None) -> None:
    """Refuse what needs an extra that is not installed; imports nothing.

    Parameters
    ----------
    name : str
        Of the package that the extra brings.
    what : str
        What needs it, for the message.
    extra : str, optional
        Of the extra, where the package has another name.

    Raises
    ------
    MissingExtraError
        Names the extra.
    """
    if find_spec(name) is None:
        msg = f"{what} needs the package {name!r}, which is not installed: pip install 'hepml[{extra or name}]'"
        raise MissingExtraError(msg)


def import_extra(name: str) -> ModuleType:
    """Import a package that an extra of the same name brings.

    Raises
    ------
    MissingExtraError
        It is not installed.
    """
    require_extra(name, what=f"the estimator {name!r}")
    return import_module(name)
