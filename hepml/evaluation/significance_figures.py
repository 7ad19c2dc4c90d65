"""What a counting experiment would make of a classifier: significances at the cut that another part chose."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Curve, Metric
from hepml.evaluation.best_selection import (
    best_cut,
    best_selection,
    chosen_threshold,
    efficiency_error,
    largest,
    purity_of,
)
from hepml.evaluation.case import Case
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.labelled import LabelledScores, SignalView, signal_views
from hepml.evaluation.roc import roc_curve
from hepml.evaluation.same_events import remark_on_folds
from hepml.evaluation.significance import approximate_median_significance, s_over_sqrt_b, s_over_sqrt_sb
from hepml.evaluation.significance_improvement import significance_improvement_of
from hepml.evaluation.significance_scan import MINIMUM_BACKGROUND_EVENTS, SignificanceScan, significance_scan
from hepml.evaluation.yields import weight_to_yields
from hepml.recipe import Evaluation

_TOO_FEW = undefined(f"no cut leaves {MINIMUM_BACKGROUND_EVENTS:g} effective background events")


WITHOUT_YIELDS = "for Σw of the sample"
"""In the method of a significance for which no yields were given: true where the weights are to an expectation."""


def significance_figures(
    validation: LabelledScores | None, test: LabelledScores, yields: Mapping[str, float], evaluation: Evaluation
) -> tuple[list[Metric], list[Curve]]:
    """Return figures and ``significance`` curves of the averaged scores, for each signal against the rest.

    ``ams``, ``significance_s_over_sqrt_b`` and ``significance_s_over_sqrt_sb`` are those of the test part at the cut
    whose AMS is the largest on the validation part (there ``ams_threshold`` and ``ams_max``).  ``ams_max`` of the test
    part is the largest over cuts on the same events, which is biased upward; without a validation part it is all there
    is.  ``s_over_sqrt_sb``, ``efficiency`` and ``purity``, each ``_at_best_cut``, are those of the test part at the cut
    whose s/√(s + b) is the largest on validation (there ``s_over_sqrt_sb_threshold``); ``s_over_sqrt_sb_max`` is the
    largest on the same events.  ``significance_improvement_at_<ε_S>`` is given for each of the recipe's
    signal efficiencies.

    Parameters
    ----------
    validation : LabelledScores or None
        Chooses the cut.
    test : LabelledScores
        The same run on the test part.
    yields : mapping of str to float
        Expected events per class, to which both parts are scaled; see `expected_yields`.
    evaluation : recipe.Evaluation
        ``signal_efficiencies`` and ``background_uncertainty_events``.

    Raises
    ------
    DatasetError
        A class has no events, or Σw ≤ 0, in a part.
    """
    metrics: list[Metric] = []
    curves: list[Curve] = []
    b_r = evaluation.background_uncertainty_events
    for index, view in enumerate(signal_views(test, None)):
        case = Case(test.run, test.part, class_=view.signal)
        metrics += _improvements(view, test, evaluation, case)
        chooses = _scan(validation or test, index, yields, b_r)
        scans = {test.part: chooses}
        if validation is not None:
            scans = {test.part: _scan(test, index, yields, b_r, chooses.threshold), validation.part: chooses}
            remark = f"best on validation{remark_on_folds(validation, test)}"
            metrics += _at_cut(scans[test.part], chooses.best(), evaluation, case, remark)
            metrics += best_selection(scans[test.part], best_cut(chooses), case, remark=remark)
            chosen = replace(case, part=validation.part)
            metrics += [chosen.metric("ams_threshold", _threshold(chooses)), chosen_threshold(chooses, chosen)]
        for part, scan in scans.items():
            of_part = replace(case, part=part)
            metrics += [of_part.metric("ams_max", _maximum(scan)), largest(scan, of_part)]
        labels = {
            "best_threshold": _threshold(chooses).value,
            "best_threshold_s_over_sqrt_sb": chosen_threshold(chooses, case).value,
            "background_uncertainty_events": b_r,
        }
        curves += [
            Curve("significance", _columns(scan), test.run, None, view.signal, part, labels)
            for part, scan in scans.items()
        ]
    return metrics, curves


def _improvements(view: SignalView, sample: LabelledScores, evaluation: Evaluation, case: Case) -> list[Metric]:
    curve = roc_curve(view.truth, view.score, sample_weight=sample.weight)
    return [
        case.metric(f"significance_improvement_at_{efficiency:g}", significance_improvement_of(curve, efficiency))
        for efficiency in evaluation.signal_efficiencies
    ]


def _scan(
    sample: LabelledScores,
    index: int,
    yields: Mapping[str, float],
    b_r: float,
    thresholds: NDArray[np.float64] | None = None,
) -> SignificanceScan:
    view = signal_views(sample, None)[index]
    return significance_scan(
        view.truth,
        view.score,
        signal_yield=yields[view.signal],
        background_yield=sum(value for name, value in yields.items() if name != view.signal),
        sample_weight=weight_to_yields(sample, yields),
        thresholds=thresholds,
        background_uncertainty_events=b_r,
    )


def _at_cut(scan: SignificanceScan, best: int | None, evaluation: Evaluation, case: Case, remark: str) -> list[Metric]:
    """Return the significances at one of the cuts."""
    names = ("ams", "significance_s_over_sqrt_b", "significance_s_over_sqrt_sb")
    if best is None:
        return [case.metric(name, _TOO_FEW) for name in names]
    b_r = evaluation.background_uncertainty_events
    s, b = float(scan.expected.signal[best]), float(scan.expected.background[best])
    s_error, b_error = float(scan.expected.signal_error[best]), float(scan.expected.background_error[best])
    estimates = (
        approximate_median_significance(
            s, b, signal_error=s_error, background_error=b_error, background_uncertainty_events=b_r
        ),
        s_over_sqrt_b(s, b, signal_error=s_error, background_error=b_error),
        s_over_sqrt_sb(s, b, signal_error=s_error, background_error=b_error),
    )
    scale = "" if evaluation.yields is not None else f", {WITHOUT_YIELDS}"
    where = f"{scale}, at the cut {scan.threshold[best]:.4g} that is {remark}"
    return [
        case.metric(name, replace(estimate, method=estimate.method + where))
        for name, estimate in zip(names, estimates, strict=True)
    ]


def _threshold(scan: SignificanceScan) -> Estimate:
    best = scan.best()
    if best is None:
        return _TOO_FEW
    return Estimate(float(scan.threshold[best]), math.nan, f"largest AMS of {len(scan.threshold)} cuts")


def _maximum(scan: SignificanceScan) -> Estimate:
    best = scan.best()
    if best is None:
        return _TOO_FEW
    how = f"linear propagation, largest of {len(scan.threshold)} cuts on the same events: biased upward"
    return Estimate(float(scan.ams.value[best]), float(scan.ams.error[best]), how)


def _columns(scan: SignificanceScan) -> dict[str, NDArray[np.float64]]:
    purity = purity_of(scan.expected)
    return {
        "threshold": scan.threshold,
        "signal_efficiency": scan.signal_efficiency,
        "signal_efficiency_error": efficiency_error(scan),
        "purity": purity.value,
        "purity_error": purity.error,
        "background_efficiency": scan.background_efficiency,
        "signal_yield": scan.expected.signal,
        "signal_yield_error": scan.expected.signal_error,
        "background_yield": scan.expected.background,
        "background_yield_error": scan.expected.background_error,
        "ams": scan.ams.value,
        "ams_error": scan.ams.error,
        "s_over_sqrt_b": scan.s_over_sqrt_b.value,
        "s_over_sqrt_b_error": scan.s_over_sqrt_b.error,
        "s_over_sqrt_sb": scan.s_over_sqrt_sb.value,
        "s_over_sqrt_sb_error": scan.s_over_sqrt_sb.error,
    }
