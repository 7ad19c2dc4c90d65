"""Axes that have to cope with any range."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.contracts import Curve, Metric
from hepml.plots import axis_title
from hepml.plots.binned_axis import show_bins
from hepml.plots.drawing import drawing
from hepml.plots.figures_of_merit import belongs
from hepml.plots.log_ticks import label_log_axis


@pytest.mark.parametrize(
    ("edges", "limits", "words"),
    [
        ([0.0, 1.0, 2.0, 3.0], (0.0, 3.0), []),
        ([0.0, 1.0, 2.0, 3.0, 50.0], (0.0, 5.0), ["last bin to 50"]),
        ([-9.0, 1.0, 2.0, 3.0, 50.0], (-1.0, 5.0), ["first bin from -9, last bin to 50"]),
        ([0.0, 90.0], (0.0, 90.0), []),
    ],
)
def test_far_reaching_outer_bins_are_cut_and_named(edges, limits, words):
    """To twice the width of their neighbour; a reader is told where they end."""
    edges = np.array(edges)
    with drawing() as figure:
        axes = figure.subplots()
        show_bins(axes, Curve("efficiency", {"low": edges[:-1], "high": edges[1:]}), "mass [GeV]")
    assert axes.get_xlim() == limits
    assert axes.get_xlabel() == "mass [GeV]"
    assert [text.get_text() for text in axes.texts] == words


def test_few_decades_have_numbers_at_two_and_five():
    """A logarithmic axis without two numbers cannot be read."""
    with drawing() as figure:
        near, far = figure.subplots(1, 2)
        for axes, top in ((near, 9000.0), (far, 900_000.0)):
            axes.set_yscale("log")
            axes.set_ylim(400.0, top)
            label_log_axis(axes.yaxis)
    shown = {label.get_text() for label in near.get_yticklabels()}
    assert {"500", "1\u2009000", "2\u2009000", "5\u2009000"} <= shown
    assert "500" not in {label.get_text() for label in far.get_yticklabels()}


def test_units_of_spectators():
    """The unit that a name ends in stands in brackets, others stay as they are."""
    assert [axis_title(name) for name in ("jet_mass_gev", "n_jets", "x", "vertex_z_cm", "pt [GeV]")] == [
        "jet mass [GeV]",
        "n jets",
        "x",
        "vertex z [cm]",
        "pt [GeV]",
    ]


def test_figures_belong_to_their_own_curve():
    """Run, class, part, target and selection agree."""
    curve = Curve("residual_histogram", {}, run="a", labels={"output": "energy_gev"})
    fitting = Metric("resolution", 1.0, 0.1, "", run="a", output="energy_gev")
    others = [
        Metric("resolution", 1.0, 0.1, "", run="a", output="x_cm"),
        Metric("resolution", 1.0, 0.1, "", run="b", output="energy_gev"),
        Metric("resolution", 1.0, 0.1, "", run="a", output="energy_gev", part="train"),
        Metric("resolution", 1.0, 0.1, "", run="a", output="energy_gev", member="seed1"),
        Metric("resolution", 1.0, 0.1, "", run="a", output="energy_gev", selection="window"),
    ]
    assert belongs(fitting, curve)
    assert not any(belongs(metric, curve) for metric in others)
