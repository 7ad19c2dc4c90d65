"""Shape variables of fast against full simulation, one line each: separation, χ², truth–truth floor, pass or fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import ShapeError
from hepml.evaluation.binning import equal_population_edges
from hepml.evaluation.checks import check_finite, check_weight
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
    floor : Estimate, optional
        Separation power, less chance, of halves of the truth; None where it was not asked for.
    edges : array of float64, shape (k + 1,)
        Of the bins.
    passes : bool
        Whether the separation power, less chance, is below the limit.
    """

    name: str
    separation: Separation
    chi2: Chi2Test
    floor: Estimate | None
    edges: NDArray[np.float64]
    passes: bool


def compare_shapes(
    truth: Mapping[str, ArrayLike],
    generated: Mapping[str, ArrayLike],
    *,
    rng: np.random.Generator | None,
    n_bins: int = 30,
    limit: float = PASSES_BELOW,
    truth_weight: ArrayLike | None = None,
    generated_weight: ArrayLike | None = None,
) -> list[ShapeComparison]:
    """Compare every variable of the truth with that of generated showers.

    Parameters
    ----------
    truth, generated : mapping of str to array of float, shape (n,) and (m,)
        By variable, the same ones.
    rng : numpy.random.Generator, optional
        Splits the truth into halves, for the floor; None: there is none.
    n_bins : int
        At most.
    limit : float
        Of the separation power, less chance.
    truth_weight, generated_weight : array of float, optional
        Signed weights of showers; None: all 1.

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
    weights = _Weights(check_weight(truth_weight, n=_rows(truth)), check_weight(generated_weight, n=_rows(generated)))
    return [_compare(name, truth[name], generated[name], weights, rng, n_bins, limit) for name in truth]


@dataclass(frozen=True)
class _Weights:
    truth: NDArray[np.float64]
    generated: NDArray[np.float64]


def _rows(variables: Mapping[str, ArrayLike]) -> int:
    return len(np.asarray(next(iter(variables.values()), ())))


def _compare(
    name: str,
    truth: ArrayLike,
    generated: ArrayLike,
    weights: _Weights,
    rng: np.random.Generator | None,
    n_bins: int,
    limit: float,
) -> ShapeComparison:
    full = check_finite(name, truth)
    edges = equal_population_edges(full, n_bins)
    both = {"truth_weight": weights.truth, "generated_weight": weights.generated}
    separation = separation_power(full, generated, edges, **both)

    def of_halves(one: Rows, other: Rows) -> float:
        halves = {"truth_weight": weights.truth[one], "generated_weight": weights.truth[other]}
        return separation_power(full[one], full[other], edges, **halves).excess.value

    floor = None if rng is None else truth_floor(of_halves, len(full), rng=rng)
    passes = separation.excess.value < limit
    return ShapeComparison(name, separation, histogram_chi2(full, generated, edges, **both), floor, edges, passes)
