"""Physics weights and the policy on negative ones."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.contracts import BucketCounts, CutFlow, InputSummary
from hepml.datasets.weights import input_scale, kept_rows, policy_weight
from hepml.errors import DatasetError

WEIGHT = np.array([2.0, -1.0, 0.0, -0.5])


def _summary(cross_section=None, factor=1.0, cutflow=None):
    return InputSummary("w", "w", cross_section, factor, cutflow, BucketCounts(*np.zeros((3, 2, 100))), {})


def test_without_a_cross_section_the_factor_is_all():
    assert input_scale(_summary(factor=0.5), None) == 0.5
    assert input_scale(_summary(factor=0.5), 1000.0) == 0.5


def test_cross_section_is_divided_by_what_was_there_before_any_cut():
    """10 pb × 100/pb = 1000 expected events over Σw = 4 of all, whatever passes."""
    flow = CutFlow.start([3.0, 2.0, -1.0]).then("pT > 250 GeV", [2.0])
    assert input_scale(_summary(10.0, cutflow=flow), 100.0) == 250.0
    assert input_scale(_summary(10.0, factor=2.0, cutflow=flow), 100.0) == 500.0


def test_what_a_cross_section_needs():
    with pytest.raises(DatasetError, match=r"input 'w' has a cross-section but weights\.luminosity is not set"):
        input_scale(_summary(10.0, cutflow=CutFlow.start([1.0])), None)
    for flow in (None, CutFlow.start([1.0, -1.0]), CutFlow.start([-1.0])):
        with pytest.raises(DatasetError, match="Σw before selection is"):
            input_scale(_summary(10.0, cutflow=flow), 100.0)


@pytest.mark.parametrize(
    ("negative", "expected"),
    [
        ("keep", [2.0, -1.0, 0.0, -0.5]),
        ("drop", [2.0, 0.0]),
        ("abs", [2.0, 1.0, 0.0, 0.5]),
        ("rebalance", [2.0, 0.0]),
    ],
)
def test_policies(negative, expected):
    kept = WEIGHT[kept_rows(WEIGHT, negative)]
    assert policy_weight(kept, negative).tolist() == expected
