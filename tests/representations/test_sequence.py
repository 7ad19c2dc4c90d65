"""Sequences against a slow, obvious loop, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import awkward as ak
import numpy as np
import pytest

import hepml
from hepml.errors import RecipeError, ShapeError
from hepml.options import validate_options
from hepml.representations import Sequence, SequenceOptions

NAN, INF = np.nan, np.inf


def of(**options: Any) -> Sequence:
    return Sequence(SequenceOptions(**{"features": ["pt"], "length": 3, **options}))


def tracks(n: int, *, seed: int) -> list[list[dict[str, float]]]:
    """Return jets of 0 to 9 tracks; values repeat, are sentinels, NaN or infinite."""
    rng = np.random.default_rng(seed)
    d0 = [-9.0, NAN, 0.0, -0.0, 0.5, -0.5, 2.0, -2.0, 3.0]
    pt = [0.0, -1.0, NAN, INF, 1.0, 2.0, 4.0, 4.0, 8.0]
    return [
        [
            {"pt": rng.choice(pt), "d0": rng.choice(d0), "key": rng.choice([1.0, 2.0, NAN])}
            for _ in range(rng.integers(10))
        ]
        for _ in range(n)
    ]


def columns(jets: list[list[dict[str, float]]]) -> ak.Array:
    return ak.zip(
        {name: ak.values_astype([[t[name] for t in jet] for jet in jets], np.float64) for name in ("pt", "d0", "key")},
        depth_limit=1,
    )


def obvious(jet: list[dict[str, float]], options: SequenceOptions) -> tuple[list[list[float]], list[int]]:
    """Return the features of the items that are kept, and the four counts of one jet: item by item."""
    items, n_sentinel, n_not_finite = [], 0, 0
    for track in jet:
        values, bad = {}, False
        for feature in options.features:
            value = track[feature.name]
            declared = value in feature.missing or (bool(feature.missing) and math.isnan(value))
            wrong = not math.isfinite(value) or (feature.transform == "log" and value <= 0)
            n_sentinel += declared
            bad |= wrong and not declared
            values[feature.name] = NAN if declared or wrong else value
        if options.order and options.order.by not in values:
            bad |= not math.isfinite(track[options.order.by])
            values[options.order.by] = track[options.order.by]
        n_not_finite += bad
        if not (bad and options.not_finite == "drop_item"):
            items.append(values)
    if options.order:
        items.sort(key=lambda values: place(values[options.order.by], options))  # stable
    kept = items[: options.length]
    dense = [[changed(values[feature.name], feature) for feature in options.features] for values in kept]
    return dense, [len(kept), len(items) - len(kept), n_sentinel, n_not_finite]


def place(value: float, options: SequenceOptions) -> float:
    if math.isnan(value):
        return INF
    size = abs(value) if options.order.absolute else value
    return -size if options.order.descending else size


def changed(value: float, feature: Any) -> float:
    if math.isnan(value) or feature.transform == "none":
        return value
    if feature.transform == "log":
        return math.log(value)
    return math.copysign(math.log(1 + abs(value) / feature.scale), value)


D0 = {"name": "d0", "missing": [-9, "nan"], "transform": "signed_log", "scale": 0.3}


@pytest.mark.parametrize(
    "options",
    [
        {"not_finite": "missing"},
        {"not_finite": "drop_item", "features": ["pt", D0]},
        {"not_finite": "missing", "features": [D0, {"name": "pt", "transform": "log"}], "order": {"by": "pt"}},
        {"not_finite": "drop_item", "features": [D0], "order": {"by": "pt", "descending": False}, "length": 2},
        {"not_finite": "missing", "features": [D0, "pt"], "order": {"by": "d0", "absolute": True}, "length": 20},
        {"features": [D0], "order": {"by": "d0", "absolute": True, "descending": False}},
        {"not_finite": "missing", "features": [D0], "order": {"by": "key", "descending": False}, "length": 5},
    ],
)
def test_it_is_what_a_loop_over_items_finds(options):
    representation = of(**options)
    jets = tracks(200, seed=1)
    given = columns(jets)
    dense, counts = representation.decode(representation.encode(given)), representation.counts(given)
    for row, jet in enumerate(jets):
        items, numbers = obvious(jet, representation.options)
        assert dense["mask"][row].tolist() == [i < len(items) for i in range(representation.options.length)]
        np.testing.assert_allclose(
            dense[""][row, : len(items)],
            np.reshape(items, (len(items), -1)) if items else dense[""][row, :0],
            rtol=1e-6,
        )
        assert (dense[""][row, len(items) :] == 0).all()
        found = [getattr(counts, name)[row] for name in ("n_items", "n_truncated", "n_sentinel", "n_not_finite")]
        assert found == numbers


def test_a_longer_batch_has_the_same_items():
    jets = columns(tracks(50, seed=2))
    short, long = (of(features=[D0], order="d0", length=length) for length in (9, 15))
    stored = short.encode(jets)
    again = long.decode(stored)
    np.testing.assert_array_equal(again[""][:, :9], short.decode(stored)[""])
    assert not again["mask"][:, 9:].any()
    with pytest.raises(ShapeError, match="up to 9 items, more than length 4"):
        of(features=[D0], order="d0", length=4).decode(stored)


def test_other_transforms_are_refused():
    stored = of(features=["pt"]).encode(ak.Array({"pt": [[1.0]]}))
    with pytest.raises(ShapeError, match="other features or transforms"):
        of(features=[{"name": "pt", "transform": "log"}]).decode(stored)


@pytest.mark.parametrize(
    ("options", "values", "message"),
    [
        ({}, [[1.0], [2.0, NAN]], "column 'pt' holds 1 values that are NaN, .* the first is nan in row 1: declare"),
        ({}, [[1e300]], "the first is inf in row 0"),
        ({"features": [{"name": "pt", "missing": "nan"}]}, [[NAN, INF]], "column 'pt' holds 1 values"),
        ({"features": [{"name": "pt", "transform": "log"}]}, [[0.0, -1.0]], "holds 2 values .* the first is 0 in row"),
        ({"features": [{"name": "one"}], "order": "pt"}, [[NAN]], "column 'pt' holds 1 values"),
        ({}, [1.0, 2.0], "'pt' must hold one list of numbers"),
    ],
)
def test_values_that_are_refused(options, values, message):
    given = ak.zip({"pt": ak.Array(values), "one": ak.ones_like(ak.Array(values))}, depth_limit=1)
    with pytest.raises(ShapeError, match=message):
        of(**options).encode(given)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"features": ["pt", "pt"]}, r"features \['pt'\] are listed twice"),
        ({"features": ["transforms"]}, "cannot be called 'transforms'"),
        ({"features": [{"name": "pt", "missing": [-1, INF]}]}, "sentinels must be finite"),
        ({"features": [{"name": "pt", "scale": 2}]}, "scale is 2 and transform 'none'"),
        ({"order": {"by": "pt", "descend": True}}, "did you mean 'descending'"),
        ({"length": 0}, "length"),
    ],
)
def test_options_that_do_not_fit_are_named(options, message):
    with pytest.raises(RecipeError, match=message):
        validate_options(SequenceOptions, {"features": ["pt"], "length": 3, **options}, path="options.tracks")


def test_what_a_model_is_told():
    arrays = of(features=[{"name": "pt", "unit": "GeV", "transform": "log"}, {**D0, "unit": "mm"}]).arrays
    assert arrays[""].features == ("log of pt [1]", "signed log of d0 [1]")
    assert arrays[""].may_miss == (False, True)
    assert (arrays["mask"].role, arrays["mask"].shape, arrays["mask"].features) == ("mask", (3,), ())
    assert of(not_finite="missing").arrays[""].may_miss == (True,)
    assert of().arrays[""].may_miss == ()


def test_its_public_name():
    assert hepml.Sequence is Sequence
    assert of(order="d0").columns == {"pt": "1", "d0": "1"}
    assert of(order="d0", not_finite="missing").missing_allowed == {"pt", "d0"}
