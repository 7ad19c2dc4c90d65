"""Awkward layouts of every kind as offsets and contents."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import awkward as ak
import numpy as np
import pytest

from hepml.errors import ShapeError
from hepml.representations.ragged import flat_column, plain_column, ragged_columns

ROWS = [[1.0, 2.0], [], [3.0]]


def lists(columns: ak.Array, *names: str) -> dict[str, list[list[float]]]:
    offsets, contents = ragged_columns(columns, names)
    assert offsets.dtype == np.int64
    return {name: [content[a:b].tolist() for a, b in pairwise(offsets)] for name, content in contents.items()}


@pytest.mark.parametrize(
    "layout",
    [
        ak.Array(ROWS),
        ak.Array([[9.0], *ROWS, [9.0]])[1:4],
        ak.Array([[3.0], [], [1.0, 2.0]])[::-1],
        ak.Array([*ROWS, [9.0]])[np.array([True, True, True, False])],
        ak.mask(ak.Array(ROWS), [True, True, True]),
        ak.Array(ak.contents.UnmaskedArray(ak.to_layout(ak.Array(ROWS)))),
        ak.concatenate([ak.Array(ROWS[:1]), ak.Array(ROWS[1:])]),
    ],
)
def test_every_layout_gives_its_lists(layout: ak.Array) -> None:
    assert lists(ak.Array({"pt": layout}), "pt") == {"pt": ROWS}


def test_nothing_is_copied_where_lists_lie_in_order() -> None:
    content = np.arange(3.0)
    columns = ak.Array({"pt": ak.unflatten(content, [2, 0, 1])})
    assert np.shares_memory(ragged_columns(columns, ["pt"])[1]["pt"], content)


def test_columns_of_different_layouts_are_brought_together() -> None:
    shifted = ak.Array([[9.0], *ROWS])[1:]
    assert lists(ak.zip({"pt": ak.Array(ROWS), "eta": shifted}, depth_limit=1), "pt", "eta") == {
        "pt": ROWS,
        "eta": ROWS,
    }


def test_regular_and_empty_lists() -> None:
    assert lists(ak.Array({"pt": np.ones((2, 3))}), "pt") == {"pt": [[1, 1, 1]] * 2}
    assert lists(ak.Array({"pt": [[], []]}), "pt") == {"pt": [[], []]}
    assert lists(ak.Array({"pt": [[1.0]]})[:0], "pt") == {"pt": []}


@pytest.mark.parametrize("rows", [[1.0, 2.0], [[[1.0]], [[2.0]]], [[1.0], None], [["a"], ["b"]], [[1.0, None], []]])
def test_what_is_no_list_of_numbers_is_refused(rows: list[Any]) -> None:
    with pytest.raises(ShapeError, match="column 'pt' must hold"):
        ragged_columns(ak.Array({"pt": rows}), ["pt"])


def test_the_nearest_name_is_shown() -> None:
    with pytest.raises(ShapeError, match="needs a column 'pt': did you mean 'part'"):
        ragged_columns(ak.Array({"part": ROWS}), ["pt"])


def test_flat_columns_fill_none() -> None:
    columns = ak.Array({"mass": [1.0, None]})
    assert flat_column(columns, "mass", fill=-1.0).tolist() == [1.0, -1.0]


def test_what_is_plain_is_given_as_it_is():
    x = np.arange(5, dtype=np.float32)
    table = ak.Array({"x": x, "lists": ak.unflatten(x, 1), "text": list("abcde"), "maybe": [1, None, 2, 3, 4]})
    assert np.shares_memory(plain_column(table, "x"), ak.to_numpy(table["x"]))
    assert plain_column(table[1:3], "x").tolist() == [1, 2]
    assert [plain_column(table, name) for name in ("lists", "text", "maybe", "none")] == [None] * 4
    assert plain_column(table[[4, 0]], "x") is None  # an index over the record: awkward's own way
    np.testing.assert_array_equal(flat_column(table[[4, 0]], "x"), [4, 0])
