import numpy as np
import pytest

from hepml.networks.convolution import convolve_depthwise, n_groups, norm_layer
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream

keras = import_keras()


def test_depthwise_weights_start_as_wide_as_what_one_output_sees():
    image = keras.Input((6, 6, 500))
    [kernel] = keras.Model(image, convolve_depthwise(image, 3, SeedStream(1))).weights
    assert kernel.shape == (3, 3, 500, 1)
    assert np.std(np.asarray(kernel)) == pytest.approx(np.sqrt(2 / 9), rel=0.05)


@pytest.mark.parametrize(("channels", "groups"), [(64, 8), (32, 8), (24, 4), (12, 2), (8, 2), (6, 1), (3, 1)])
def test_groups_have_four_channels_or_more(channels, groups):
    assert n_groups(channels) == groups


@pytest.mark.parametrize(("norm", "axes"), [("group", (1, 2, 4)), ("layer", (1, 2, 3, 4))])
def test_normalised_within_a_row(norm, axes):
    image = keras.Input((5, 4, 16))
    rows = np.random.default_rng(1).normal(2, 3, (3, 5, 4, 16)).astype(np.float32)
    found = np.asarray(keras.Model(image, norm_layer(image, norm))(rows)).reshape(3, 5, 4, 4, 4)
    np.testing.assert_allclose(found.mean(axis=axes), 0, atol=1e-5)
    np.testing.assert_allclose(found.std(axis=axes), 1, atol=1e-3)
