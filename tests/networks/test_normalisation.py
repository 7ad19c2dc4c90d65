import numpy as np
import pytest

from hepml.contracts import Moments
from hepml.networks.normalisation import RARE_PIXEL_FLOOR, image_normalisation, table_normalisation


def moments(values):
    return Moments(
        np.full((1, *values.shape[1:]), float(len(values))),
        values.sum(axis=0, keepdims=True),
        np.square(values).sum(axis=0, keepdims=True),
    )


def test_a_table_gets_mean_and_sigma():
    constants = table_normalisation(moments(np.array([[1.0, 7.0, 1e6], [3.0, 7.0, 1e6]])))
    np.testing.assert_allclose(constants.offset, [2, 7, 1e6])
    np.testing.assert_allclose(constants.scale, [1, 1, 1])
    assert constants.scale.dtype == np.float32


def test_a_feature_without_a_value_is_left_alone():
    nothing = Moments(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)))
    constants = table_normalisation(nothing)
    assert (constants.offset, constants.scale) == (0, 1)


def image():
    """σ of the four pixels: 2, 1, 0.01 and 0."""
    high = np.array([[2.0, 1.0], [0.01, 0.0]])[..., None]
    return moments(np.stack([high, -high]))


def test_a_channel_is_divided_by_the_root_mean_square_of_its_pixels():
    constants = image_normalisation(image(), per="channel")
    np.testing.assert_allclose(constants.scale, np.sqrt((4 + 1 + 0.0001) / 4), rtol=1e-5)
    assert constants.scale.shape == (2, 2, 1)
    assert not constants.offset.any()


def test_rare_pixels_have_a_floor():
    constants = image_normalisation(image(), per="pixel")
    floor = RARE_PIXEL_FLOOR * np.sqrt(5.0001 / 4)
    np.testing.assert_allclose(constants.scale[..., 0], [[2, 1], [floor, floor]], rtol=1e-5)


@pytest.mark.parametrize("per", ["pixel", "channel", "none"])
def test_an_empty_channel_is_left_alone(per):
    constants = image_normalisation(moments(np.zeros((3, 2, 2, 1))), per=per)
    np.testing.assert_array_equal(constants.scale, 1)
