import numpy as np

from hepml.contracts import ArraySpec
from hepml.networks.densenet import DENSENET, DensenetOptions
from hepml.networks.keras_import import import_keras
from hepml.networks.seeds import SeedStream

keras = import_keras()

VIEW = ArraySpec((32, 32, 1), role="image", moments_shape=(1,))


def build(options, n_views=2):
    arrays = {f"v{place}": VIEW for place in range(n_views)}
    inputs = {name: keras.Input(spec.shape, name=name) for name, spec in arrays.items()}
    return keras.Model(inputs, DENSENET.build(options, arrays, inputs, SeedStream(1)))


def trained_weights(model):
    return sum(int(np.prod(v.shape)) for v in model.trainable_variables)


def layer_weights(channels, growth):
    """Normalisation, 1×1 to four times the growth, normalisation, 3×3."""
    inside = 4 * growth
    return 2 * channels + channels * inside + 2 * inside + 9 * inside * growth


def test_the_default_by_hand():
    def block(channels, layers):
        return sum(layer_weights(channels + 8 * layer, 8) for layer in range(layers)), channels + 8 * layers

    in_branch, channels = block(16, 3)
    total, channels = 2 * (7 * 7 * 16 + 2 * 16 + in_branch), 2 * channels
    for layers in (5, 7, 4):
        total += 2 * channels + channels * (channels // 2)
        in_block, channels = block(channels // 2, layers)
        total += in_block
    assert channels == 80
    assert trained_weights(build(DensenetOptions())) == total + 2 * channels == 103_216


def test_a_layer_reads_all_before_it():
    """Growth 3 after a stem of 6: layers read 6, 9 and 12 channels, and the block gives 15."""
    options = DensenetOptions(growth=3, layers=[3], bottleneck=0)
    model = build(options, n_views=1)
    read = [layer.input.shape[-1] for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert read == [1, 6, 9, 12]
    assert model.output.shape == (None, 15)


def test_a_transition_keeps_a_share_of_the_channels():
    options = DensenetOptions(growth=4, layers=[1, 1], bottleneck=0, compression=0.25, stem_filters=8)
    assert build(options, n_views=1).output.shape == (None, 12 // 4 + 4)
