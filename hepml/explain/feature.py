"""What can be taken away from a model's inputs: a column of a table, a channel of an image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hepml.contracts import ArraySpec

_NOT_A_FEATURE = frozenset({"mask"})
"""Roles of arrays that say which items are real: without them the other arrays mean nothing."""


@dataclass(frozen=True)
class Feature:
    """One feature of the inputs.

    Attributes
    ----------
    name : str
        As a report shows it.
    array : str
        Batch array that holds it.
    index : int, optional
        On the last axis of the array; None: the whole array.
    """

    name: str
    array: str
    index: int | None


def features_of(arrays: Mapping[str, ArraySpec]) -> list[Feature]:
    """Return the features of these arrays: one per name on the last axis, or the whole array where it has no names.

    A name that several arrays have is shown with that of its array.

    Examples
    --------
    >>> table = ArraySpec((2,), role="table", features=("pt [GeV]", "mass [GeV]"))
    >>> [feature.name for feature in features_of({"table": table, "flow": ArraySpec((5, 5))})]
    ['pt [GeV]', 'mass [GeV]', 'flow']
    """
    found = []
    for array, spec in arrays.items():
        if spec.role in _NOT_A_FEATURE:
            continue
        named = len(spec.features) == (spec.shape[-1] if spec.shape else 0) > 0
        found += (
            [Feature(name, array, i) for i, name in enumerate(spec.features)]
            if named
            else [Feature(array, array, None)]
        )
    seen = Counter(feature.name for feature in found)
    return [
        feature
        if seen[feature.name] == 1
        else Feature(f"{feature.array}: {feature.name}", feature.array, feature.index)
        for feature in found
    ]
