"""Regressions compared bin by bin on the same events: where a model is better, and where it loses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Curve, Predictions
from hepml.evaluation.binning import bin_index
from hepml.evaluation.delta_auc import two_sided_p_value
from hepml.evaluation.linearised import Linearised
from hepml.evaluation.regressed import RegressedTarget
from hepml.evaluation.regression_curves import RESPONSE_BINS, in_bin, relative_where_possible
from hepml.evaluation.residuals import Residuals, median_absolute_of, residuals, resolution_of
from hepml.evaluation.same_targets import same_targets
from hepml.evaluation.spectator_bins import binned_spectators, edges_of
from hepml.recipe import Evaluation

_FIGURES: Mapping[str, Callable[[Residuals], Linearised]] = {
    "delta_resolution": resolution_of,
    "delta_median_absolute_error": median_absolute_of,
}
_COLUMNS = tuple(f"{name}{what}" for name in _FIGURES for what in ("", "_error", "_p_value"))


def response_differences(predictions: Sequence[Predictions], evaluation: Evaluation) -> list[Curve]:
    """Return one ``response_difference`` per pair of runs, in the bins and with the labels of `response_curves`.

    Columns: ``low``, ``high``, ``delta_resolution`` and ``delta_median_absolute_error`` (of `Curve.run` minus that of
    the label ``against``), each with its paired ``…_error`` and a two-sided ``…_p_value`` for this bin alone: of many
    bins one may be below 5% by chance.  Where the label ``relative`` is true, they are those of residuals over truth.
    """
    return [curve for output, targets in same_targets(predictions) for curve in _of_output(output, targets, evaluation)]


def _of_output(output: str, targets: Sequence[RegressedTarget], evaluation: Evaluation) -> Iterator[Curve]:
    first = targets[0]
    checked = [residuals(each.truth, each.predicted[None], sample_weight=each.weight) for each in targets]
    scaled = [sample for sample in map(relative_where_possible, checked) if sample is not None]
    for name in [first.target, *binned_spectators(first.spectators, evaluation, leave_out=[first.target])]:
        values = first.spectators[name]
        edges = edges_of(name, values, evaluation, sample_weight=first.weight, default_bins=RESPONSE_BINS)
        if edges is None:
            continue
        index = bin_index(values, edges)
        for samples, is_relative in ((checked, False), (scaled, True)):
            where = index[first.truth > 0] if is_relative else index
            for one, other in combinations(range(len(samples)), 2):
                columns = {"low": edges[:-1], "high": edges[1:]} | _differences(
                    samples[one], samples[other], where, edges
                )
                labels = {"output": output, "of": name, "relative": is_relative, "against": targets[other].run}
                yield Curve("response_difference", columns, targets[one].run, part=first.part, labels=labels)


def _differences(
    one: Residuals, other: Residuals, index: NDArray[np.int64], edges: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    rows = [_of_bin(in_bin(one, index == number), in_bin(other, index == number)) for number in range(len(edges) - 1)]
    return dict(zip(_COLUMNS, np.array(rows).T, strict=True))


def _of_bin(one: Residuals | None, other: Residuals | None) -> tuple[float, ...]:
    if one is None or other is None:
        return (np.nan,) * len(_COLUMNS)
    found = [figure(one).minus(figure(other), one.share) for figure in _FIGURES.values()]
    p_values = [two_sided_p_value(each.value, each.error) if each.defined else np.nan for each in found]
    return tuple(
        number for each, p_value in zip(found, p_values, strict=True) for number in (each.value, each.error, p_value)
    )
