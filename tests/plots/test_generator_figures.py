"""Figures of generated showers have a panel for each quantity, and refuse what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.contracts import Curve, Metric
from hepml.errors import ShapeError
from hepml.plots import (
    LayerAxes,
    draw_cell_spectrum,
    draw_correlation_differences,
    draw_latent_space,
    draw_mean_showers,
    draw_shower_shapes,
    draw_training_panels,
    training_quantities,
)

EDGES = np.linspace(0, 1, 6)


def shape(run: str, variable: str, share: float = 0.2, n: int = 5) -> Curve:
    edges = np.linspace(0, 1, n + 1)
    columns = {"low": edges[:-1], "high": edges[1:], "share": np.full(n, share), "share_error": np.full(n, 0.01)}
    return Curve("shower_shape", columns, run, labels={"variable": variable})


def test_a_sheet_has_two_panels_for_each_variable_and_says_the_separation():
    variables = [[shape("full simulation", f"v{i}"), shape("gan", f"v{i}", 0.25)] for i in range(6)]
    rows = [Metric("separation", 0.0123, 0.001, "", run="gan", output="v0")]
    figure = draw_shower_shapes(variables, rows)
    panels = [axes for axes in figure.axes if axes.axison]
    assert len(panels) == 12
    assert [text.get_text() for text in panels[0].texts if "gan" in text.get_text()] == ["gan 0.012"]


def test_ratios_need_equal_bins():
    with pytest.raises(ShapeError, match="those of 'gan' differ"):
        draw_shower_shapes([[shape("full simulation", "v"), shape("gan", "v", n=4)]])
    with pytest.raises(ShapeError, match="one variable or more"):
        draw_shower_shapes([])


def test_a_spectrum_that_ends_earlier_is_filled_up_with_nothing():
    def spectrum(run: str, n: int) -> Curve:
        edges = 1e-4 * 10 ** (np.arange(n + 1) / 2)
        columns = {"low": edges[:-1], "high": edges[1:], "cells": np.arange(n, 0, -1.0), "error": np.full(n, 0.1)}
        return Curve("cell_spectrum", columns, run)

    figure = draw_cell_spectrum([spectrum("full simulation", 4), spectrum("gan", 6)])
    assert len(figure.axes) == 2
    assert figure.axes[0].get_xlim() == pytest.approx((1e-4, 0.1))


def test_correlations_are_drawn_as_they_are_and_as_differences():
    def matrix(run: str, value: float) -> Curve:
        row, column = (each.ravel().astype(float) for each in np.indices((3, 3)))
        columns = {"row": row, "column": column, "correlation": np.full(9, value)}
        return Curve("correlation", columns, run, labels={"features": ["a", "b", "c"]})

    figure = draw_correlation_differences([matrix("full simulation", 0.5), matrix("gan", 0.3), matrix("vae", 0.5)])
    pictures = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    assert np.nanmax(pictures[0]) == pytest.approx(50)
    assert np.nanmin(pictures[1]) == pytest.approx(-20)
    assert np.nanmax(np.abs(pictures[2])) == pytest.approx(0)


def training(**columns) -> Curve:
    values = {name: np.asarray(each, float) for name, each in columns.items()}
    return Curve("training", {"epoch": np.arange(3.0), **values}, "gan", "seed1", labels={"kept_epoch": 1})


def test_every_quantity_of_a_training_has_a_panel_and_validation_shares_it():
    curve = training(loss=[3, 2, 1], validation_loss=[3, 2, 2], gradient=[1, 1000, 1], learning_rate=[1, 1, 1])
    assert training_quantities([curve]) == ["loss", "gradient"]
    figure = draw_training_panels([curve])
    assert len(figure.axes) == 2
    assert figure.axes[1].get_yscale() == "log"
    assert {text.get_text() for text in figure.axes[0].get_legend().get_texts()} == {"training", "validation"}
    with pytest.raises(ShapeError, match="no quantity beside the epoch"):
        draw_training_panels([training()])


def test_a_latent_space_says_how_much_of_the_variance_it_shows():
    columns = {"first": np.arange(4.0), "second": np.arange(4.0), "energy_gev": np.array([1.0, 3, 10, 100])}
    figure = draw_latent_space(Curve("latent", columns, "vae", labels={"first_share": 0.71, "second_share": 0.2}))
    assert "71%" in figure.axes[0].get_xlabel()


def test_single_showers_have_no_ratios():
    images = {"full simulation": [np.eye(3)], "gan": [np.eye(3)]}
    both = draw_mean_showers(images, [LayerAxes("layer 0")])
    plain = draw_mean_showers(images, [LayerAxes("layer 0")], ratios=False)
    assert [sum(bool(axes.images) for axes in figure.axes) for figure in (both, plain)] == [3 + 0, 2]
