"""What networks on sequences promise: padding counts for nothing, sets have no order, and no item is an answer too."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
import pytest

from hepml.errors import RecipeError
from hepml.networks.attention import ATTENTION, AttentionOptions
from hepml.networks.backbone import standardise_name
from hepml.networks.keras_import import import_keras
from hepml.networks.lstm import LSTM, LstmOptions
from hepml.networks.pfn import PFN, PfnOptions
from hepml.networks.seeds import SeedStream
from hepml.networks.transfer import copy_weights
from hepml.representations import Sequence, SequenceOptions

keras = import_keras()

SETS = [
    pytest.param(PFN, PfnOptions(items=[8, 6], pooling="sum"), id="pfn, sum"),
    pytest.param(PFN, PfnOptions(items=[8, 6], pooling="mean"), id="pfn, mean"),
    pytest.param(PFN, PfnOptions(items=[8, 6], pooling="max"), id="pfn, max"),
    pytest.param(ATTENTION, AttentionOptions(width=8, heads=2), id="attention, class"),
    pytest.param(ATTENTION, AttentionOptions(width=8, heads=2, pooling="mean"), id="attention, mean"),
]
RECURRENT = [
    pytest.param(LSTM, LstmOptions(units=6, cell=cell, pooling=pooling, **more), id=f"{cell}, {pooling}")
    for cell, pooling, more in (
        ("lstm", "last", {"bidirectional": True, "layers": 2}),
        ("gru", "mean", {"bidirectional": True}),
        ("simple", "max", {"layers": 2}),
    )
]


def representation(length: int) -> Sequence:
    return Sequence(SequenceOptions(features=["pt", {"name": "d0", "missing": -1}], length=length))


def stored(n_items: list[int], *, seed: int = 1) -> ak.Array:
    """Return jets with as many tracks; a fifth of them without d0."""
    rng = np.random.default_rng(seed)
    pt, d0 = rng.exponential(size=sum(n_items)), rng.normal(size=sum(n_items))
    d0[rng.random(len(d0)) < 0.2] = -1
    return representation(9).encode(ak.Array({"pt": ak.unflatten(pt, n_items), "d0": ak.unflatten(d0, n_items)}))


def network(backbone: Any, options: Any, length: int) -> Any:
    """Return the network for sequences of a length, with constants as of a training."""
    names = {"": "tracks", "mask": "tracks_mask"}
    arrays = {names[suffix]: spec for suffix, spec in representation(length).arrays.items()}
    inputs = {name: keras.Input(spec.shape, dtype=spec.dtype, name=name) for name, spec in arrays.items()}
    model = keras.Model(inputs, backbone.build(options, arrays, inputs, SeedStream(3)))
    layer = model.get_layer(standardise_name("tracks"))
    layer.offset.assign([0.8, 0.3])
    layer.scale.assign([0.5, 2.0])
    return model


def batch(jets: ak.Array, length: int) -> dict[str, np.ndarray]:
    dense = representation(length).decode(jets)
    return {"tracks": dense[""], "tracks_mask": dense["mask"]}


def values(model: Any, inputs: dict[str, np.ndarray]) -> np.ndarray:
    return np.asarray(model(inputs, training=False))


@pytest.mark.parametrize(("backbone", "options"), [*SETS, *RECURRENT])
def test_padding_never_changes_a_score(backbone, options):
    jets = stored([0, 1, 5, 9, 3, 7, 2])
    short, long = network(backbone, options, 9), network(backbone, options, 14)
    copy_weights(long.layers, short.layers)
    found = values(short, batch(jets, 9))
    np.testing.assert_allclose(values(long, batch(jets, 14)), found, atol=1e-5)
    assert np.abs(np.diff(found[1:], axis=0)).max(axis=1).min() > 1e-3  # and jets differ
    other = batch(jets, 9)
    for rubbish in (1e6, np.nan):
        other["tracks"][~other["tracks_mask"]] = rubbish
        np.testing.assert_array_equal(values(short, other), found)


@pytest.mark.parametrize(("backbone", "options"), SETS)
def test_a_set_has_no_order(backbone, options):
    model, inputs = network(backbone, options, 9), batch(stored([9, 4, 6]), 9)
    found = values(model, inputs)
    order = np.random.default_rng(2).permutation(9)
    shuffled = {name: array[:, order] for name, array in inputs.items()}  # padding comes in between
    np.testing.assert_allclose(values(model, shuffled), found, atol=1e-5)


@pytest.mark.parametrize(("backbone", "options"), RECURRENT)
def test_a_sequence_has(backbone, options):
    model, inputs = network(backbone, options, 9), batch(stored([9, 9]), 9)
    turned = {name: array[:, ::-1] for name, array in inputs.items()}
    assert np.abs(values(model, turned) - values(model, inputs)).max() > 1e-3


@pytest.mark.parametrize(("backbone", "options"), [*SETS, *RECURRENT])
def test_no_item_at_all_is_an_answer(backbone, options):
    found = values(network(backbone, options, 9), batch(stored([0, 0, 3]), 9))
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found[0], found[1])
    assert np.abs(found[2] - found[0]).max() > 1e-3


@pytest.mark.parametrize(("backbone", "options"), [SETS[1], SETS[3], RECURRENT[0]])
def test_what_is_missing_is_told_from_the_mean(backbone, options):
    model, inputs = network(backbone, options, 9), batch(stored([4]), 9)
    inputs["tracks"][0, 1, 1] = 0.3  # the mean
    found = values(model, inputs)
    inputs["tracks"][0, 1, 1] = np.nan
    assert np.abs(values(model, inputs) - found).max() > 1e-4


def test_two_directions_read_the_same_from_either_end():
    """With the weights of both exchanged, the sequence read backwards gives the two halves exchanged."""
    options = LstmOptions(units=3, bidirectional=True, dropout=0.0, dense=[], pooling="max")
    model, inputs = network(LSTM, options, 6), batch(stored([6, 6]), 6)
    found = values(model, inputs)
    forwards, backwards = (layer for layer in model.layers if isinstance(layer, keras.layers.LSTM))
    weights = forwards.get_weights(), backwards.get_weights()
    forwards.set_weights(weights[1])
    backwards.set_weights(weights[0])
    turned = {name: array[:, ::-1] for name, array in inputs.items()}
    np.testing.assert_allclose(values(model, turned), np.roll(found, 3, axis=1), atol=1e-6)


def test_pooling_by_hand():
    """Sum, mean and maximum over identical layers: items 1, −3 and padding."""
    from hepml.networks.sequence_layers import PoolItems

    items, mask = np.array([[[-1.0], [-3.0], [9.0]], [[4.0]] * 3]), np.array([[True, True, False], [False] * 3])
    found = {kind: np.asarray(PoolItems(kind)([items, mask])).ravel().tolist() for kind in ("sum", "mean", "max")}
    assert found == {"sum": [-4, 0], "mean": [-2, 0], "max": [-1, 0]}


def test_attention_by_hand():
    """Query · key is 0 for one item and √d · ln 3 for the other: weights ¼ and ¾; padding has none."""
    from hepml.networks.sequence_layers import ItemAttention

    query = np.full((1, 3, 1), np.log(3))
    key, value = np.array([[[0.0], [1.0], [50.0]]]), np.array([[[8.0], [4.0], [1e9]]])
    mask = np.array([[True, True, False]])
    found = ItemAttention(1)([query, key, value, mask])
    np.testing.assert_allclose(np.asarray(found).ravel(), [5, 5, 5], rtol=1e-6)


def test_a_sequence_without_mask_is_named():
    arrays = {"tracks": representation(4).arrays[""]}
    inputs = {"tracks": keras.Input((4, 2), name="tracks")}
    with pytest.raises(RecipeError, match="the sequence 'tracks' has no mask 'tracks_mask'"):
        PFN.build(PfnOptions(), arrays, inputs, SeedStream(1))
