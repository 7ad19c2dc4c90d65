"""What is followed epoch by epoch catches generators that went wrong."""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np
import pytest
from generator_problems import inputs_of, new, plan, source

from hepml.errors import RunError
from hepml.estimators.shower_judge import CollapseWarning, ShowerJudge

SHOWERS = inputs_of(600, 11)
CELLS = ("shower_layer0", "shower_layer1", "shower_layer2")


@pytest.fixture(scope="module")
def resampled(tmp_path_factory):
    """Other showers, scaled to the energies that are asked for: as if they were generated."""
    generator = new("shower_resampling")
    generator.fit(source(2000, seed=23), None, plan(tmp_path_factory.mktemp("resampled")))
    return partial(generator.generate, seed=1)


@pytest.fixture(scope="module")
def judge():
    return ShowerJudge(new("shower_resampling").inputs, SHOWERS, seed=1)


def test_other_showers_of_these_energies_pass(judge, resampled):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = judge.figures(resampled)
    assert abs(found["shape_separation"]) < 0.02
    assert found["diversity"] == pytest.approx(1, abs=0.1)
    assert found["collapsed"] == 0
    assert found["response_deviation"] < 0.02
    assert found["resolution_deviation"] < 0.25
    assert found["fpd"] < 0.05


def test_a_collapsed_generator_is_reported(judge):
    def constant(_conditions):
        return {name: np.repeat(values[5:6], 600, axis=0) for name, values in SHOWERS.items() if name != "condition"}

    with pytest.warns(CollapseWarning, match=r"has collapsed: its showers of equal energies are 0\.00 times as far"):
        found = judge.figures(constant)
    assert (found["collapsed"], found["diversity"]) == (1, 0)
    assert found["shape_separation"] > 0.3


def test_a_wrong_scale_of_energies_is_seen_in_the_response(judge, resampled):
    def scaled(conditions):
        made = resampled(conditions)
        table = made["shower_energies"] * np.array([1, *[1.1] * 4], np.float32)
        return {**{name: made[name] * np.float32(1.1) for name in CELLS}, "shower_energies": table}

    assert judge.figures(scaled)["response_deviation"] == pytest.approx(0.1, abs=0.02)


def test_showers_that_are_not_finite_are_refused(judge, resampled):
    def broken(conditions):
        made = resampled(conditions)
        return {**made, "shower_layer0": made["shower_layer0"] * np.nan}

    with pytest.raises(RunError, match=r"not finite: it has diverged; lower training\.optimiser\.learning_rate"):
        judge.figures(broken)
