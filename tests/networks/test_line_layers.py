"""The window along a line, by hand."""

import numpy as np

from hepml.networks.line_layers import OccupiedPixels, PlacesOfWindow, ShearedWindow


def test_window_along_the_line_of_the_seed_layers():
    """A track of slope 1 from pixel 0: each layer's window has it in the middle; one more hit lies beside it."""
    pixels = np.eye(5, 8, dtype=np.float32)[None]
    pixels[0, 4, 6] = 1
    window, first = (np.asarray(each) for each in ShearedWindow(2, 2)(pixels))
    assert first.tolist() == [[-2, -1, 0, 1, 2]]
    assert window[0, 0, :5].tolist() == [0, 0, 1, 0, 0]
    assert window[0, 4, :5].tolist() == [0, 0, 1, 0, 1]
    assert window[0, 0, 5:10].tolist() == [0, 0, 1, 1, 1]  # the first two are outside the detector
    assert window[0, :, 10].tolist() == [0] * 5  # the middle of a pixel
    np.testing.assert_allclose(window[0, :, 11], np.arange(5) / 5 - 0.5, atol=1e-6)
    assert (window[0, :, 12] == 1).all()  # the slope
    assert (window[0, :, 13:] == 0).all()  # and no residuals


def test_line_of_least_squares():
    """Pixels 0, 0, 1: slope ½, residuals +1/6, −1/3, +1/6; on layer 3 the line is at 1.5 + 1/3 in pixel 1."""
    pixels = np.zeros((1, 4, 6), np.float32)
    pixels[0, [0, 1, 2, 3], [0, 0, 1, 5]] = 1
    window, first = (np.asarray(each) for each in ShearedWindow(3, 1)(pixels))
    np.testing.assert_allclose(window[0, 3, -4:], [0.5, 1 / 3, -2 / 3, 1 / 3], atol=1e-6)
    assert first[0, 3] == 0
    np.testing.assert_allclose(window[0, 3, 6], 1 / 3, atol=1e-6)


def test_back_to_the_pixels_of_the_layer():
    layer = PlacesOfWindow()
    window = np.array([[[1.0, 2.0, 3.0]], [[1.0, 2.0, 3.0]]], np.float32)
    first, pixels = np.array([[1], [-1]], np.int32), np.ones((2, 1, 5), np.float32)
    pixels[0, 0, 2] = 0
    found = np.asarray(layer([window, first, pixels]))
    assert found[0, 0].tolist() == [-4, 1, 2 - 4, 3, -4]
    assert found[1, 0].tolist() == [2, 3, -4, -4, -4]


def test_a_pixel_is_on_whatever_it_holds():
    found = np.asarray(OccupiedPixels()(np.array([[[[0.0], [0.5], [7.0], [-1.0]]]], np.float32)))
    assert found.tolist() == [[[0, 1, 1, 0]]]
