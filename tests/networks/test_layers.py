import numpy as np
import pytest

from hepml.contracts import Normalisation
from hepml.networks.keras_import import import_keras
from hepml.networks.layers import CUSTOM_OBJECTS, Compress, InUnits, RandomMove, Standardise

keras = import_keras()


def constants(offset, scale):
    return Normalisation(np.asarray(offset, np.float32), np.asarray(scale, np.float32))


def test_standardise_subtracts_and_divides():
    layer = Standardise((2,))
    layer.set_constants(constants([1, 10], [2, 5]))
    np.testing.assert_allclose(layer(np.array([[5.0, 0.0]], np.float32)), [[2.0, -2.0]])
    assert layer.trainable_weights == []


@pytest.mark.parametrize(("missing", "expected"), [("zero", [[2, 0]]), ("indicate", [[2, 0, 0, 1]])])
def test_a_missing_value_becomes_the_mean(missing, expected):
    layer = Standardise((2,), missing=missing)
    layer.set_constants(constants([1, 10], [2, 5]))
    np.testing.assert_array_equal(layer(np.array([[5.0, np.nan]], np.float32)), expected)


def test_only_the_chosen_columns_have_an_indicator():
    layer = Standardise((3,), missing="indicate", indicated=[2])
    values = np.array([[np.nan, 5, np.nan], [np.nan, 5, 1]], np.float32)
    np.testing.assert_array_equal(layer(values), [[0, 5, 0, 1], [0, 5, 1, 0]])
    again = Standardise.from_config(layer.get_config())
    np.testing.assert_array_equal(again(values), layer(values))


def test_in_units_is_the_inverse_of_standardising_the_target():
    layer = InUnits()
    np.testing.assert_array_equal(layer(np.array([[2.0]], np.float32)), [[2.0]])
    layer.set_constants(100.0, 5.0)
    np.testing.assert_allclose(layer(np.array([[2.0]], np.float32)), [[110.0]])
    assert layer.trainable_weights == []


def test_standardise_over_trailing_axes():
    layer = Standardise((3,))
    layer.set_constants(constants([0, 0, 0], [1, 2, 4]))
    np.testing.assert_allclose(layer(np.full((2, 5, 3), 4.0, np.float32))[1, 4], [4, 2, 1])


@pytest.mark.parametrize(("kind", "expected"), [("root", [-2, 0, 3]), ("log", [-np.log(5), 0, np.log(10)])])
def test_compress_keeps_sign_and_zero(kind, expected):
    np.testing.assert_allclose(Compress(kind)(np.array([-4.0, 0.0, 9.0], np.float32)), expected, rtol=1e-6)


def moved(layer, images, *, training=True):
    return np.asarray(layer(images, training=training))


def test_reflections_are_the_four_mirror_images_in_equal_parts():
    image = np.arange(12, dtype=np.float32).reshape(3, 4, 1)
    images = np.repeat(image[None], 4000, axis=0)
    result = moved(RandomMove(reflect=True, seed=1), images)
    shares = [
        np.mean((result == mirror).all(axis=(1, 2, 3)))
        for mirror in (image, image[::-1], image[:, ::-1], image[::-1, ::-1])
    ]
    assert sum(shares) == 1
    np.testing.assert_allclose(shares, 0.25, atol=0.03)  # 4σ of a binomial


def test_moves_are_the_identity_outside_training_and_when_switched_off():
    images = np.random.default_rng(1).random((8, 5, 5, 2)).astype(np.float32)
    layer = RandomMove(reflect=True, rotation_deg=90, shift_pixels=2, seed=1)
    np.testing.assert_array_equal(moved(layer, images, training=False), images)
    layer.enabled = False
    np.testing.assert_array_equal(moved(layer, images), images)


def test_rotation_turns_about_the_middle():
    y, x = np.mgrid[-10:11, -10:11]
    blob = np.exp(-((x - 5.0) ** 2 + y**2) / 4).astype(np.float32)
    result = moved(RandomMove(rotation_deg=180, seed=1), np.repeat(blob[None, ..., None], 200, axis=0))[..., 0]
    mass = result.sum(axis=(1, 2))
    middle_x, middle_y = ((result * axis).sum(axis=(1, 2)) / mass for axis in (x, y))
    np.testing.assert_allclose(np.hypot(middle_x, middle_y), 5, atol=0.05)
    angle = np.arctan2(middle_y, middle_x)
    assert angle.max() - angle.min() > 0.9 * 2 * np.pi


def test_shift_moves_by_no_more_than_its_limit():
    image = np.zeros((1, 9, 9, 1), np.float32)
    image[0, 4, 4] = 1
    result = moved(RandomMove(shift_pixels=1.0, seed=1), np.repeat(image, 300, axis=0))
    y, x = np.mgrid[-4:5, -4:5]
    for axis in (x, y):
        shift = (result[..., 0] * axis).sum(axis=(1, 2))
        assert np.abs(shift).max() <= 1
        assert np.abs(shift).max() > 0.9
        assert abs(shift.mean()) < 0.15


def test_two_layers_of_one_seed_make_the_same_moves():
    images = np.random.default_rng(1).random((8, 5, 5, 2)).astype(np.float32)
    first, second = (RandomMove(reflect=True, rotation_deg=30, seed=7) for _ in range(2))
    np.testing.assert_array_equal(moved(first, images), moved(second, images))
    assert not np.array_equal(moved(first, images), moved(RandomMove(reflect=True, seed=8), images))


@pytest.mark.parametrize("layer", [Standardise((2, 3), missing="indicate"), Compress("log"), RandomMove(True, 5, 1, 3)])
def test_every_layer_is_rebuilt_from_its_configuration(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert CUSTOM_OBJECTS[type(layer).__name__] is type(layer)


def test_the_state_of_the_generator_is_a_variable():
    assert len(RandomMove(reflect=True).variables) == 1
