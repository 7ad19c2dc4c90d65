"""The curves behind the plots of a classification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import hist
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Curve, Predictions
from hepml.evaluation.confusion import confusion_matrix
from hepml.evaluation.discriminant import background_samples, discriminant_view
from hepml.evaluation.histogram import histogram_columns, score_histogram
from hepml.evaluation.labelled import (
    LabelledScores,
    SignalView,
    class_score,
    labelled_scores,
    predicted_class,
    signal_index,
    signal_views,
)
from hepml.evaluation.roc import roc_curve
from hepml.evaluation.working_point import working_points

ROC_SIGNAL_EFFICIENCIES = np.linspace(0.005, 0.995, 199)


def roc_curves(sample: LabelledScores, shares: Mapping[str, float] | None = None) -> list[Curve]:
    """Return one ``roc`` per signal class of the averaged scores, on a grid of signal efficiencies.

    Columns: ``signal_efficiency``, ``threshold``, ``background_efficiency`` and ``rejection``, both with ``…_error``
    that includes the cut's fluctuation.  The rejection is NaN where no background passes.

    Where a signal is named among three classes or more, there is first one of its discriminant against each background,
    with the label ``background``; `shares` are those of `discriminant_view`.
    """
    of_pairs = [
        _roc(discriminant_view(pair, None, shares or {}), pair, {"background": background})
        for background, pair in background_samples(sample).items()
    ]
    return [*of_pairs, *(_roc(view, sample, {}) for view in signal_views(sample, None))]


def _roc(view: SignalView, sample: LabelledScores, labels: Mapping[str, str]) -> Curve:
    curve = roc_curve(view.truth, view.score, sample_weight=sample.weight)
    points = working_points(curve, ROC_SIGNAL_EFFICIENCIES)
    efficiency = points.background_efficiency
    rejection = np.divide(1.0, efficiency, out=np.full_like(efficiency, np.nan), where=efficiency > 0)
    columns = {
        "signal_efficiency": points.signal_efficiency,
        "threshold": points.threshold,
        "background_efficiency": efficiency,
        "background_efficiency_error": points.background_efficiency_error,
        "rejection": rejection,
        "rejection_error": points.background_efficiency_error * np.square(rejection),
    }
    return Curve("roc", columns, sample.run, class_=view.signal, part=sample.part, labels=labels)


def score_histogram_curves(sample: LabelledScores) -> list[Curve]:
    """Return one ``score_histogram`` per true class (`Curve.class_`) and score (label ``score_of``)."""
    return [
        Curve(
            "score_histogram", histogram_columns(histogram), sample.run, None, name, sample.part, {"score_of": score_of}
        )
        for name, score_of, histogram in _class_histograms(sample)
    ]


def score_histograms(predictions: Predictions) -> dict[str, hist.Hist]:
    """Return the histograms of the averaged scores, Σw and Σw², by ``<run>/<part>/<class>_score/<true class>``."""
    sample = labelled_scores(predictions)
    return {
        f"{sample.run}/{sample.part}/{score_of}_score/{name}": histogram
        for name, score_of, histogram in _class_histograms(sample)
    }


def confusion_curve(sample: LabelledScores) -> Curve:
    """Return the ``confusion_matrix`` of the averaged scores, one row per cell; label ``classes`` names the indices.

    Columns: ``true_class``, ``predicted_class``, ``sum_w``, ``sum_w_error``; ``efficiency`` (a share of the true class)
    and ``purity`` (a share of the predicted class), both with ``…_error``.
    """
    classes = sample.task.classes
    predicted = predicted_class(sample, None)
    matrix = confusion_matrix(sample.label, predicted, n_classes=len(classes), sample_weight=sample.weight)
    index = np.arange(len(classes), dtype=np.float64)
    columns: dict[str, NDArray[np.float64]] = {
        "true_class": np.repeat(index, len(classes)),
        "predicted_class": np.tile(index, len(classes)),
        "sum_w": matrix.sum_w,
        "sum_w_error": np.sqrt(matrix.sum_w2),
        "efficiency": matrix.efficiency.value,
        "efficiency_error": matrix.efficiency.error,
        "purity": matrix.purity.value,
        "purity_error": matrix.purity.error,
    }
    flat = {name: values.reshape(-1) for name, values in columns.items()}
    return Curve("confusion_matrix", flat, sample.run, part=sample.part, labels={"classes": list(classes)})


def _class_histograms(sample: LabelledScores) -> Iterator[tuple[str, str, hist.Hist]]:
    """Yield true class, class that the score is of, and the histogram of the score."""
    task = sample.task
    scored = [signal_index(task)] if task.outputs[0].size == 1 else range(len(task.classes))
    for true_index, name in enumerate(task.classes):
        mask = sample.label == true_index
        for index in scored:
            score = class_score(sample, None, index)[mask]
            label = f"score of {task.classes[index]}"
            yield name, task.classes[index], score_histogram(score, sample_weight=sample.weight[mask], label=label)
