"""The digest of content, and the hashes below it."""

from __future__ import annotations

from itertools import pairwise

import awkward as ak
import numpy as np
import pytest

from hepml.errors import ShapeError
from hepml.processing.digest import MODULUS, add_digests, content_digest, digest_text
from hepml.processing.flat_values import flat_values
from hepml.processing.hashing import hash_rows, mix


def table(n=50, seed=0):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 6, n)
    return {
        "jet.pt": rng.random(n).astype(np.float32),
        "image.pixel": ak.unflatten(rng.integers(0, 900, counts.sum()).astype(np.uint16), counts),
        "image.pt": ak.unflatten(rng.random(counts.sum()).astype(np.float32), counts),
        "label": rng.integers(-1, 3, n).astype(np.int16),
        "key.event": np.arange(n),
    }


def digest(columns):
    return content_digest(columns, n_rows=len(next(iter(columns.values()))))


def test_order_of_columns_and_rows_does_not_matter():
    columns = table()
    turned = {name: values[::-1] for name, values in reversed(columns.items())}
    assert digest(columns) == digest(turned)


def test_rows_of_more_values_than_are_widened_at_a_time_have_the_hashes_that_they_have_alone():
    rng = np.random.default_rng(3)
    counts = np.array([2, 40_000, 0, 9_000, 9_000, 1])
    columns = {"hit": ak.unflatten(rng.integers(0, 500, counts.sum()).astype(np.int16), counts), "key": np.arange(6)}
    alone = [hash_rows({name: values[i : i + 1] for name, values in columns.items()}, n_rows=1) for i in range(6)]
    for half, found in enumerate(hash_rows(columns, n_rows=6)):
        assert found.tolist() == [int(row[half][0]) for row in alone]


@pytest.mark.parametrize("size", [1, 7, 49, 50])
def test_chunks_add_up(size):
    columns = table()
    pieces = [{name: values[i : i + size] for name, values in columns.items()} for i in range(0, 50, size)]
    assert add_digests(*(digest(piece) for piece in pieces)) == digest(columns)


def test_every_change_is_seen():
    """One value, one name, one row, a row twice, two values swapped between rows or between columns."""
    columns = table()
    seen = {digest(columns)}
    changed = columns["jet.pt"].copy()
    changed[3] = np.nextafter(changed[3], np.float32(2))
    swapped = columns["jet.pt"].copy()
    swapped[[0, 1]] = swapped[[1, 0]]
    variants = [
        columns | {"jet.pt": changed},
        columns | {"jet.pt": swapped},
        {("jet.mass" if name == "jet.pt" else name): values for name, values in columns.items()},
        {name: values[1:] for name, values in columns.items()},
        {name: values[np.r_[0, 0:50]] for name, values in columns.items()},
        columns | {"jet.pt": columns["key.event"], "key.event": columns["jet.pt"]},
        columns | {"empty": ak.unflatten(np.zeros(0), np.zeros(50, int))},
        {name: values for name, values in columns.items() if name != "label"},
    ]
    for variant in variants:
        seen.add(digest(variant))
    assert len(seen) == 1 + len(variants)


def test_list_boundaries_and_order_matter():
    one, two, three = ak.Array([[1, 2], [3]]), ak.Array([[1], [2, 3]]), ak.Array([[2, 1], [3]])
    assert len({digest({"x": values}) for values in (one, two, three)}) == 3


def test_equal_values_are_equal():
    """−0 is 0, all NaN are one, and the width of a type does not count."""
    plain = np.array([0.0, np.nan, 1.5])
    odd = np.array([0x8000000000000000, 0xFFF8000000000001, 0x3FF8000000000000], np.uint64).view(np.float64)
    assert digest({"x": plain}) == digest({"x": odd}) == digest({"x": plain.astype(np.float32)})
    assert digest({"x": np.array([-1, 2], np.int16)}) == digest({"x": np.array([-1, 2], np.int64)})
    assert digest({"x": np.array([0.0])}) != digest({"x": np.array([np.nan])})


def test_sum_carries_into_the_high_half():
    low, high = hash_rows({"x": np.arange(100)}, n_rows=100)
    expected = sum((int(b) << 64) + int(a) for a, b in zip(low, high, strict=True)) % MODULUS
    assert content_digest({"x": np.arange(100)}, n_rows=100) == expected


def test_no_rows_and_text():
    assert content_digest({"x": np.zeros(0)}, n_rows=0) == 0
    assert digest_text(255) == "0" * 30 + "ff"
    assert add_digests(MODULUS - 1, 2) == 1


def test_mix_is_splitmix64():
    """The second output of the published generator with seed 0: the finaliser of twice its increment."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    assert int(mix(golden)) == 0xE220A8397B1DCDAF
    assert int(mix(np.uint64((2 * int(golden)) % 2**64))) == 0x6E789E6AA1B965F4


def test_hash_bits_are_even():
    """Each of the 128 bits is set in half of the rows: 5000 ± 5 × 50."""
    low, high = hash_rows({"x": np.arange(10_000)}, n_rows=10_000)
    for half in (low, high):
        bits = np.unpackbits(half.view(np.uint8).reshape(-1, 8), axis=1).sum(axis=0)
        assert np.abs(bits.astype(int) - 5000).max() < 250


def test_flat_values_of_every_layout():
    jagged = ak.Array([[1, 2], [], [3]])
    cases = {
        "numpy": (np.arange(4).reshape(2, 2), [0, 1, 2, 3], [0, 2, 4]),
        "masked": (jagged[ak.Array([True, False, True])], [1, 2, 3], [0, 2, 3]),
        "nested": (ak.Array([[[1], [2, 3]], [], [[4]]]), [1, 2, 3, 4], [0, 3, 3, 4]),
        "regular": (ak.from_numpy(np.arange(6).reshape(2, 3), regulararray=True), [0, 1, 2, 3, 4, 5], [0, 3, 6]),
        "block": (ak.Array([np.ones((2, 2)), np.ones((2, 2))]), [1] * 8, [0, 4, 8]),
        "bool": (np.array([True, False]), [True, False], [0, 1, 2]),
        "empty": (ak.Array([]), [], [0]),
    }
    for name, (column, values, offsets) in cases.items():
        found_values, found_offsets = flat_values(column)
        rows = [found_values[a:b].tolist() for a, b in pairwise(found_offsets)]
        assert rows == [values[a:b] for a, b in pairwise(offsets)], name


def test_flat_values_of_none_is_nan():
    values, _ = flat_values(ak.Array([1.0, None, 3.0]))
    assert np.isnan(values).tolist() == [False, True, False]
    values, offsets = flat_values(ak.Array([[1.0, None], [3.0]]))
    assert np.isnan(values[offsets[0] : offsets[1]]).tolist() == [False, True]
    with pytest.raises(ShapeError, match=r"none of them missing"):
        flat_values(ak.Array([[1.0, None], None, [3.0]]))


def test_flat_values_refuses_what_is_no_number():
    with pytest.raises(ShapeError, match=r"must hold numbers or lists of numbers"):
        flat_values(ak.Array(["w", "qcd"]))
    with pytest.raises(ShapeError, match=r"must hold numbers or lists of numbers"):
        flat_values(ak.Array([{"x": 1}]))
