import numpy as np
import pytest

from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream
from hepml.networks.squeeze_excite import squeeze_excite, squeezed_units

keras = import_keras()


def gated(channels=8, ratio=2):
    image = keras.Input((5, 4, channels))
    return keras.Model(image, squeeze_excite(image, ratio, SeedStream(1)))


def images(n=6, channels=8):
    return np.random.default_rng(1).uniform(0.5, 1.5, (n, 5, 4, channels)).astype(np.float32)


def test_each_channel_is_scaled_by_the_gate_of_the_formula():
    model, x = gated(), images()
    squeeze, excite = (layer for layer in model.layers if isinstance(layer, keras.layers.Dense))
    hidden = np.maximum(0, x.mean(axis=(1, 2)) @ np.asarray(squeeze.kernel) + np.asarray(squeeze.bias))
    gate = 1 / (1 + np.exp(-hidden @ np.asarray(excite.kernel) - np.asarray(excite.bias)))
    assert gate.std(axis=1).min() > 0.01  # channels differ
    np.testing.assert_allclose(model(x), x * gate[:, None, None, :], rtol=1e-5)


def test_the_gate_is_of_the_row_alone():
    model, x = gated(), images()
    other = x.copy()
    other[1:] *= 3
    np.testing.assert_allclose(model(x)[:1], model(other)[:1], rtol=1e-6)


def test_weights_by_hand():
    """32 → 4 → 32 with biases."""
    assert gated(32, 8).count_params() == 32 * 4 + 4 + 4 * 32 + 32


@pytest.mark.parametrize(("channels", "ratio", "units"), [(192, 16, 12), (64, 16, 4), (8, 16, 4), (512, 16, 32)])
def test_units_in_between(channels, ratio, units):
    assert squeezed_units(channels, ratio) == units


def test_no_ratio_no_gate():
    x = keras.Input((5, 4, 8))
    assert squeeze_excite(x, 0, SeedStream(1)) is x
