"""Which spectators figures are given in bins of, and in which bins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.errors import RecipeError, nearest
from hepml.evaluation.binning import equal_population_edges
from hepml.recipe import Evaluation

N_SPECTATORS = 4
"""How many spectators are looked at where the recipe names none."""


def binned_spectators(
    spectators: Mapping[str, NDArray[Any]], evaluation: Evaluation, *, leave_out: Collection[str] = ()
) -> list[str]:
    """Return the spectators that the recipe names, or the first four that are numbers and differ between events.

    Raises
    ------
    RecipeError
        The recipe names one that there is not.
    """
    for name in evaluation.bins:
        if name not in spectators:
            msg = f"evaluation.bins names {name!r}, which is no spectator: {nearest(name, spectators)}"
            raise RecipeError(msg)
    if evaluation.bins:
        return [name for name in evaluation.bins if name not in leave_out]
    suited = [name for name, values in spectators.items() if name not in leave_out and _varies(values)]
    return suited[:N_SPECTATORS]


def edges_of(
    name: str,
    values: NDArray[Any],
    evaluation: Evaluation,
    *,
    sample_weight: NDArray[np.float64],
    default_bins: int,
) -> NDArray[np.float64] | None:
    """Return the recipe's edges for a variable, or those of bins of equal population; None where there can be none."""
    bins = evaluation.bins.get(name, default_bins)
    if isinstance(bins, list):
        return np.asarray(bins, dtype=np.float64)
    finite = np.isfinite(np.asarray(values, dtype=np.float64))
    if not finite.any() or float(sample_weight[finite].sum()) <= 0:
        return None
    return equal_population_edges(values, bins, sample_weight=sample_weight)


def _varies(values: NDArray[Any]) -> bool:
    if values.dtype.kind not in "iuf" or not len(values):
        return False
    finite = values[np.isfinite(values)]
    return bool(len(finite) and finite.min() < finite.max())
