"""What classifiers say of a generator: AUC, calibrated divergence, paired differences."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.contracts import TwoSampleScores
from hepml.evaluation import Case, classifier_figures, compare_judged


def scores(shift: float, *, n: int = 4000, seed: int = 1) -> TwoSampleScores:
    """Return scores whose logit is normal, `shift` apart: AUC Φ(shift/√2)."""
    rng = np.random.default_rng(seed)
    is_second = np.repeat([False, True], n)
    logit = rng.normal(np.where(is_second, shift / 2, -shift / 2), 1)
    return TwoSampleScores(is_second, 1 / (1 + np.exp(-logit)), np.ones(2 * n))


def figures(*given: TwoSampleScores):
    return {m.name: m for m in classifier_figures(given, Case("gan", "test"), features="cells")}


def test_the_auc_is_the_median_of_several_classifiers():
    found = figures(*(scores(1.0, seed=seed) for seed in (1, 2, 3)))["auc_cells"]
    assert found.value == pytest.approx(0.7602, abs=4 * found.error)  # Φ(1/√2)
    assert found.method == "delong and spread, median of 3 classifiers"


def test_nothing_is_gained_where_samples_are_alike():
    found = figures(scores(0.0))
    assert abs(found["jsd_of_cells"].value) < 4 * found["jsd_of_cells"].error + 0.01
    assert found["calibration_error_cells"].value < 0.03
    assert figures(scores(6.0))["jsd_of_cells"].value > 0.9


def test_scores_are_calibrated_first():
    honest, squeezed = scores(2.0), scores(2.0)
    squeezed = TwoSampleScores(squeezed.is_second, 0.5 + 0.1 * (squeezed.score - 0.5), squeezed.weight)
    assert figures(honest)["jsd_of_cells"].value == pytest.approx(figures(squeezed)["jsd_of_cells"].value, abs=1e-6)


def test_differences_are_paired_over_the_same_showers():
    found = compare_judged([scores(1.0)], [scores(2.0)], Case("gan", "test", against="simple"), features="cells")
    difference, p_value = found
    assert difference.name == "delta_auc_cells"
    assert difference.value == pytest.approx(0.7602 - 0.9214, abs=0.015)
    assert p_value.value < 1e-6
