"""The split: which of the 100 buckets of events belong to which part, or fold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.errors import DatasetError, nearest
from hepml.recipe import N_BUCKETS, Split

FOLD_PARTS = ("train", "validation", "test")
"""The parts of a fold."""


def part_names(split: Split) -> tuple[str, ...]:
    """Return the names of the parts; with folds each has a train and a test part, and a validation part if wanted."""
    if split.folds is None:
        return tuple(split.parts)
    return tuple(part for part in FOLD_PARTS if split.validation or part != "validation")


def part_buckets(
    split: Split, part: str, fold: int | None = None, *, fraction: float | None = None
) -> NDArray[np.bool_]:
    """Return which buckets belong to a part, or to a fraction of the training part.

    Numbers of buckets are taken in the order of the parts, from bucket 0.  Of k folds, fold f tests the buckets with
    ``bucket % k == f``, validates on those of the next fold, unless ``split.validation`` is false, and trains on the
    rest.

    Parameters
    ----------
    split : Split
        The recipe's.
    part : str
        Name of the part.
    fold : int, optional
        Which fold; needed where `split` has folds, and only there.
    fraction : float, optional
        Of the buckets of the part ``"train"``, above 0 and at most 1: the first of them, so that a smaller fraction is
        a subset of a larger one.  Events are spread over buckets at random, unless the split names a column.

    Returns
    -------
    array of bool, shape (100,)

    Raises
    ------
    DatasetError
        There is no such part or fold, or the fraction is of another part or less than half a bucket.

    Examples
    --------
    >>> part_buckets(Split(), "validation").nonzero()[0].tolist()
    [60, 61, 62, 63, 64, 65, 66, 67, 68, 69]
    >>> int(part_buckets(Split(folds=5), "train", 4).sum())
    60
    >>> int(part_buckets(Split(folds=5, validation=False), "train", 4).sum())
    80
    >>> part_buckets(Split(), "train", fraction=0.05).nonzero()[0].tolist()
    [0, 1, 2]
    """
    chosen = _all_of_part(split, part, fold)
    return chosen if fraction is None else _first_of(chosen, part, fraction)


def _all_of_part(split: Split, part: str, fold: int | None) -> NDArray[np.bool_]:
    if part not in part_names(split):
        msg = f"the split has no part {part!r}: {nearest(part, part_names(split))}"
        raise DatasetError(msg)
    if split.folds is None:
        if fold is not None:
            msg = f"fold {fold} of part {part!r} was asked for, but the split has no folds: set split.folds"
            raise DatasetError(msg)
        return _of_part(split, part)
    if fold is None or not 0 <= fold < split.folds:
        msg = f"fold {fold} of part {part!r} was asked for, but the {split.folds} folds are 0 to {split.folds - 1}"
        raise DatasetError(msg)
    return _of_fold(split, split.folds, part, fold)


def _first_of(chosen: NDArray[np.bool_], part: str, fraction: float) -> NDArray[np.bool_]:
    buckets = np.flatnonzero(chosen)
    n_buckets = round(fraction * len(buckets))
    if part != "train" or not 1 <= n_buckets <= len(buckets):
        least = 0.5 / max(len(buckets), 1)
        msg = (
            f"a fraction of {fraction:g} of part {part!r} was asked for: fractions are of the part 'train', which has "
            f"{len(buckets)} buckets here, so give a number above {least:.2g} and at most 1"
        )
        raise DatasetError(msg)
    first = np.zeros_like(chosen)
    first[buckets[:n_buckets]] = True
    return first


def _of_part(split: Split, part: str) -> NDArray[np.bool_]:
    chosen = np.zeros(N_BUCKETS, dtype=np.bool_)
    start = 0
    for name, value in split.parts.items():
        ranges = [(start, start + value - 1)] if isinstance(value, int) else value
        start = ranges[-1][1] + 1
        if name == part:
            for first, last in ranges:
                chosen[first : last + 1] = True
    return chosen


def _of_fold(split: Split, n_folds: int, part: str, fold: int) -> NDArray[np.bool_]:
    group = np.arange(N_BUCKETS) % n_folds
    test, validation = group == fold, (group == (fold + 1) % n_folds) & split.validation
    return {"test": test, "validation": validation, "train": ~(test | validation)}[part]
