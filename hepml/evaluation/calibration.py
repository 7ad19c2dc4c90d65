"""What is said about scores as probabilities: as they are, and calibrated on validation and judged on test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Curve, Metric
from hepml.evaluation.calibrated_scores import calibrated_scores, probabilities, temperature_of, true_indices
from hepml.evaluation.case import Case
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.labelled import LabelledScores, signal_views
from hepml.evaluation.probability import brier_score_loss, log_loss
from hepml.evaluation.reliability import calibration_curve, expected_calibration_error
from hepml.recipe import Weights

_Sample = TypeVar("_Sample", LabelledScores, LabelledScores | None)


def calibration_figures(
    validation: LabelledScores | None, test: LabelledScores, *, trained: Weights
) -> tuple[list[Metric], list[Curve]]:
    """Return ``log_loss``, per signal ``brier`` and ``ece``, and a ``reliability`` curve for each calibration.

    With a validation part also ``temperature`` (part ``validation``, one for all classes) and ``brier_<calibration>``
    and ``ece_<calibration>`` for ``isotonic`` (each signal against the rest) and ``temperature``.

    Parameters
    ----------
    validation, test : LabelledScores
        The same run; each class has events in both.
    trained : recipe.Weights
        Of the training: scores are probabilities of the mixture of events that it was shown.  So classes count the same
        where it balanced them, and each event once, with the sign of its weight, where it took no weights.  Kinematic
        reweighting is not undone.
    """
    case = Case(test.run, test.part)
    equal_priors = trained.balance == "classes"
    groups, balanced = (test.label, ", classes balanced") if equal_priors else (None, "")
    if trained.training == "none":
        validation, test = _each_once(validation), _each_once(test)
        balanced += ", each event once"
    loss = log_loss(true_indices(test), probabilities(test), sample_weight=test.weight, balanced_by=groups)
    metrics = [case.metric("log_loss", _said(loss, balanced))]
    scores, fitted = {"none": _by_signal(test)}, ""
    if validation is not None:
        temperature = temperature_of(validation, equal_priors=equal_priors).temperature
        metrics.append(replace(case, part=validation.part).metric("temperature", _said(temperature, balanced)))
        calibrated, how = calibrated_scores(validation, test, equal_priors=equal_priors)
        scores, fitted = scores | calibrated, f", {how}"
    curves = []
    for index, view in enumerate(signal_views(test, None)):
        of_class = replace(case, class_=view.signal)
        for name, columns in scores.items():
            one = _Calibrated(name, view.truth, columns[:, index], test.weight, groups)
            said = balanced + (fitted if name != "none" else "")
            metrics += [of_class.metric(figure, _said(value, said)) for figure, value in one.figures().items()]
            curves.append(one.curve(of_class))
    return metrics, curves


def _each_once(sample: _Sample) -> _Sample:
    return sample if sample is None else replace(sample, weight=np.sign(sample.weight))


@dataclass(frozen=True)
class _Calibrated:
    """One signal's probabilities on test, as they are (``none``) or calibrated."""

    calibration: str
    truth: NDArray[np.bool_]
    probability: NDArray[np.float64]
    weight: NDArray[np.float64]
    balanced_by: NDArray[np.int64] | None

    def figures(self) -> dict[str, Estimate]:
        suffix = "" if self.calibration == "none" else f"_{self.calibration}"
        return {
            f"{name}{suffix}": function(
                self.truth, self.probability, sample_weight=self.weight, balanced_by=self.balanced_by
            )
            for name, function in _FIGURES.items()
        }

    def curve(self, case: Case) -> Curve:
        points = calibration_curve(
            self.truth, self.probability, sample_weight=self.weight, balanced_by=self.balanced_by
        )
        columns = {name: getattr(points, name) for name in _COLUMNS}
        return Curve("reliability", columns, case.run, None, case.class_, case.part, {"calibration": self.calibration})


_FIGURES: dict[str, Callable[..., Estimate]] = {"brier": brier_score_loss, "ece": expected_calibration_error}
_COLUMNS = ("low", "high", "score_mean", "fraction", "fraction_error", "n_eff")


def _by_signal(sample: LabelledScores) -> NDArray[np.float64]:
    """Return the scores as they are, one column per signal."""
    return np.column_stack([view.score for view in signal_views(sample, None)])


def _said(estimate: Estimate, more: str) -> Estimate:
    return replace(estimate, method=estimate.method + more)
