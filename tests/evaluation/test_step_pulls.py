"""Pulls of predicted hits, over all layers and layer by layer."""

import numpy as np
import pytest

from hepml.contracts import PropagationSteps
from hepml.evaluation.step_pulls import pull_curves, step_metrics


def steps(width_z):
    rng = np.random.default_rng(1)
    n = 4000
    pull = rng.standard_normal((n, 2)) * [1.0, width_z]
    layer = np.repeat([3, 4], n // 2)
    return PropagationSteps(layer, np.arange(n), 0.01 * pull, pull, np.square(pull).sum(axis=1))


def test_widths():
    found = {(m.name, m.selection): m for m in step_metrics(steps(1.2), run="a")}
    assert found["pull_width_rphi", None].value == pytest.approx(1, abs=0.05)
    assert found["pull_rms_z", "layer 4"].value == pytest.approx(1.2, abs=0.06)
    assert found["residual_um_rphi", "layer 3"].value == pytest.approx(100, abs=6)
    assert found["chi2_per_coordinate", None].value == pytest.approx((1 + 1.44) / 2, abs=0.05)
    assert found["pull_rms_z", None].error == pytest.approx(1.2 / np.sqrt(2 * 4000), rel=0.1)
    assert len(found) == 3 * 9


def test_histograms_have_unit_area():
    [rphi, z] = pull_curves(steps(1.0), run="a", n_bins=12)
    assert rphi.labels == {"coordinate": "rphi"}
    assert rphi.columns["density"].sum() == pytest.approx(1)
    assert z.columns["low"].tolist() == list(range(-6, 6))


def test_a_layer_with_one_hit_has_no_width():
    one = PropagationSteps(np.array([3]), np.array([0]), np.ones((1, 2)), np.ones((1, 2)), np.ones(1))
    assert all(np.isnan(m.value) for m in step_metrics(one, run="a"))
