"""The network of PHYSICS: its weights counted by hand, layer by layer; its blocks; and what becomes of it in files."""

import numpy as np
import onnx
import onnxruntime
import pytest

from hepml.contracts import ArraySpec
from hepml.networks.bottleneck import BottleneckStyle, bottleneck
from hepml.networks.cvn import CVN, CvnOptions
from hepml.networks.keras_import import import_keras
from hepml.networks.model_file import load_model, save_model
from hepml.networks.onnx_graph import network_as_onnx
from hepml.networks.seeds import SeedStream

keras = import_keras()

NOVA = ArraySpec((100, 80, 1), role="image", moments_shape=(1,))
TINY = ArraySpec((9, 8, 2), role="image", moments_shape=(2,))
SMALL = {"stem_filters": 4, "tower": [[4], [4]], "trunk": [[6, 6], [8]], "expansion": 2, "dense": [8]}


def build(options, spec, names=("x", "y")):
    arrays = dict.fromkeys(names, spec)
    inputs = {name: keras.Input(spec.shape, name=name) for name in arrays}
    return keras.Model(inputs, {"features": CVN.build(options, arrays, inputs, SeedStream(1))})


def trained_weights(model):
    return sum(int(np.prod(v.shape)) for v in model.trainable_variables)


def block_weights(incoming, outgoing):
    inside = 6 * incoming
    squeezed = inside // 16
    return (
        (incoming * inside + 2 * inside)  # 1×1, and β and γ of the normalisation
        + (3 * 3 * inside + 2 * inside)  # depthwise
        + (inside * squeezed + squeezed + squeezed * inside + inside)  # squeeze and excite, with biases
        + (inside * outgoing + 2 * outgoing)  # 1×1
    )


def test_the_blocks_by_hand():
    """32 → 192 → 192, gate 192 → 12 → 192, → 16."""
    assert block_weights(32, 16) == (6144 + 384) + (1728 + 384) + (2304 + 12 + 2304 + 192) + (3072 + 32)


@pytest.mark.parametrize(("share_towers", "n_towers"), [(False, 2), (True, 1)])
def test_the_default_has_the_weights_of_the_published_layers(share_towers, n_towers):
    stem = 5 * 5 * 1 * 32 + 2 * 32
    tower = stem + block_weights(32, 16) + block_weights(16, 24)
    trunk = sum(block_weights(a, b) for a, b in ((24, 32), (32, 48), (48, 64), (64, 96), (96, 160)))
    dense = 160 * 1024 + 1024
    model = build(CvnOptions(share_towers=share_towers), NOVA)
    assert trained_weights(model) == n_towers * tower + trunk + dense
    assert trained_weights(model) == {1: 553_797, 2: 577_607}[n_towers]
    assert model.output["features"].shape == (None, 1024)


def test_images_shrink_as_published():
    """100×80 is halved by the first convolution, in the towers once, and before each of three stages."""
    model = build(CvnOptions(), NOVA)
    assert [tuple(layer.output.shape[1:]) for layer in model.layers if isinstance(layer, keras.layers.Maximum)] == [
        (25, 20, 24)
    ]
    pooled = [layer.output.shape[1:3] for layer in model.layers if isinstance(layer, keras.layers.AveragePooling2D)]
    assert sorted(pooled, reverse=True) == [(25, 20), (25, 20), (13, 10), (7, 5), (4, 3)]
    assert not any(isinstance(layer, keras.layers.Add) for layer in model.layers)  # no two widths are the same


def style(**changed):
    start = {"expansion": 3, "kernel": 3, "squeeze_ratio": 0, "residual": True, "norm": "batch", "activation": "relu6"}
    return BottleneckStyle(**{**start, **changed})


def test_a_block_is_beside_the_identity_where_widths_agree():
    image = keras.Input((5, 4, 6))
    rows = np.random.default_rng(1).normal(size=(3, 5, 4, 6)).astype(np.float32)
    plain, residual = (
        keras.Model(image, bottleneck(image, 6, style(residual=beside), SeedStream(1))) for beside in (False, True)
    )
    np.testing.assert_allclose(np.asarray(residual(rows)), rows + np.asarray(plain(rows)), rtol=1e-5, atol=1e-6)
    other = keras.Model(image, bottleneck(image, 7, style(), SeedStream(1)))
    assert not any(isinstance(layer, keras.layers.Add) for layer in other.layers)


def test_the_projection_is_linear_and_the_depthwise_convolution_mixes_no_channels():
    image = keras.Input((5, 4, 6))
    model = keras.Model(image, bottleneck(image, 8, style(residual=False), SeedStream(1)))
    assert np.asarray(model(np.ones((1, 5, 4, 6), np.float32))).min() < 0
    [depthwise] = [layer for layer in model.layers if isinstance(layer, keras.layers.DepthwiseConv2D)]
    one = np.zeros((1, 5, 4, 18), np.float32)
    one[..., 7] = 1
    assert np.flatnonzero(np.abs(np.asarray(depthwise(one))).sum(axis=(0, 1, 2))).tolist() == [7]


@pytest.mark.parametrize("norm", ["group", "layer"])
def test_normalised_within_a_row_the_others_do_not_matter_in_training_either(norm):
    model = build(CvnOptions(**SMALL, norm=norm), TINY)
    rng = np.random.default_rng(1)
    rows = {name: rng.normal(size=(4, *TINY.shape)).astype(np.float32) for name in "xy"}
    other = {name: np.concatenate([values[:1], 5 * values[1:]]) for name, values in rows.items()}
    first, again = (np.asarray(model(batch, training=True)["features"])[0] for batch in (rows, other))
    np.testing.assert_allclose(first, again, atol=1e-5)
    assert np.abs(first).max() > 0


@pytest.mark.parametrize(
    "options",
    [
        {"share_towers": True, "compress": "log"},
        {"merge": "concatenation", "norm": "group", "tower": [[4]], "trunk": [[6]]},
    ],
)
def test_the_same_from_files(options, tmp_path):
    model = build(CvnOptions(**{**SMALL, **options}), TINY, names=("x", "y", "z"))
    rng = np.random.default_rng(1)
    for rows in (1, 7):
        maps = {name: rng.normal(size=(rows, *TINY.shape)).astype(np.float32) for name in "xyz"}
        wanted = np.asarray(model(maps)["features"])
        if rows == 1:
            save_model(model, tmp_path / "m.keras")
            graph = network_as_onnx(model)
            onnx.checker.check_model(graph, full_check=True)
        np.testing.assert_array_equal(np.asarray(load_model(tmp_path / "m.keras")(maps)["features"]), wanted)
        session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
        np.testing.assert_allclose(session.run(["features"], maps)[0], wanted, rtol=1e-4, atol=1e-5)
