"""Average showers and their response."""

from __future__ import annotations

import numpy as np
import pytest
from plots.figures_of_all_kinds import shower_response_curve

from hepml.contracts import Curve
from hepml.errors import ShapeError
from hepml.plots import LayerAxes, draw_mean_showers, draw_shower_response

LAYERS = [LayerAxes("layer 0"), LayerAxes("layer 1")]
FULL = [np.array([[1.0, 0.0, 4.0]]), np.array([[2.0], [8.0]])]


def test_samples_share_the_scale_of_a_layer_and_ratios_are_to_the_first():
    figure = draw_mean_showers({"full": FULL, "fast": [2 * FULL[0], 0.5 * FULL[1]]}, LAYERS)
    panels = [axes for axes in figure.axes if axes.images]
    assert len(panels) == 6
    full, other_layer, fast, _, ratio, other_ratio = (axes.images[0] for axes in panels)
    assert full.norm is fast.norm
    assert full.norm is not other_layer.norm
    assert (full.norm.vmin, full.norm.vmax) == (0.8, 8.0)  # a decade at least
    np.testing.assert_array_equal(ratio.get_array().filled(np.nan), [[2.0, np.nan, 2.0]])
    np.testing.assert_array_equal(other_ratio.get_array(), [[0.5], [0.5]])


def test_a_cell_that_full_simulation_never_fills_is_at_the_end_of_the_scale():
    figure = draw_mean_showers({"full": FULL, "fast": [np.array([[1.0, 3.0, 4.0]]), FULL[1]]}, LAYERS)
    ratio = [axes for axes in figure.axes if axes.images][4].images[0]
    np.testing.assert_array_equal(ratio.get_array(), [[1.0, 4.0, 1.0]])


def test_one_sample_has_no_ratio_and_empty_layers_no_scale_of_their_own():
    figure = draw_mean_showers({"full": [np.zeros((2, 2))]}, LAYERS[:1])
    assert len([axes for axes in figure.axes if axes.images]) == 1


@pytest.mark.parametrize(
    "means", [{}, {"full": FULL[:1]}, {"full": FULL, "fast": FULL[::-1]}, {"full": [np.ones(3)] * 2}]
)
def test_samples_with_other_layers_are_refused(means):
    with pytest.raises(ShapeError, match="mean showers need"):
        draw_mean_showers(means, LAYERS)


def points(axes):
    return [container.lines[0].get_ydata() for container in axes.containers]


def test_ratios_of_response_are_to_the_first_curve():
    curves = [shower_response_curve("full", 1.0), shower_response_curve("fast", 1.05)]
    response, resolution, response_ratio, resolution_ratio = draw_shower_response(curves).axes[:4]
    np.testing.assert_array_equal(points(response)[0], curves[0].columns["response"])
    np.testing.assert_array_equal(points(resolution)[1], curves[1].columns["resolution"])
    for axes in (response_ratio, resolution_ratio):
        (ratio,) = points(axes)
        np.testing.assert_allclose(ratio, 1.05)
        assert axes.get_ylim()[0] < 1 < axes.get_ylim()[1]


def test_a_bin_without_showers_leaves_no_point():
    empty = shower_response_curve("full", 1.0)
    columns = {name: np.where(np.arange(3) == 1, np.nan, v) if "re" in name else v for name, v in empty.columns.items()}
    axes = draw_shower_response([empty, Curve("shower_response", columns, run="fast")]).axes[0]
    assert np.isnan(points(axes)[1]).tolist() == [False, True, False]
    assert np.isfinite(axes.get_ylim()).all()


def test_other_bins_are_refused():
    curve = shower_response_curve("fast", 1.0)
    moved = Curve("shower_response", {**curve.columns, "low": curve.columns["low"] + 0.5}, run="moved")
    with pytest.raises(ShapeError, match="'moved' differ"):
        draw_shower_response([curve, moved])
