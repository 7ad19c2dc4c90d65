"""What every backbone promises."""

import numpy as np
import pytest

from hepml.contracts import ArraySpec, Moments
from hepml.errors import RecipeError
from hepml.networks.attention import ATTENTION, AttentionOptions
from hepml.networks.backbone import standardise_name
from hepml.networks.cnn import CNN, CnnOptions
from hepml.networks.cvn import CVN, CvnOptions
from hepml.networks.densenet import DENSENET, DensenetOptions
from hepml.networks.dnn import DNN, DnnOptions
from hepml.networks.keras_import import import_keras
from hepml.networks.lstm import LSTM, LstmOptions
from hepml.networks.pfn import PFN, PfnOptions
from hepml.networks.resnet import RESNET, ResnetOptions
from hepml.networks.seeds import SeedStream
from hepml.options import validate_options

keras = import_keras()

IMAGE = ArraySpec((9, 8, 2), role="image", moments_shape=(9, 8, 2))
TABLE = ArraySpec((3,), role="table", moments_shape=(3,))
MIXED = ArraySpec((3,), role="table", moments_shape=(3,), categories=(0, 4, 40), may_miss=(True, False, True))
CODES = ArraySpec((1,), role="table", moments_shape=(1,), categories=(3,))
ITEMS = {
    "a": ArraySpec((5, 3), role="sequence", moments_shape=(3,), may_miss=(False, True, False)),
    "a_mask": ArraySpec((5,), dtype="bool", role="mask"),
}
TWO = ITEMS | {
    "b": ArraySpec((4, 2), role="sequence", moments_shape=(2,)),
    "b_mask": ArraySpec((4,), dtype="bool", role="mask"),
}
CASES = [
    pytest.param(CNN, CnnOptions(filters=[4, 4], dense=[5]), {"a": IMAGE}, id="cnn"),
    pytest.param(CNN, CnnOptions(filters=[4], dense=[5]), {"a": IMAGE, "b": IMAGE}, id="cnn, two images"),
    pytest.param(CNN, CnnOptions(filters=[4] * 6, dense=[5]), {"a": IMAGE}, id="cnn, more stages than pixels"),
    pytest.param(
        CVN, CvnOptions(trunk=[[8], [8]], dense=[5]), {"a": IMAGE, "b": IMAGE}, id="cvn, more stages than pixels"
    ),
    pytest.param(
        CVN, CvnOptions(tower=[[4]], trunk=[[4], []], squeeze_ratio=0, dropout=0.2, dense=[5]), {"a": IMAGE}, id="cvn"
    ),
    pytest.param(RESNET, ResnetOptions(), {"a": IMAGE, "b": IMAGE}, id="resnet, more stages than pixels"),
    pytest.param(
        RESNET, ResnetOptions(filters=[4], branch_stages=0, norm="group", dense=[5]), {"a": IMAGE}, id="resnet, group"
    ),
    pytest.param(DENSENET, DensenetOptions(layers=[1] * 5), {"a": IMAGE, "b": IMAGE}, id="densenet, many blocks"),
    pytest.param(DNN, DnnOptions(width=5), {"a": TABLE}, id="dnn"),
    pytest.param(DNN, DnnOptions(width=5, indicate_missing=True), {"a": TABLE, "b": TABLE}, id="dnn, two tables"),
    pytest.param(
        DNN, DnnOptions(width=[6, 4], dropout=0.0, batch_norm=False, l1=1e-3, l2=1e-3), {"a": TABLE}, id="dnn, list"
    ),
    pytest.param(DNN, DnnOptions(width=5, depth=3, residual=True), {"a": TABLE}, id="dnn, residual"),
    pytest.param(DNN, DnnOptions(width=5, compress="log"), {"a": MIXED}, id="dnn, categories"),
    pytest.param(DNN, DnnOptions(width=5), {"a": CODES, "b": TABLE}, id="dnn, categories alone beside a table"),
    pytest.param(LSTM, LstmOptions(units=4, dense=[]), ITEMS, id="lstm"),
    pytest.param(
        LSTM,
        LstmOptions(units=4, cell="gru", layers=2, bidirectional=True, pooling="max"),
        ITEMS,
        id="gru, layers, both directions",
    ),
    pytest.param(LSTM, LstmOptions(units=4, cell="simple", compress="log"), TWO, id="simple cells, two sequences"),
    pytest.param(PFN, PfnOptions(items=[5, 4], indicate_missing=False), ITEMS, id="pfn"),
    pytest.param(PFN, PfnOptions(items=[4], pooling="max", dense=[]), TWO, id="pfn, two sequences"),
    pytest.param(ATTENTION, AttentionOptions(width=8, blocks=1), ITEMS, id="attention"),
    pytest.param(
        ATTENTION, AttentionOptions(width=6, heads=3, pooling="mean", dense=[5]), TWO, id="attention, two sequences"
    ),
    pytest.param(DNN, DnnOptions(depth=0), {"a": TABLE}, id="dnn, no hidden layer"),
]
every = pytest.mark.parametrize(("backbone", "options", "arrays"), CASES)


