"""Scores of test calibrated with what validation says, never with the truth of the events that are judged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.evaluation.isotonic import fit_isotonic
from hepml.evaluation.labelled import LabelledScores, signal_views
from hepml.evaluation.same_events import remark_on_folds
from hepml.evaluation.temperature import TemperatureCalibration, fit_temperature

_HASH = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ over the golden ratio: neighbouring rows fall in either half


def calibrated_scores(
    validation: LabelledScores, test: LabelledScores, *, equal_priors: bool
) -> tuple[dict[str, NDArray[np.float64]], str]:
    """Return the probabilities of each signal on test by calibration, shape ``(n, n_signals)``, and how it was fitted.

    With folds validation and test are the same events, scored by different folds.  Each half of them is then calibrated
    with what the other half says, unless a class has too few events for that.

    Parameters
    ----------
    validation, test : LabelledScores
        The same run; each class has events in both.
    equal_priors : bool
        Whether classes count the same in the fits.
    """
    remark = remark_on_folds(validation, test)
    seen, judged = _second_half(validation.row), _second_half(test.row)
    if not remark or not all(_has_all_classes(validation.select(half)) for half in (seen, ~seen)):
        return _calibrated(validation, test, equal_priors), f"fitted on {validation.part}{remark}"
    together = {}
    halves = [
        (~judged, _calibrated(validation.select(seen), test.select(~judged), equal_priors)),
        (judged, _calibrated(validation.select(~seen), test.select(judged), equal_priors)),
    ]
    for name in halves[0][1]:
        together[name] = np.empty((len(test.row), len(signal_views(test, None))))
        for chosen, by_name in halves:
            together[name][chosen] = by_name[name]
    return together, f"fitted on the other half of {validation.part}, where folds have the same events"


def temperature_of(sample: LabelledScores, *, equal_priors: bool) -> TemperatureCalibration:
    """Return the temperature calibration that is best on these events, one for all classes."""
    return fit_temperature(
        true_indices(sample),
        probabilities(sample),
        sample_weight=sample.weight,
        balanced_by=sample.label if equal_priors else None,
    )


def probabilities(sample: LabelledScores) -> NDArray[np.float64]:
    """Return P(signal) of shape ``(n,)``, or with three classes and more P(class) of shape ``(n, n_classes)``."""
    scores = sample.scores[None]
    return scores[:, 0] if scores.shape[1] == 1 else scores


def true_indices(sample: LabelledScores) -> NDArray[np.int64]:
    """Return the class indices that `probabilities` is of: with two classes 1 is signal."""
    views = signal_views(sample, None)
    return views[0].truth.astype(np.int64) if len(views) == 1 else sample.label


def _calibrated(seen: LabelledScores, judged: LabelledScores, equal_priors: bool) -> dict[str, NDArray[np.float64]]:
    groups = seen.label if equal_priors else None
    isotonic = [
        fit_isotonic(known.truth, known.score, sample_weight=seen.weight, balanced_by=groups).apply(view.score)
        for known, view in zip(signal_views(seen, None), signal_views(judged, None), strict=True)
    ]
    scaled = temperature_of(seen, equal_priors=equal_priors).apply(probabilities(judged))
    return {"isotonic": np.column_stack(isotonic), "temperature": scaled.reshape(len(judged.row), -1)}


def _second_half(row: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows are in the second of two halves; it depends on the number of the row alone."""
    with np.errstate(over="ignore"):
        return (row.astype(np.uint64) * _HASH) >> np.uint64(63) == 1


def _has_all_classes(sample: LabelledScores) -> bool:
    total = np.bincount(sample.label, weights=sample.weight, minlength=len(sample.task.classes))
    return bool((total > 0).all())
