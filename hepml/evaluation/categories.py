"""Categories of events: which spectators hold them, and what their codes are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.errors import DatasetError, RecipeError, nearest
from hepml.recipe import Evaluation

OTHER = "other"
"""The category of the codes that the recipe does not name, and of events without one."""


@dataclass(frozen=True)
class Categories:
    """The categories of n events.

    Attributes
    ----------
    spectator : str
        That holds the codes.
    names : tuple of str
        In the order of the recipe, each once; `OTHER` last where an event has any other code.
    index : array of int64, shape (n,)
        Place in `names`.
    """

    spectator: str
    names: tuple[str, ...]
    index: NDArray[np.int64]


def categories_of(codes: NDArray[Any], names: Mapping[int, str], *, spectator: str) -> Categories:
    """Return the categories of events by their codes; several codes may have one name.

    Parameters
    ----------
    codes : array of int or float, shape (n,)
        NaN is a code without a name.
    names : mapping of int to str
        Of the codes.
    spectator : str
        Whose codes they are.

    Raises
    ------
    DatasetError
        The codes are no numbers.

    Examples
    --------
    >>> found = categories_of(np.array([0, 2, 4, 7]), {0: "QE", 4: "QE", 2: "DIS"}, spectator="mode")
    >>> found.names, found.index.tolist()
    (('QE', 'DIS', 'other'), [0, 1, 0, 2])
    """
    if codes.dtype.kind not in "iufb":
        msg = f"categories need numbers, but spectator {spectator!r} is of type {codes.dtype}: give a column of codes"
        raise DatasetError(msg)
    distinct = list(dict.fromkeys(names.values()))
    if OTHER in distinct:  # it is the last, whoever names it
        distinct.remove(OTHER)
    index = np.full(len(codes), len(distinct), dtype=np.int64)
    for code, name in names.items():
        if name != OTHER:
            index[codes == code] = distinct.index(name)
    has_other = bool((index == len(distinct)).any())
    return Categories(spectator, (*distinct, *([OTHER] if has_other else [])), index)


def all_categories(spectators: Mapping[str, NDArray[Any]], evaluation: Evaluation) -> Iterator[Categories]:
    """Yield the categories that the recipe names under ``evaluation.categories``.

    Raises
    ------
    RecipeError
        It names a spectator that there is not.
    """
    for name, names in evaluation.categories.items():
        if name not in spectators:
            msg = f"evaluation.categories names {name!r}, which is no spectator: {nearest(name, spectators)}"
            raise RecipeError(msg)
        yield categories_of(spectators[name], names, spectator=name)
