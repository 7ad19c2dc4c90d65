"""Selections by spectators."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.errors import RecipeError
from hepml.evaluation import describe_window, window_mask

SPECTATORS = {
    "jet_mass_gev": np.array([64.9, 65.0, 80.0, 95.0, np.nan]),
    "jet_pt_gev": np.array([260, 260, 240, 260, 260]),
}


def test_interval_is_half_open_and_nan_is_outside():
    assert window_mask(SPECTATORS, {"jet_mass_gev": (65.0, 95.0)}).tolist() == [False, True, True, False, False]


def test_several_intervals_must_all_hold():
    window = {"jet_mass_gev": (65.0, 95.0), "jet_pt_gev": (250.0, 300.0)}
    assert window_mask(SPECTATORS, window).tolist() == [False, True, False, False, False]
    assert describe_window("w_mass", window) == "w_mass: 65 <= jet_mass_gev < 95, 250 <= jet_pt_gev < 300"


@pytest.mark.parametrize(
    ("window", "message"),
    [
        ({"jet_mas_gev": (65.0, 95.0)}, "did you mean 'jet_mass_gev'"),
        ({"jet_mass_gev": (95.0, 65.0)}, "from 95 to 65: give the lower end first"),
        ({}, "cuts on nothing"),
    ],
)
def test_bad_windows_are_refused(window, message):
    with pytest.raises(RecipeError, match=message):
        window_mask(SPECTATORS, window)
