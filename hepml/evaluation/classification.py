"""Everything that is said about one classifier."""

from __future__ import annotations

from collections.abc import Mapping

from hepml.contracts import Curve, Metric, Predictions, part_beside_train
from hepml.evaluation.calibration import calibration_figures
from hepml.evaluation.category_figures import category_figures
from hepml.evaluation.curves import confusion_curve, roc_curves, score_histogram_curves
from hepml.evaluation.figures import main_figures
from hepml.evaluation.labelled import labelled_scores
from hepml.evaluation.overtraining import overtraining_figures
from hepml.evaluation.selection_figures import selection_figures
from hepml.evaluation.significance_figures import significance_figures
from hepml.evaluation.spectator_figures import spectator_figures
from hepml.evaluation.yields import expected_yields
from hepml.recipe import Evaluation, Weights


def evaluate_classification(
    predictions: Mapping[str, Predictions], evaluation: Evaluation, *, seed: int, trained: Weights
) -> tuple[list[Metric], list[Curve]]:
    """Return figures and curves of one run, by part; see `evaluate_predictions`."""
    samples = {part: labelled_scores(values) for part, values in predictions.items()}
    test, validation = samples["test"], samples.get("validation")
    metrics = main_figures(test, evaluation, members=list(test.scores))
    for part, sample in samples.items():
        metrics += [] if part == "test" else main_figures(sample, evaluation)
    curves = [*roc_curves(test, evaluation.background_shares), confusion_curve(test)]
    unseen = samples[part_beside_train(samples)]
    curves += score_histogram_curves(unseen)
    if "train" in samples:
        curves += score_histogram_curves(samples["train"])
        metrics += overtraining_figures(samples["train"], unseen, n_permutations=evaluation.permutations, seed=seed)
    yields = expected_yields(samples.values(), evaluation)
    more = [
        selection_figures(test, evaluation),
        significance_figures(validation, test, yields, evaluation),
        spectator_figures(test, evaluation),
        category_figures(test, evaluation),
    ]
    if evaluation.calibration:
        more.append(calibration_figures(validation, test, trained=trained))
    for figures, points in more:
        metrics += figures
        curves += points
    return metrics, curves