def build(backbone, options, arrays, seed=1):
    inputs = {name: keras.Input(spec.shape, dtype=spec.dtype, name=name) for name, spec in arrays.items()}
    return keras.Model(inputs, backbone.build(options, arrays, inputs, SeedStream(seed)))


def batch(arrays, n=7):
    rng = np.random.default_rng(1)
    return {name: rng.normal(size=(n, *spec.shape)).astype(spec.dtype) for name, spec in arrays.items()}


@every
def test_it_maps_inputs_to_finite_features(backbone, options, arrays):
    features = np.asarray(build(backbone, options, arrays)(batch(arrays)))
    assert features.shape[0] == 7
    assert features.ndim == 2
    assert np.isfinite(features).all()


@every
def test_every_input_with_moments_is_standardised(backbone, options, arrays):
    model = build(backbone, options, arrays)
    for name, spec in arrays.items():
        if spec is CODES or spec.role == "mask":
            continue  # no number in it
        count = np.full((1, *spec.moments_shape), 10.0)
        constants = backbone.normalisation(options, spec, Moments(count, 2 * count, 8 * count))
        model.get_layer(standardise_name(name)).set_constants(constants)
        assert (constants.scale > 0).all()


@every
def test_the_seed_fixes_the_first_weights(backbone, options, arrays):
    if getattr(options, "depth", 1) == 0:
        pytest.skip("no weights")
    features = [np.asarray(build(backbone, options, arrays, seed)(batch(arrays))) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(features[0], features[1])
    assert np.abs(features[0] - features[2]).max() > 1e-3


@pytest.mark.parametrize("pooling", ["average", "maximum", "both", "flatten"])
def test_every_pooling(pooling):
    model = build(CNN, CnnOptions(filters=[4, 4], dense=[], pooling=pooling), {"a": IMAGE})
    assert model.output.shape[-1] == {"average": 4, "maximum": 4, "both": 8, "flatten": 3 * 2 * 4}[pooling]


@pytest.mark.parametrize(
    ("options", "values", "message"),
    [
        (CnnOptions, {"filters": [8, 0]}, "filters and dense must be positive"),
        (CnnOptions, {"blocks": [1, 1]}, "blocks has 2 stages and filters 3"),
        (CnnOptions, {"augment": {"reflct": True}}, "did you mean 'reflect'"),
        (CnnOptions, {"kernel": 4}, "kernel"),
        (CvnOptions, {"trunk": [[32], [48, 0]]}, "trunk"),
        (CvnOptions, {"merge": "sum"}, "merge"),
        (ResnetOptions, {"blocks": [1, 1]}, "blocks has 2 stages and filters 4"),
        (ResnetOptions, {"branch_stages": 5}, "branch_stages is 5 of 4 stages"),
        (DensenetOptions, {"branch_blocks": 5}, "branch_blocks is 5 of 4 blocks"),
        (DensenetOptions, {"compression": 0.0}, "compression"),
        (AttentionOptions, {"width": 10}, "width 10 is not divisible by 4 heads"),
        (LstmOptions, {"cell": "gur"}, "cell"),
        (PfnOptions, {"items": []}, "items"),
        (DnnOptions, {"activation": "rellu"}, "activation"),
        (DnnOptions, {"dropout": 1.0}, "less than 1"),
        (DnnOptions, {"width": [8, 0]}, "width must be positive: use depth: 0"),
        (DnnOptions, {"width": [8, 8], "depth": 3}, "width lists 2 layers and depth is 3"),
    ],
)
def test_options_that_do_not_fit_are_named(options, values, message):
    with pytest.raises(RecipeError, match=message):
        validate_options(options, values, path="models.m.options")
