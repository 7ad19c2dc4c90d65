"""Efficiency and purity of a selection, and both in bins of another variable."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.binned_efficiency import binned_efficiency
from hepml.evaluation.binning import bin_index, bin_sums
from hepml.evaluation.checks import check_flags, check_lengths, check_weight
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.fraction import weighted_fraction


@dataclass(frozen=True)
class BinnedSelection:
    """Efficiency and purity in k bins; all shape ``(k,)``.

    Attributes
    ----------
    low, high : array of float64
        Edges.
    efficiency, efficiency_error : array of float64
        Σw of true events that are selected over Σw of true events; NaN where the latter is not positive.
    purity, purity_error : array of float64
        Σw of selected events that are true over Σw of selected events; NaN where the latter is not positive.
    true_w, all_w : array of float64
        Σw of the true events and of all events.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    efficiency: NDArray[np.float64]
    efficiency_error: NDArray[np.float64]
    purity: NDArray[np.float64]
    purity_error: NDArray[np.float64]
    true_w: NDArray[np.float64]
    all_w: NDArray[np.float64]


def binned_selection(
    truth: ArrayLike,
    selected: ArrayLike,
    values: ArrayLike,
    edges: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
) -> BinnedSelection:
    """Return efficiency and purity of a selection in bins of `values`, with binomial errors.

    Parameters
    ----------
    truth, selected : array of bool, shape (n,)
        Which events are of the class, and which are selected as such.
    values : array of float, shape (n,)
        The variable; NaN and what is outside the edges is in no bin, whether it is selected or not.
    edges : array of float, shape (k + 1,)
        Increasing; the last bin includes its upper edge.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    RecipeError
        The edges are not increasing.

    Examples
    --------
    >>> bins = binned_selection([1, 1, 0, 0], [1, 0, 1, 0], [1.0, 1.0, 1.0, 3.0], [0.0, 2.0, 4.0])
    >>> bins.efficiency.tolist(), bins.purity.tolist()
    ([0.5, nan], [0.5, nan])
    """
    true, chosen, weight = _checked(truth, selected, sample_weight)
    variable = np.asarray(values, dtype=np.float64)
    check_lengths({"truth": true, "values": variable})
    index, n_bins = bin_index(variable, edges), len(np.asarray(edges)) - 1
    efficiency = binned_efficiency(chosen[true], variable[true], edges, sample_weight=weight[true])
    purity = binned_efficiency(true[chosen], variable[chosen], edges, sample_weight=weight[chosen])
    return BinnedSelection(
        low=efficiency.low,
        high=efficiency.high,
        efficiency=efficiency.efficiency,
        efficiency_error=efficiency.error,
        purity=purity.efficiency,
        purity_error=purity.error,
        true_w=bin_sums(index[true], weight[true], n_bins),
        all_w=bin_sums(index, weight, n_bins),
    )


@dataclass(frozen=True)
class Selection:
    """What a selection of one class is worth: efficiency, purity and their product."""

    efficiency: Estimate
    purity: Estimate
    product: Estimate


def selection_of(truth: ArrayLike, selected: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Selection:
    """Return efficiency, purity and their product, with their errors.

    Efficiency and purity have the true selected events in common: the error of the product is that of T²/(A S), with
    Σw of the true selected events T, of all true ones A and of all selected ones S, event by event.

    Parameters
    ----------
    truth, selected, sample_weight
        As for `binned_selection`.

    Raises
    ------
    ShapeError
        The arrays differ in length.

    Examples
    --------
    >>> found = selection_of([1, 1, 0, 0], [1, 0, 1, 0])
    >>> found.efficiency.value, found.purity.value, found.product.value
    (0.5, 0.5, 0.25)
    """
    true, chosen, weight = _checked(truth, selected, sample_weight)
    efficiency = _fraction(chosen[true], weight[true], "are of the class")
    purity = _fraction(true[chosen], weight[chosen], "are selected")
    return Selection(efficiency, purity, _product(efficiency, purity, true, chosen, weight))


def _product(
    efficiency: Estimate, purity: Estimate, true: NDArray[np.bool_], chosen: NDArray[np.bool_], w: NDArray[np.float64]
) -> Estimate:
    for factor in (efficiency, purity):
        if not factor.defined:
            return factor
    value, both = efficiency.value * purity.value, float(w[true & chosen].sum())
    if both == 0:  # both factors are known to one event
        return Estimate(value, efficiency.error * purity.error, "binomial")
    influence = 2 * (true & chosen) / both - true / float(w[true].sum()) - chosen / float(w[chosen].sum())
    error = abs(value) * math.sqrt(float(np.square(w * influence).sum()))
    if error == 0:  # all is selected and nothing else: both are known to one event
        error = math.hypot(efficiency.error, purity.error)
    return Estimate(value, error, "linear propagation")


def _fraction(passed: NDArray[np.bool_], weight: NDArray[np.float64], which: str) -> Estimate:
    total = float(weight.sum())
    if total <= 0:
        return undefined(f"the weights of the {len(weight)} events that {which} sum to {total:.6g}")
    return weighted_fraction(passed, sample_weight=weight)


def _checked(
    truth: ArrayLike, selected: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]:
    true, chosen = check_flags("truth", truth), check_flags("selected", selected)
    weight = check_weight(sample_weight, n=len(true))
    check_lengths({"truth": true, "selected": chosen, "sample_weight": weight})
    return true, chosen, weight
