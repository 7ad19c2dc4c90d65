"""Shape variables of fast against full simulation, one line each: separation, χ², truth–truth floor, pass or fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hepml.errors import ShapeError
from hepml.evaluation.binning import equal_population_edges
from hepml.evaluation.checks import check_finite
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.histogram_chi2 import Chi2Test, histogram_chi2
from hepml.evaluation.separation import Separation, separation_power
from hepml.evaluation.truth_floor import Rows, truth_floor

PASSES_BELOW = 0.05
"""Separation power, less what chance gives, below which a variable passes."""


@dataclass(frozen=True)
class ShapeComparison:
    """One variable of generated showers against the truth.

    Attributes
    ----------
    name : str
        Of the variable.
    separation : Separation
        In bins of equal population in the truth.
    chi2 : Chi2Test
        In the same bins.
    floor : Estimate
        Separation power, less chance, of halves of the truth.
    passes : bool
        Whether the separation power, less chance, is below the limit.
    """

    name: str
    separation: Separation
    chi2: Chi2Test
    floor: Estimate
    passes: bool


def compare_shapes(
    truth: Mapping[str, ArrayLike],
    generated: Mapping[str, ArrayLike],
    *,
    rng: np.random.Generator,
    n_bins: int = 30,
    limit: float = PASSES_BELOW,
) -> list[ShapeComparison]:
    """Compare every variable of the truth with that of generated showers.

    Parameters
    ----------
    truth, generated : mapping of str to array of float, shape (n,) and (m,)
        By variable, the same ones.
    rng : numpy.random.Generator
        Splits the truth into halves, for the floor.
    n_bins : int
        At most.
    limit : float
        Of the separation power, less chance.

    Raises
    ------
    ShapeError
        A variable of the truth is not there.
    DatasetError
        A value is NaN, or there are fewer than four showers.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> truth, generated = {"depth": rng.normal(size=2000)}, {"depth": rng.normal(1, 1, size=2000)}
    >>> [found.passes for other in (truth, generated) for found in compare_shapes(truth, other, rng=rng)]
    [True, False]
    """
    missing = sorted(set(truth) - set(generated))
    if missing:
        msg = f"generated showers lack the variables {missing}: compute the same ones of both"
        raise ShapeError(msg)
    return [_compare(name, truth[name], generated[name], rng, n_bins, limit) for name in truth]


def _compare(
    name: str, truth: ArrayLike, generated: ArrayLike, rng: np.random.Generator, n_bins: int, limit: float
) -> ShapeComparison:
    full = check_finite(name, truth)
    edges = equal_population_edges(full, n_bins)
    separation = separation_power(full, generated, edges)

    def of_halves(one: Rows, other: Rows) -> float:
        return separation_power(full[one], full[other], edges).excess.value

    floor = truth_floor(of_halves, len(full), rng=rng)
    passes = separation.excess.value < limit
    return ShapeComparison(name, separation, histogram_chi2(full, generated, edges), floor, passes)
