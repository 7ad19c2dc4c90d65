"""Tables: missing values, types and moments."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
import pydantic
import pytest

from hepml.contracts import RepresentationSpec
from hepml.errors import ShapeError
from hepml.representations import Column, Table, TableOptions, rebuild

NAN = np.nan


def decoded(table: Table, **columns: Any) -> np.ndarray:
    return table.decode(table.encode(ak.Array(columns)))[""]


@pytest.mark.parametrize("dtype", [np.int32, np.float32, np.float64])
def test_the_sentinel_becomes_nan_whatever_the_type(dtype: type) -> None:
    table = Table.of({"mass": "GeV"}, missing=-999)
    np.testing.assert_array_equal(decoded(table, mass=np.array([1, -999, 3], dtype=dtype)), [[1], [NAN], [3]])


def test_a_sentinel_without_an_exact_float32_is_found_in_both_precisions() -> None:
    table = Table.of({"mass": "GeV"}, missing=-999.9)
    for dtype in (np.float32, np.float64):
        np.testing.assert_array_equal(decoded(table, mass=np.array([-999.9, 2.0], dtype=dtype)), [[NAN], [2]])


def test_nan_and_none_are_missing_where_declared() -> None:
    columns = {"mass": ak.Array([1.0, NAN, None, -1.0])}
    np.testing.assert_array_equal(
        decoded(Table.of({"mass": "GeV"}, missing="nan"), **columns), [[1], [NAN], [NAN], [-1]]
    )
    np.testing.assert_array_equal(decoded(Table.of({"mass": "GeV"}, missing=-1), **columns), [[1], [NAN], [NAN], [NAN]])


def test_missing_allowed_names_the_columns_that_declare_it() -> None:
    table = Table.of([Column(name="a"), Column(name="b", missing=-999), Column(name="c", missing="nan")])
    assert table.missing_allowed == {"b", "c"}


def test_without_a_declaration_nan_stays_for_the_caller_to_refuse_and_none_is_refused() -> None:
    table = Table.of({"mass": "GeV"})
    np.testing.assert_array_equal(decoded(table, mass=[1.0, NAN]), [[1], [NAN]])
    with pytest.raises(ShapeError, match="column 'mass' holds None in row 1: fill it, or declare `missing`"):
        decoded(table, mass=ak.Array([1.0, None]))


def test_columns_keep_their_order_units_and_names() -> None:
    table = Table.of({"mass": "GeV", "phi": "rad"})
    assert table.columns == {"mass": "GeV", "phi": "rad"}
    assert table.arrays[""].features == ("mass [GeV]", "phi [rad]")
    assert table.arrays[""].role == "table"
    np.testing.assert_array_equal(decoded(table, phi=[1.0], other=[9.0], mass=[2.0]), [[2, 1]])


def test_truth_values_and_integers_are_numbers() -> None:
    table = Table.of([Column(name="tagged", kind="categorical"), Column(name="n", kind="integer")])
    np.testing.assert_array_equal(
        decoded(table, tagged=[True, False], n=np.array([3, -4], dtype=np.int8)), [[1, 3], [0, -4]]
    )


@pytest.mark.parametrize("kind", ["integer", "categorical"])
@pytest.mark.parametrize("value", [1.5, 2.0**24 + 2])
def test_whole_columns_refuse_what_is_not_whole_or_not_exact(kind: Any, value: float) -> None:
    table = Table.of([Column(name="n", kind=kind, missing=-999)])
    np.testing.assert_array_equal(decoded(table, n=[1.0, -999, 2.0**24]), [[1], [NAN], [2**24]])
    with pytest.raises(ShapeError, match=f"column 'n' is declared {kind} but holds"):
        decoded(table, n=[1.0, value])


LEPTON = Column(name="lepton", categories=[13, 11, 15])


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint16, np.float32, np.float64])
def test_categories_become_their_place_in_the_list(dtype: type) -> None:
    given = np.array([11, 15, 13, 11], dtype=dtype)
    np.testing.assert_array_equal(decoded(Table.of([LEPTON]), lepton=given), [[1], [2], [0], [1]])


def test_a_number_of_categories_is_short_for_the_values_from_zero() -> None:
    assert Column(name="n", categories=3) == Column(name="n", kind="categorical", categories=(0, 1, 2))


def test_in_options_a_name_is_a_column() -> None:
    assert TableOptions.model_validate({"columns": ["a", {"name": "b"}]}) == TableOptions(
        columns=(Column(name="a"), Column(name="b"))
    )


def test_truth_values_and_large_codes_are_categories() -> None:
    table = Table.of([Column(name="tagged", categories=2), Column(name="pdg", categories=[1000020040, 1000020041])])
    pdg = np.array([1000020041, 1000020040], dtype=np.int64)  # equal in float32
    np.testing.assert_array_equal(decoded(table, tagged=[True, False], pdg=pdg), [[1, 1], [0, 0]])


def test_missing_categories_are_nan() -> None:
    table = Table.of([Column(name="n", categories=3, missing=-999)])
    np.testing.assert_array_equal(decoded(table, n=ak.Array([2.0, -999, None, NAN])), [[2], [NAN], [NAN], [NAN]])


@pytest.mark.parametrize(
    ("column", "remedy"),
    [(LEPTON, "add it to them, or declare it `missing`"), (Column(name="lepton", categories=3, missing=9), "them$")],
)
@pytest.mark.parametrize("value", [-1, 12, 16, 11.5])
def test_a_value_that_is_no_category_is_named(column: Column, remedy: str, value: float) -> None:
    with pytest.raises(ShapeError, match=rf"'lepton' holds {value:g}, which is none of its categories \[.*{remedy}"):
        decoded(Table.of([column]), lepton=[1 if column.missing else 11, value])


def test_arrays_say_which_columns_are_categories_and_which_may_miss() -> None:
    table = Table.of([Column(name="a"), LEPTON, Column(name="b", missing=-999), Column(name="c", kind="categorical")])
    assert table.arrays[""].categories == (0, 3, 0, 0)
    assert table.arrays[""].may_miss == (False, False, True, False)
    plain = Table.of({"a": "GeV"}).arrays[""]
    assert plain.categories == plain.may_miss == ()


def test_specs_of_older_datasets_are_read() -> None:
    """Before columns had categories, a categorical one was a whole number like any other."""
    old = {"name": "n", "unit": "1", "kind": "categorical", "missing": None, "combine": "same"}
    table = rebuild(RepresentationSpec("table", {"columns": [old]}))
    np.testing.assert_array_equal(table.decode(table.encode(ak.Array({"n": [7, 5]})))[""], [[7], [5]])
    assert table.arrays[""].categories == ()


def test_parts_of_one_example_have_one_category() -> None:
    assert combined(LEPTON, [13, 11, 13, 13]) == [1, 0]
    with pytest.raises(ShapeError, match="column 'lepton' differs between parts of one example"):
        combined(LEPTON, [13, 11, 13, 15])


def test_what_float32_cannot_hold_is_refused_but_infinity_stays() -> None:
    table = Table.of({"energy": "eV"})
    assert decoded(table, energy=[np.inf])[0, 0] == np.inf
    with pytest.raises(ShapeError, match="'energy' holds 1e\\+39, beyond float32: give it in a larger unit"):
        decoded(table, energy=[1.0, 1e39])


@pytest.mark.parametrize("values", [[[1.0], [2.0, 3.0]], [{"x": 1.0}, {"x": 2.0}]])
def test_columns_that_are_not_flat_are_refused(values: list[Any]) -> None:
    with pytest.raises(ShapeError, match="column 'mass' must hold one number per row, found"):
        Table.of({"mass": "GeV"}).encode(ak.Array({"mass": values}))


def test_text_is_refused() -> None:
    with pytest.raises(ShapeError, match="column 'mass' must hold numbers, found string"):
        Table.of({"mass": "GeV"}).encode(ak.Array({"mass": ["a", "b"]}))


def test_moments_leave_missing_values_out() -> None:
    table = Table.of({"mass": "GeV"}, missing=-999)
    stored = table.encode(ak.Array({"mass": [1.0, -999.0, 3.0, 5.0]}))
    moments = table.moments(stored, np.array([0, 0, 0, 1]), n_groups=3)[""]
    assert moments.count.tolist() == [[2], [1], [0]]
    assert moments.mean().tolist() == [[2], [5], [0]]
    assert moments.std().tolist() == [[1], [0], [0]]


PARTS = np.array([1, 0, 1, 1])
"""Rows 0, 2 and 3 are parts of example 1."""


def combined(column: Column, values: list[float]) -> list[float]:
    table = Table.of([column])
    stored = table.encode(ak.Array({column.name: values}))
    whole = table.combine(stored, PARTS, n_groups=2)
    assert ak.type(whole).content == ak.type(stored).content
    return whole[column.name].tolist()


def test_parts_are_combined_by_the_rule_of_the_column() -> None:
    values = [3.0, 5.0, 4.0, 2.0]
    assert combined(Column(name="n", kind="integer", combine="sum"), values) == [5, 9]
    assert combined(Column(name="x", combine="min"), values) == [5, 2]
    assert combined(Column(name="x", combine="max"), values) == [5, 4]
    assert combined(Column(name="x"), [1.5, 2.5, 1.5, 1.5]) == [2.5, 1.5]


@pytest.mark.parametrize("rule", ["sum", "min", "max"])
def test_what_is_missing_in_a_part_is_missing_in_the_whole(rule: Any) -> None:
    column = Column(name="n", kind="integer", missing=-999, combine=rule)
    np.testing.assert_array_equal(combined(column, [3, 5, -999, 2]), [5, NAN])


def test_missing_in_all_parts_is_the_same_and_in_one_is_not() -> None:
    column = Column(name="x", missing="nan")
    np.testing.assert_array_equal(combined(column, [NAN, 5, NAN, NAN]), [5, NAN])
    with pytest.raises(ShapeError, match="column 'x' differs between parts of one example"):
        combined(column, [NAN, 5, NAN, 2])


def test_sums_stay_exact() -> None:
    column = Column(name="n", kind="integer", combine="sum")
    assert combined(column, [2**23, 1, 2**23 - 1, 1]) == [1, 2**24]
    with pytest.raises(ShapeError, match="column 'n' sums to 16777217: must be at most 16777216 in size"):
        combined(column, [2**23, 1, 2**23, 1])


def test_no_parts() -> None:
    table = Table.of({"x": "1"})
    nothing = table.encode(ak.Array({"x": np.zeros(0)}))
    assert len(table.combine(nothing, np.zeros(0, np.int64), n_groups=0)) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [{"name": "a"}, {"name": "a"}],
        [{"name": "a b"}],
        [{"name": "a", "missing": float("nan")}],
        [{"name": "a", "kind": "text"}],
        [{"name": "a", "combine": "mean"}],
        [{"name": "a", "combine": "sum"}],
        [{"name": "a", "categories": 1}],
        [{"name": "a", "categories": -2}],
        [{"name": "a", "categories": [4]}],
        [{"name": "a", "categories": [4, 5, 4]}],
        [{"name": "a", "categories": [0.5, 1]}],
        [{"name": "a", "categories": 3, "missing": 2}],
        [{"name": "a", "categories": 3, "kind": "integer"}],
        [{"name": "a", "categories": 3, "combine": "max"}],
    ],
)
def test_wrong_options_are_refused(wrong: list[Any]) -> None:
    with pytest.raises(pydantic.ValidationError):
        TableOptions(columns=wrong)
