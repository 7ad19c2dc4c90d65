"""Options that users write: strict pydantic models, and errors that show the nearest known key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, get_args

import pydantic

from hepml.errors import HepmlError, RecipeError, nearest

Model = TypeVar("Model", bound=pydantic.BaseModel)


class Options(pydantic.BaseModel):
    """Base of all options: frozen, and unknown keys are an error."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, validate_default=True)


def validate_options(
    model: type[Model], values: Any, *, path: str, source: str | None = None, error: type[HepmlError] = RecipeError
) -> Model:
    """Validate `values` as `model`; name the key, the value and the nearest known key where they do not fit.

    Parameters
    ----------
    model : type of pydantic.BaseModel
        What the options must be.
    values : mapping
        What the user wrote.
    path : str
        Dotted path of `values` in the recipe, empty for the recipe itself.
    source : str, optional
        Name of the file, shown first.
    error : type of HepmlError
        What is raised.

    Raises
    ------
    HepmlError
        One line; all problems, the first three spelled out.
    """
    head = f"{source}: " if source else ""
    if not isinstance(values, Mapping):
        msg = f"{head}{path or 'the recipe'} must be a mapping of keys to values, found {type(values).__name__}"
        raise error(msg)
    unknown = [str(key) for key in values if key not in _names(model)]
    if unknown:
        msg = f"{head}unknown key {_join(path, unknown[0])!r}: {nearest(unknown[0], _names(model))}"
        raise error(msg)
    try:
        return model.model_validate(dict(values))
    except pydantic.ValidationError as problems:
        shown = [_line(model, dict(problem), path) for problem in problems.errors()]
        more = f" (and {len(shown) - 3} more)" if len(shown) > 3 else ""
        msg = head + "; ".join(shown[:3]) + more
    raise error(msg)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _names(model: type[pydantic.BaseModel]) -> list[str]:
    aliases = [field.alias for field in model.model_fields.values() if field.alias]
    return [*model.model_fields, *aliases]


def _line(model: type[pydantic.BaseModel], problem: dict[str, Any], path: str) -> str:
    place = ".".join([path, *map(str, problem["loc"])] if path else map(str, problem["loc"])) or "the recipe"
    if problem["type"] == "extra_forbidden":
        key = str(problem["loc"][-1])
        return f"unknown key {place!r}: {nearest(key, _known_at(model, problem['loc'][:-1]))}"
    if problem["type"] == "missing":
        return f"key {place!r} is missing"
    value = repr(problem.get("input"))
    shown = value if len(value) <= 60 else value[:57] + "…"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{place} = {shown}: {message[:1].lower()}{message[1:]}"


def _known_at(model: type[pydantic.BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """Return the known keys at a place inside `model`, following fields, mappings and lists."""
    here: list[Any] = [model]
    for key in loc:
        inside = [
            t.model_fields[key].annotation
            for t in here
            if isinstance(t, type) and issubclass(t, pydantic.BaseModel) and key in t.model_fields
        ]
        here = [part for annotation in inside or here for part in _parts(annotation)]
    names = [_names(t) for t in here if isinstance(t, type) and issubclass(t, pydantic.BaseModel)]
    return sorted({name for group in names for name in group})


def _parts(annotation: Any) -> list[Any]:
    """Return `annotation` and everything inside its brackets."""
    return [annotation, *(part for arg in get_args(annotation) for part in _parts(arg))]
