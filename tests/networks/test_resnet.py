import numpy as np
import pytest

from hepml.contracts import ArraySpec
from hepml.networks.keras_import import import_keras
from hepml.networks.resnet import RESNET, ResnetOptions
from hepml.networks.seeds import SeedStream

keras = import_keras()

VIEW = ArraySpec((64, 64, 1), role="image", moments_shape=(1,))


def build(options, n_views=2):
    arrays = {f"v{place}": VIEW for place in range(n_views)}
    inputs = {name: keras.Input(spec.shape, name=name) for name, spec in arrays.items()}
    return keras.Model(inputs, RESNET.build(options, arrays, inputs, SeedStream(1)))


def trained_weights(model):
    return sum(int(np.prod(v.shape)) for v in model.trainable_variables)


def block_weights(incoming, outgoing, *, halves):
    convolutions = 9 * incoming * outgoing + 9 * outgoing**2 + 4 * outgoing
    squeezed = max(4, outgoing // 16)
    gate = 2 * outgoing * squeezed + squeezed + outgoing
    beside = incoming * outgoing + 2 * outgoing if halves or incoming != outgoing else 0
    return convolutions + gate + beside


def test_the_default_by_hand():
    """Two views of 49 · 8 + 16 weights and a block of 8; 16 → 16, 32, 64."""
    branch = 7 * 7 * 8 + 2 * 8 + block_weights(8, 8, halves=False)
    trunk = block_weights(16, 16, halves=True) + block_weights(16, 32, halves=True)
    trunk += block_weights(32, 64, halves=True)
    assert trained_weights(build(ResnetOptions())) == 2 * branch + trunk == 81_572
    deeper = ResnetOptions(blocks=[1, 1, 2, 1])
    assert trained_weights(build(deeper)) == 2 * branch + trunk + block_weights(32, 32, halves=False)


def test_the_gates_are_an_option():
    plain = build(ResnetOptions(squeeze_ratio=0))
    assert not any(isinstance(layer, keras.layers.Multiply) for layer in plain.layers)
    gates = [layer for layer in build(ResnetOptions()).layers if isinstance(layer, keras.layers.Multiply)]
    assert len(gates) == 2 * 1 + 3  # one in each block


@pytest.mark.parametrize(("stages", "merged"), [(0, (16, 16, 2 * 8)), (1, (16, 16, 2 * 8)), (3, (4, 4, 2 * 32))])
def test_views_are_merged_after_the_stages_of_a_branch(stages, merged):
    model = build(ResnetOptions(branch_stages=stages))
    [merge] = [layer for layer in model.layers if isinstance(layer, keras.layers.Concatenate)]
    assert tuple(merge.output.shape[1:]) == merged


def test_blocks_may_be_one_number():
    assert ResnetOptions(blocks=2).stages == [(8, 2), (16, 2), (32, 2), (64, 2)]
