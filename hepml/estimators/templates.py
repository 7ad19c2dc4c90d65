"""Binned distributions of groups of features, one template per class: what a likelihood ratio is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, batch_name
from hepml.errors import RecipeError, nearest
from hepml.representations.sequence_transform import plain_name

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Features of one array whose joint distribution is filled.

    Attributes
    ----------
    array : str
        Batch array.
    columns : tuple of int
        On its last axis.
    """

    array: str
    columns: tuple[int, ...]


@dataclass(frozen=True)
class Template:
    """The joint distribution of a group in each class.

    Attributes
    ----------
    edges : tuple of arrays
        Of each feature, the inner edges of its bins, increasing; the last bin of all holds what is missing.
    log_density : array, shape (n_classes, n_bins)
        ln of the fraction in each bin; n_bins is the product over features of ``len(edges) + 2``.
    """

    edges: tuple[Floats, ...]
    log_density: Floats


def groups_of(arrays: Mapping[str, ArraySpec], named: Iterable[Iterable[str]], *, path: str) -> tuple[Group, ...]:
    """Return the groups with these names, or each feature of all arrays by itself where none are named.

    Raises
    ------
    RecipeError
        No array, or more than one, has a feature of a name, or a group is of several arrays.
    """
    places: dict[str, list[tuple[str, int]]] = {}
    for array, spec in arrays.items():
        if spec.role != "mask":
            names = spec.features or tuple(f"{array}_{column}" for column in range(spec.shape[-1]))
            for column, name in enumerate(names):
                places.setdefault(plain_name(name), []).append((array, column))
    chosen = [list(names) for names in named]
    if not chosen:
        return tuple(Group(array, (column,)) for each in places.values() for array, column in each)
    return tuple(_group(names, places, path=path) for names in chosen)


def _group(names: list[str], places: Mapping[str, list[tuple[str, int]]], *, path: str) -> Group:
    for name in names:
        if len(places.get(name, ())) != 1:
            known = nearest(name, places) if name not in places else "rename it in one of the inputs that have it"
            msg = f"{path}.groups: {name!r} is not the name of one feature of the inputs: {known}"
            raise RecipeError(msg)
    found = [places[name][0] for name in names]
    if len({array for array, _ in found}) != 1:
        msg = f"{path}.groups: {names} are features of several inputs: items of one do not belong to those of another"
        raise RecipeError(msg)
    return Group(found[0][0], tuple(column for _, column in found))


def items_of(
    group: Group, inputs: Mapping[str, NDArray[Any]], arrays: Mapping[str, ArraySpec]
) -> tuple[Floats, NDArray[np.int64]]:
    """Return the values of a group, shape (m, d), and the row that each is of; of a table each row has one.

    What is no code of its category becomes NaN.
    """
    array, spec = inputs[group.array], arrays[group.array]
    values = array[..., list(group.columns)].astype(np.float64)
    for axis, size in enumerate(category_sizes(group, spec)):
        if size:
            codes = values[..., axis]
            codes[~((codes >= 0) & (codes < size) & (codes == np.floor(codes)))] = np.nan
    if spec.role != "sequence":
        return values, np.arange(len(array))
    mask = inputs[batch_name(group.array, "mask")]
    return values[mask], np.nonzero(mask)[0]


def category_sizes(group: Group, spec: ArraySpec) -> tuple[int, ...]:
    """Return for each feature of a group its number of codes, 0 for a number."""
    return tuple(spec.categories[column] if spec.categories else 0 for column in group.columns)


def edges_of(sample: Floats, sizes: tuple[int, ...], *, bins: int) -> tuple[Floats, ...]:
    """Return the inner edges for each feature of a sample of items, shape (m, d): one bin for each code.

    Examples
    --------
    >>> [edges.tolist() for edges in edges_of(np.array([[1.0, 2.0], [3.0, 0.0]]), (0, 3), bins=2)]
    [[2.0], [0.5, 1.5]]
    """
    return tuple(
        codes_apart(size) if size else quantile_edges(column, bins=bins)
        for column, size in zip(sample.T, sizes, strict=True)
    )


def codes_apart(n_codes: int) -> Floats:
    """Return edges between the codes 0 to n − 1."""
    return np.arange(1, n_codes, dtype=np.float64) - 0.5


def quantile_edges(values: Floats, *, bins: int) -> Floats:
    """Return the inner edges of bins of equal population, fewer where values repeat.

    Examples
    --------
    >>> quantile_edges(np.array([1.0, 2.0, 3.0, 4.0, np.nan]), bins=2).tolist()
    [2.5]
    """
    known = values[np.isfinite(values)]
    inner: Floats = np.unique(np.quantile(known, np.arange(1, bins) / bins)) if len(known) else np.empty(0)
    return inner


def bin_numbers(values: Floats, edges: tuple[Floats, ...]) -> NDArray[np.int64]:
    """Return the joint bin of each row of `values`, shape (m, d).

    Examples
    --------
    >>> bin_numbers(np.array([[0.0], [3.0], [np.nan]]), (np.array([2.5]),)).tolist()
    [0, 1, 2]
    """
    number = np.zeros(len(values), np.int64)
    for column, inner in enumerate(edges):
        place = np.searchsorted(inner, values[:, column], side="right")
        place[np.isnan(values[:, column])] = len(inner) + 1
        number = number * (len(inner) + 2) + place
    return number
