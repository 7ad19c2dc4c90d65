"""The figure of mean images."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import LogNorm, SymLogNorm
from plots.toy_images import mean_image

from hepml.errors import ShapeError
from hepml.plots import ImageAxes, draw_mean_images

MEANING = ImageAxes(x_range=(-1.25, 1.25), y_range=(-1.0, 1.0), content="Mean fraction of jet pT")


def pictures_of(figure):
    return [axes.images[0] for axes in figure.axes if axes.images]


def test_two_classes():
    """Two means on one logarithmic scale, and the first minus the second on a symmetric one."""
    w, qcd = mean_image(distance=0.5), mean_image(distance=0.1)
    figure = draw_mean_images({"w": w, "qcd": qcd}, image_axes=MEANING)
    first, second, difference = pictures_of(figure)
    assert isinstance(first.norm, LogNorm)
    assert first.norm is second.norm
    assert first.norm.vmax == max(w.max(), qcd.max())
    np.testing.assert_allclose(difference.get_array(), (w - qcd).T)
    assert isinstance(difference.norm, SymLogNorm)
    assert difference.norm.vmax == -difference.norm.vmin == np.abs(w - qcd).max()


def test_names_and_units():
    """Angles with units, and what a colour means."""
    figure = draw_mean_images({"w": mean_image(distance=0.5), "qcd": mean_image(distance=0.1)}, image_axes=MEANING)
    assert figure.axes[0].get_xlabel() == "Δη after preprocessing"
    assert figure.axes[0].get_ylabel() == "Δφ after preprocessing [rad]"
    bars = [axes.get_ylabel() for axes in figure.axes if not axes.images]
    assert bars == ["Mean fraction of jet pT", "Difference: mean fraction of jet pT"]
    inside = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert {"w", "qcd", "w − qcd"} <= set(inside)


def test_first_index_runs_along_x():
    """A pixel at high first index is on the right, one at high second index at the top."""
    image = np.zeros((3, 3))
    image[2, 0] = 1.0
    (picture,) = pictures_of(draw_mean_images({"w": image}, image_axes=MEANING))
    assert picture.origin == "lower"
    assert picture.get_extent() == [-1.25, 1.25, -1.0, 1.0]
    assert np.argwhere(picture.get_array() == 1.0).tolist() == [[0, 2]]


@pytest.mark.parametrize(("n_classes", "n_pictures"), [(1, 1), (2, 3), (3, 5), (4, 7)])
def test_number_of_panels(n_classes, n_pictures):
    """Every class, and every class but the first subtracted from it."""
    means = {f"class{i}": mean_image(distance=0.2 * i, n=5) for i in range(n_classes)}
    assert len(pictures_of(draw_mean_images(means))) == n_pictures


def test_empty_and_equal_images():
    """Nothing to see is no error."""
    assert pictures_of(draw_mean_images({"w": np.zeros((3, 3)), "qcd": np.zeros((3, 3))}))


@pytest.mark.parametrize("means", [{}, {"w": np.zeros((3, 3, 2))}, {"w": np.zeros((3, 3)), "qcd": np.zeros((4, 4))}])
def test_unfit_images_are_refused(means):
    """The rule and the shapes found."""
    with pytest.raises(ShapeError, match="of one shape"):
        draw_mean_images(means)
