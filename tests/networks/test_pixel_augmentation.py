"""Random changes of pixel maps: what they keep, and that they are none outside training."""

from __future__ import annotations

import numpy as np
import pydantic
import pytest

from hepml.networks.keras_import import import_keras
from hepml.networks.pixel_augment_options import PixelAugmentOptions
from hepml.networks.pixel_augmentation import PixelAugmentation

keras = import_keras()


def views(n=64, *, n_views=2, shape=(9, 12, 2), seed=1):
    """Return sparse maps: charge, and 1 where there is any; the outer 3 pixels are empty."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n_views):
        maps = np.zeros((n, *shape), np.float32)
        inner = maps[:, 3:-3, 3:-3]
        inner[..., 0] = rng.exponential(5, inner.shape[:3]) * (rng.random(inner.shape[:3]) < 0.3)
        maps[..., 1:] = maps[..., :1] > 0
        found.append(maps)
    return found


def changed(layer, maps, *, training=True):
    return [np.asarray(view) for view in layer(maps, training=training)]


ALL = {"flip": ["row", "column"], "shift": [2, 3], "swap": [[0, 1]], "dropout": 0.2, "charge_scale": 0.1}


def test_outside_training_and_switched_off_it_is_the_identity():
    layer = PixelAugmentation(**ALL)
    given = views()
    for maps, found in zip(given, changed(layer, given, training=False), strict=True):
        np.testing.assert_array_equal(found, maps)
    layer.enabled = False
    for maps, found in zip(given, changed(layer, given), strict=True):
        np.testing.assert_array_equal(found, maps)


def test_without_options_training_changes_nothing():
    given = views()
    for maps, found in zip(given, changed(PixelAugmentation(), given), strict=True):
        np.testing.assert_array_equal(found, maps)


def test_flips_are_the_mirror_images_in_equal_parts():
    image = np.arange(1, 13, dtype=np.float32).reshape(3, 4, 1)
    (found,) = changed(PixelAugmentation(flip=["row", "column"], seed=1), [np.repeat(image[None], 4000, axis=0)])
    shares = [
        np.mean((found == mirror).all(axis=(1, 2, 3)))
        for mirror in (image, image[::-1], image[:, ::-1], image[::-1, ::-1])
    ]
    assert sum(shares) == 1
    np.testing.assert_allclose(shares, 0.25, atol=0.03)  # 4σ of a binomial


def test_moves_keep_every_charge_that_stays_inside():
    for maps, found in zip(views(), changed(PixelAugmentation(["row", "column"], [3, 3]), views()), strict=True):
        for before, after in zip(maps, found, strict=True):
            np.testing.assert_array_equal(np.sort(after[..., 0], axis=None), np.sort(before[..., 0], axis=None))
        assert not np.array_equal(found, maps)


def test_shifts_are_whole_uniform_and_bring_in_nothing_from_the_edges():
    maps = np.zeros((5000, 5, 7, 1), np.float32)
    maps[:, 2, 3] = 1
    maps[:, 0, 0] = 2  # leaves the map, or stays, but never comes in again
    (found,) = changed(PixelAugmentation(shift=[1, 2], seed=3), [maps])
    event, row, column, _ = np.nonzero(found == 1)
    assert len(event) == 5000
    share = np.histogram2d(row - 2, column - 3, bins=[np.arange(-1.5, 2), np.arange(-2.5, 3)])[0] / 5000
    np.testing.assert_allclose(share, 1 / 15, atol=0.015)  # 4σ
    inside = (row >= 2) & (column >= 3)
    assert np.count_nonzero(found == 2) == inside.sum()


def test_the_shared_axis_moves_in_all_views_together_and_the_other_apart():
    maps = np.zeros((500, 9, 9, 1), np.float32)
    maps[:, 4, 4] = 1
    layer = PixelAugmentation(flip=["column"], shift=[3, 3], shared_axis="column", seed=2)
    rows, columns = zip(*(np.nonzero(view)[1:3] for view in changed(layer, [maps] * 3)), strict=True)
    assert all(np.array_equal(columns[0], other) for other in columns[1:])
    assert not np.array_equal(rows[0], rows[1])
    ramp = np.repeat(np.arange(1, 10, dtype=np.float32)[None, None, :, None], 500, axis=0).repeat(9, axis=1)
    one, other = changed(PixelAugmentation(flip=["column"], shared_axis="column"), [ramp, ramp])
    np.testing.assert_array_equal(one, other)
    one, other = changed(PixelAugmentation(flip=["column"]), [ramp, ramp])
    assert not np.array_equal(one, other)


def test_dropout_empties_pixels_and_leaves_the_others_as_they_are():
    given = [np.full((200, 10, 10, 2), 3.0, np.float32)]
    (found,) = changed(PixelAugmentation(dropout=0.3), given)
    assert set(np.unique(found)) == {0.0, 3.0}
    np.testing.assert_array_equal(found[..., 0], found[..., 1])
    np.testing.assert_allclose(np.mean(found == 0), 0.3, atol=0.013)  # 4σ


@pytest.mark.parametrize("log_charge", [False, True])
def test_one_factor_per_event_scales_the_charge_of_all_views_and_not_the_occupancy(log_charge):
    given = views()
    if log_charge:
        given = [np.concatenate([np.log1p(maps[..., :1]), maps[..., 1:]], axis=-1) for maps in given]
    found = changed(PixelAugmentation(charge_scale=0.2, log_charge=log_charge), given)
    ratios = []
    for before, after in zip(given, found, strict=True):
        np.testing.assert_array_equal(after[..., 1], before[..., 1])
        np.testing.assert_array_equal(after[..., 0] == 0, before[..., 0] == 0)
        one, other = (np.expm1(maps[..., 0]) if log_charge else maps[..., 0] for maps in (before, after))
        sums = other.sum(axis=(1, 2)) / one.sum(axis=(1, 2))
        np.testing.assert_allclose(other, one * sums[:, None, None], rtol=2e-5, atol=1e-5)
        ratios.append(sums)
    np.testing.assert_allclose(ratios[0], ratios[1], rtol=2e-5)
    assert 0.8 <= ratios[0].min() < 0.9 < 1.1 < ratios[0].max() <= 1.2


def test_views_are_swapped_in_half_of_the_events():
    given = [np.full((4000, 2, 2, 1), value, np.float32) for value in (1, 2, 3)]
    one, other, third = changed(PixelAugmentation(swap=[[0, 2]]), given)
    assert set(np.unique(one + third)) == {4.0}
    assert set(np.unique(other)) == {2.0}
    np.testing.assert_allclose(np.mean(one == 3), 0.5, atol=0.032)  # 4σ


def test_the_same_seed_gives_the_same_changes_and_each_batch_others():
    first, second = PixelAugmentation(**ALL, seed=7), PixelAugmentation(**ALL, seed=7)
    given = views()
    once = changed(first, given)
    np.testing.assert_array_equal(once[0], changed(second, given)[0])
    assert not np.array_equal(once[0], changed(first, given)[0])
    assert not np.array_equal(once[0], changed(PixelAugmentation(**ALL, seed=8), given)[0])


def test_a_saved_configuration_rebuilds_the_layer():
    layer = PixelAugmentation(**ALL, shared_axis="row", log_charge=True, seed=3)
    again = PixelAugmentation.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    np.testing.assert_array_equal(changed(again, views())[1], changed(layer, views())[1])


def test_options_are_the_parameters_of_the_layer():
    options = PixelAugmentOptions(**ALL).model_dump()
    assert options.keys() == PixelAugmentation().get_config().keys() - {"seed", "name"}
    PixelAugmentation(**options)


@pytest.mark.parametrize("wrong", [{"flip": ["row", "row"]}, {"flip": ["x"]}, {"shift": [-1, 0]}, {"dropout": 1.0},
                                   {"swap": [[0, 0]]}, {"swap": [[0, 1], [1, 2]]}, {"charge_scale": 1.0}])  # fmt: skip
def test_wrong_options_are_refused(wrong):
    with pytest.raises(pydantic.ValidationError):
        PixelAugmentOptions(**wrong)


def test_in_a_model_it_acts_in_training_alone():
    inputs = {name: keras.Input((9, 12, 2), name=name) for name in ("u", "v")}
    outputs = PixelAugmentation(**ALL)(list(inputs.values()))
    model = keras.Model(inputs, outputs)
    given = dict(zip(inputs, views(), strict=True))
    for maps, found in zip(given.values(), model(given, training=False), strict=True):
        np.testing.assert_array_equal(found, maps)
    assert not np.array_equal(np.asarray(model(given, training=True)[0]), given["u"])
    (alone,) = [PixelAugmentation(flip=["row"])(given["u"], training=True)]
    assert alone.shape == given["u"].shape
