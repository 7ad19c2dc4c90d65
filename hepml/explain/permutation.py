"""Importance of features by permutation: what a model loses when a feature is dealt anew among the events."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, batch_name
from hepml.errors import ShapeError
from hepml.evaluation import Estimate, LeadingFigure
from hepml.explain.feature import Feature, features_of

Inputs = Mapping[str, NDArray[Any]]
Outputs = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Importance:
    """What the figures of merit lose without one feature; one loss for each figure."""

    feature: str
    losses: tuple[Estimate, ...]


def permutation_importance(
    predict: Callable[[Inputs], Outputs],
    inputs: Inputs,
    arrays: Mapping[str, ArraySpec],
    *,
    judge: Callable[[Outputs], Sequence[LeadingFigure]],
    seed: int,
    repeats: int = 5,
    on_feature: Callable[[str], None] = lambda _name: None,
) -> list[Importance]:
    """Return how much worse a model judges events whose values of one feature are permuted among them.

    L. Breiman, Machine Learning 45 (2001) 5.  All events take part, whatever their class, with their weights as they
    are: the permuted feature keeps its distribution and loses its relation to the truth and to the other features.  A
    feature of an image is a channel, permuted as a whole; that of a sequence is the list of its items, whose values are
    repeated where the other event has more items.  Of two features that say the same, either can look unimportant.

    The value is the mean over repeats.  Its error has the fluctuation of the events, as receivers and as givers of
    values, and that of the permutations (see `loss_of_repeats`).  Memory holds the inputs, one array of them a second
    time, and the outputs of one feature.

    Parameters
    ----------
    predict : callable
        Inputs → outputs by name, n rows in, n rows out.
    inputs : mapping of str to array, shape (n, …)
        Of the events; not changed.
    arrays : mapping of str to ArraySpec
        What they are.
    judge : callable
        Outputs → figures; it knows truth and weights.
    seed : int
        Deals the permutations; they are the same for every feature.
    repeats : int
        How often each feature is permuted, at least twice.
    on_feature : callable
        Called with the name of each feature that is done.

    Raises
    ------
    ShapeError
        An array is missing or has another shape than its specification.
    """
    n = _n_rows(inputs, arrays)
    orders = [np.random.default_rng([seed, repeat]).permutation(n) for repeat in range(repeats)]
    before = judge(predict(inputs))
    found = []
    for feature in features_of(arrays):
        mask = inputs[batch_name(feature.array, "mask")] if arrays[feature.array].role == "sequence" else None
        after = [
            judge(predict({**inputs, feature.array: _permuted(inputs[feature.array], feature, o, mask)}))
            for o in orders
        ]
        losses = [
            loss_of_repeats(figure, of_repeats, orders) for figure, *of_repeats in zip(before, *after, strict=True)
        ]
        found.append(Importance(feature.name, tuple(losses)))
        on_feature(feature.name)
    return found


def loss_of_repeats(
    before: LeadingFigure, after: Sequence[LeadingFigure], orders: Sequence[NDArray[np.int64]]
) -> Estimate:
    """Return the mean loss over permutations, with its error.

    Of the R permutations π_r let d_r be the change of the influences on the figure.  An event counts as the receiver of
    other values, mean_r d_r[i], and as the giver of its own, mean_r d_r[π_r⁻¹(i)].  The sum of squares of both together
    holds the fluctuation of events and twice that of the permutations, plus a share of 1/R of all of it that the other
    event of each pair brings in; without mean_r Σ d_r² / R that is the variance of the mean (Hoeffding's decomposition
    of a mean of functions of two events).  It is not taken smaller than what the repeats themselves show.

    Parameters
    ----------
    before : LeadingFigure
        With the inputs as they are.
    after : sequence of LeadingFigure
        One per permutation, at least two.
    orders : sequence of array of int64, shape (n,)
        From which event each event had its values.
    """
    n_repeats = len(orders)
    losses = np.array([figure.loss - before.loss for figure in after])
    changes = [figure.loss_influence - before.loss_influence for figure in after]
    total = np.mean(changes, axis=0)
    for change, order in zip(changes, orders, strict=True):
        total[order] += change / n_repeats
    of_pairs = float(np.mean([change @ change for change in changes])) / n_repeats
    of_repeats = float(np.var(losses, ddof=1)) / n_repeats
    variance = float(np.fmax(float(total @ total) - of_pairs, of_repeats))
    return Estimate(float(losses.mean()), math.sqrt(variance), f"events and {n_repeats} permutations")


def _permuted(
    array: NDArray[Any], feature: Feature, order: NDArray[np.int64], mask: NDArray[np.bool_] | None
) -> NDArray[Any]:
    """Return an array with the values of one feature permuted; `mask` is that of a sequence."""
    index = slice(None) if feature.index is None else feature.index
    values = array[..., index]
    changed = array.copy()
    changed[..., index] = (values if mask is None else _without_padding(values, mask))[order]
    return changed


def _without_padding(values: NDArray[Any], mask: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the values of real items over and over, shape (n, length, …); those of another event where there are none.

    Padding is no value that an item could have.
    """
    n_items = mask.sum(axis=1)
    lender, (some, none) = np.arange(len(values)), (np.flatnonzero(n_items), np.flatnonzero(n_items == 0))
    if not len(some):
        return values
    lender[none] = some[np.arange(len(none)) % len(some)]
    place = np.arange(mask.shape[1]) % n_items[lender][:, None]
    repeated: NDArray[Any] = values[lender[:, None], place]
    return repeated


def _n_rows(inputs: Inputs, arrays: Mapping[str, ArraySpec]) -> int:
    shapes = {name: inputs[name].shape for name in arrays if name in inputs}
    fit = all(name in shapes and shapes[name][1:] == spec.shape for name, spec in arrays.items())
    lengths = {shape[0] for shape in shapes.values()}
    if not fit or len(lengths) != 1:
        wanted = {name: ("n", *spec.shape) for name, spec in arrays.items()}
        msg = f"importances need arrays of shapes {wanted}, found {shapes}: give the inputs that the model reads"
        raise ShapeError(msg)
    return lengths.pop()
