"""What every representation promises, tested on all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
import pytest
from toy_jets import toy_particles

from hepml.contracts import ArraySpec, Representation, RepresentationSpec
from hepml.errors import DatasetError, ShapeError
from hepml.representations import (
    REPRESENTATIONS,
    Column,
    JetImage,
    JetImageOptions,
    Occupancy,
    OccupancyOptions,
    PixelMap,
    PixelMapOptions,
    Sequence,
    SequenceOptions,
    Shower,
    ShowerOptions,
    Table,
    rebuild,
)

N_ROWS = 57
AXES = ("plane", "cell")


@dataclass(frozen=True)
class Case:
    """A representation and columns for it, in float64."""

    name: str
    representation: Representation
    columns: Callable[[], ak.Array]


def jet_columns() -> ak.Array:
    """Return toy jets; rows 3 and 4 have no particle and row 5 has one."""
    jets = toy_particles(N_ROWS, seed=5, kind="qcd")
    row = ak.Array(np.arange(N_ROWS))
    keep = (ak.local_index(jets.pt) < 1) | (row != 5)
    keep = keep & (row != 3) & (row != 4)
    return ak.zip(
        {name: ak.values_astype(jets[name][keep], np.float64) for name in ("pt", "eta", "phi", "charge")}, depth_limit=1
    )


def table_columns() -> ak.Array:
    """Return flat columns; two have sentinels, one of them a NaN as well."""
    rng = np.random.default_rng(2)
    mass = rng.exponential(size=N_ROWS)
    mass[[1, 7]], mass[9] = -999.9, np.nan
    lepton = rng.choice([-11.0, 13.0, 15.0, -1.0], size=N_ROWS)
    n = rng.poisson(5, size=N_ROWS).astype(float)
    return ak.Array({"pt": rng.exponential(size=N_ROWS), "mass": mass, "n": n, "lepton": lepton})


def hit_columns() -> ak.Array:
    """Return hits in three views of 20 × 30 cells, out of order, some twice in a cell and some outside.

    Rows 3 and 4 have no hit, row 5 has one, and view 1 of row 6 has none.
    """
    rng = np.random.default_rng(3)
    counts = rng.integers(10, 60, size=N_ROWS)
    counts[[3, 4, 5]] = 0, 0, 1
    n = counts.sum()
    view = rng.integers(0, 3, size=n)
    view[counts[:6].sum() : counts[:7].sum()] = 2
    hits = {
        "view": view,
        "plane": rng.integers(-1, 22, size=n),
        "cell": rng.integers(0, 10, size=n) + rng.integers(0, 21, size=n),
        "charge": rng.integers(1, 200, size=n) / 4,  # exact in float16
    }
    lists = {name: ak.unflatten(values.astype(np.float64), counts) for name, values in hits.items()}
    centres = {f"centre_{axis}_{v}": rng.uniform(2, 18, size=N_ROWS).round(1) for v in "uvz" for axis in AXES}
    return ak.zip(
        lists | {name: values.astype(np.float16).astype(float) for name, values in centres.items()}, depth_limit=1
    )


def track_columns() -> ak.Array:
    """Return tracks of jets: some without d0, some with NaN, pT in steps so that some are equal.

    Rows 3 and 4 have no track, row 5 has one.
    """
    rng = np.random.default_rng(4)
    counts = rng.poisson(6, size=N_ROWS) + 1
    counts[[3, 4, 5]] = 0, 0, 1
    n = counts.sum()
    tracks = {
        "pt": rng.integers(1, 20, size=n) / 2,
        "d0": np.where(rng.random(n) < 0.2, -1.0, rng.normal(size=n)),
        "z0": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)),
        "quality": rng.integers(0, 3, size=n).astype(float),
    }
    return ak.zip({name: ak.unflatten(values, counts) for name, values in tracks.items()}, depth_limit=1)


def shower_columns() -> ak.Array:
    """Return cells of three layers, out of order, some given twice and some outside.

    Rows 3 and 4 have no cell, row 5 has one, and row 6 none in layer 1.
    """
    rng = np.random.default_rng(6)
    counts = rng.integers(5, 40, size=N_ROWS)
    counts[[3, 4, 5]] = 0, 0, 1
    n = counts.sum()
    layer = rng.integers(-1, 4, size=n)
    layer[counts[:6].sum() : counts[:7].sum()] = 2
    cells = {
        "layer": layer,
        "row": rng.integers(-1, 5, size=n),
        "column": rng.integers(0, 7, size=n),
        "energy": rng.integers(1, 200, size=n) / 4,  # exact in float16
    }
    lists = {name: ak.unflatten(values.astype(np.float64), counts) for name, values in cells.items()}
    return ak.zip(lists | {"true_energy": rng.integers(1, 100, size=N_ROWS) / 2}, depth_limit=1)


def map_columns() -> ak.Array:
    """Return maps of 4 × 6 counts and their exposure; row 3 is empty, and that of row 4 is not known."""
    rng = np.random.default_rng(7)
    counts = rng.poisson(1.5, size=(N_ROWS, 4, 6)).astype(float)
    counts[3] = 0
    exposure = rng.integers(0, 9, size=N_ROWS) / 4
    exposure[4] = np.nan
    return ak.zip({"counts": ak.Array(counts), "exposure": exposure}, depth_limit=1)


def occupancy(**options: Any) -> Occupancy:
    return Occupancy(OccupancyOptions(**{"shape": (4, 6), **options}))


def shower(**options: Any) -> Shower:
    return Shower(ShowerOptions(**{"layers": ((3, 7), (4, 5), (2, 2)), **options}))


def sequence(**options: Any) -> Sequence:
    return Sequence(SequenceOptions(**{"length": 7, **options}))


D0, Z0 = {"name": "d0", "unit": "mm", "missing": -1}, {"name": "z0", "unit": "mm", "missing": "nan"}


def pixel_map(**options: Any) -> PixelMap:
    return PixelMap(PixelMapOptions(**{"views": ["u", "v", "z"], "shape": (20, 30), **options}))


def image(**options: Any) -> JetImage:
    return JetImage(JetImageOptions(**options))


CASES = [
    Case("default image", image(), jet_columns),
    Case("oblong image", image(pixels=(5, 9), half_width=0.5, channels=("multiplicity", "pt")), jet_columns),
    Case("plain image", image(centre=False, rotate=False, flip=False, normalise="none", half_width=3), jet_columns),
    Case("large image", image(pixels=300, normalise="l2", channels=("charged_pt",)), jet_columns),
    Case("pixel map of cells", pixel_map(), hit_columns),
    Case(
        "pooled pixel map",
        pixel_map(pool=(3, 4), occupancy=True, charge="log", log_charge=5, saturation=60, calibration=(1, 0.5, 2)),
        hit_columns,
    ),
    Case(
        "pixel map around its charge",
        pixel_map(window=(8, 12), centre="charge", shared_axis="cell", pool=(1, 2), anchor=(0.25, 0.5)),
        hit_columns,
    ),
    Case("pixel map around a vertex", pixel_map(window=(10, 10), centre="given"), hit_columns),
    Case("large pixel map", pixel_map(views={"z": 2}, shape=(500, 500), occupancy=True), hit_columns),
    Case("shower over its energy", shower(cell_size=((4, 1),)), shower_columns),
    Case("shower over its layers", shower(normalise="layer"), shower_columns),
    Case("shower in a grid", shower(layers=None, grid=(3, 4, 6), normalise="none"), shower_columns),
    Case("occupancy", occupancy(), map_columns),
    Case(
        "coarse occupancy without exposure", occupancy(shape=(2, 2), exposure="none", known_dead=[(1, 0)]), map_columns
    ),
    Case("sequence as given", sequence(features=[{"name": "pt", "unit": "GeV"}, D0, Z0], length=30), track_columns),
    Case(
        "ordered sequence",
        sequence(
            features=[
                {"name": "pt", "unit": "GeV", "transform": "log"},
                {**D0, "transform": "signed_log", "scale": 0.2},
            ],
            order={"by": "d0", "absolute": True},
        ),
        track_columns,
    ),
    Case(
        "sequence without bad items",
        sequence(features=["z0", "pt"], order={"by": "quality", "descending": False}, not_finite="drop_item", length=3),
        track_columns,
    ),
    Case("sequence of what is missing", sequence(features=["z0"], order="pt", not_finite="missing"), track_columns),
    Case(
        "table",
        Table.of(
            [
                Column(name="pt", unit="GeV"),
                Column(name="mass", unit="GeV", missing=-999.9),
                Column(name="n", kind="integer"),
                Column(name="lepton", categories=[13, -11, 15], missing=-1),
            ]
        ),
        table_columns,
    ),
]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


def same(a: ak.Array, b: ak.Array) -> bool:
    return ak.array_equal(a, b, equal_nan=True, dtype_exact=True)


def as_type(columns: ak.Array, dtype: type) -> ak.Array:
    return ak.zip({name: ak.values_astype(columns[name], dtype) for name in columns.fields}, depth_limit=1)


def counted(case: Case) -> dict[str, ArraySpec]:
    """Return the arrays that have moments."""
    return {suffix: spec for suffix, spec in case.representation.arrays.items() if spec.role != "mask"}


def test_every_entry_of_the_table_has_a_case_and_its_own_kind() -> None:
    assert {case.representation.spec.kind for case in CASES} == set(REPRESENTATIONS)


def test_spec_survives_json_and_rebuilds_the_same(case: Case) -> None:
    spec = case.representation.spec
    again = rebuild(RepresentationSpec(spec.kind, json.loads(json.dumps(dict(spec.options)))))
    assert type(again) is type(case.representation)
    assert again.spec == spec
    assert again.arrays == case.representation.arrays
    assert same(again.encode(case.columns()), case.representation.encode(case.columns()))


def test_arrays_describe_what_decode_returns(case: Case) -> None:
    dense = case.representation.decode(case.representation.encode(case.columns()))
    assert dense.keys() == case.representation.arrays.keys()
    for suffix, spec in case.representation.arrays.items():
        assert dense[suffix].shape == (N_ROWS, *spec.shape)
        assert dense[suffix].dtype == spec.dtype
        assert dense[suffix].flags["C_CONTIGUOUS"]
        assert len(spec.features) == (spec.shape[-1] if spec.role != "mask" else 0)
        assert spec.moments_shape == spec.shape[len(spec.shape) - len(spec.moments_shape) :]


def test_stored_columns_are_flat_or_one_level_of_list_of_fixed_type(case: Case) -> None:
    stored = case.representation.encode(case.columns())
    assert len(stored) == N_ROWS
    assert all(stored[name].ndim in (1, 2) and not stored[name].fields for name in stored.fields)
    for dtype in (np.float32, np.float64, np.float16):
        few = case.representation.encode(as_type(case.columns()[:2], dtype))
        assert ak.type(few).content == ak.type(stored).content


def test_float32_and_float64_give_the_same(case: Case) -> None:
    columns = case.columns()
    assert same(case.representation.encode(as_type(columns, np.float32)), case.representation.encode(columns))


def test_chunked_equals_whole(case: Case) -> None:
    columns = case.columns()
    whole = case.representation.encode(columns)
    parts = [case.representation.encode(columns[a:b]) for a, b in ((0, 1), (1, 1), (1, 20), (20, N_ROWS))]
    assert same(ak.concatenate(parts), whole)
    decoded = [case.representation.decode(part) for part in parts]
    for suffix, dense in case.representation.decode(whole).items():
        np.testing.assert_array_equal(np.concatenate([part[suffix] for part in decoded]), dense)


def test_rows_can_be_selected_and_reordered_before_or_after(case: Case) -> None:
    columns = case.columns()
    whole = case.representation.encode(columns)
    order = np.random.default_rng(1).permutation(N_ROWS)[:30]
    mask = np.arange(N_ROWS) % 3 != 1
    assert same(case.representation.encode(columns[order]), whole[order])
    assert same(case.representation.encode(columns[mask]), whole[mask])
    for suffix, dense in case.representation.decode(whole).items():
        np.testing.assert_array_equal(case.representation.decode(whole[order])[suffix], dense[order])
        np.testing.assert_array_equal(case.representation.decode(whole[10:])[suffix], dense[10:])


def test_no_rows(case: Case) -> None:
    none = case.representation.encode(case.columns()[:0])
    assert len(none) == 0
    for suffix, spec in case.representation.arrays.items():
        assert case.representation.decode(none)[suffix].shape == (0, *spec.shape)
    moments = case.representation.moments(none, np.zeros(0, dtype=np.int64), n_groups=4)
    for suffix, spec in counted(case).items():
        assert moments[suffix].count.shape == (4, *spec.moments_shape)
        assert moments[suffix].count.sum() == 0


def test_stored_columns_survive_parquet(case: Case, tmp_path: Any) -> None:
    stored = case.representation.encode(case.columns())
    ak.to_parquet(stored, tmp_path / "stored.parquet")
    again = case.representation.decode(ak.from_parquet(tmp_path / "stored.parquet"))
    for suffix, dense in case.representation.decode(stored).items():
        np.testing.assert_array_equal(again[suffix], dense)


def test_moments_agree_with_numpy_over_dense_arrays(case: Case) -> None:
    stored = case.representation.encode(case.columns())
    group = np.random.default_rng(3).integers(0, 4, size=N_ROWS)
    moments = case.representation.moments(stored, group, n_groups=6)
    dense = case.representation.decode(stored)
    assert moments.keys() == counted(case).keys()
    for suffix, spec in counted(case).items():
        assert moments[suffix].count.shape == (6, *spec.moments_shape)
        for index in range(6):
            values = dense[suffix][group == index].astype(np.float64)
            if spec.role == "sequence":
                values[~dense["mask"][group == index]] = np.nan  # padding does not count
            summed = tuple(range(values.ndim - len(spec.moments_shape)))
            np.testing.assert_array_equal(moments[suffix].count[index], (~np.isnan(values)).sum(axis=summed))
            np.testing.assert_allclose(moments[suffix].total[index], np.nansum(values, axis=summed), rtol=1e-10)
            np.testing.assert_allclose(
                moments[suffix].total_squares[index], np.nansum(values**2, axis=summed), rtol=1e-10
            )


@pytest.mark.parametrize("group", [np.zeros(N_ROWS - 1, int), np.full(N_ROWS, 4), np.full(N_ROWS, -1)])
def test_groups_that_do_not_fit_are_refused(case: Case, group: np.ndarray) -> None:
    stored = case.representation.encode(case.columns())
    with pytest.raises(ShapeError, match="`group`"):
        case.representation.moments(stored, group, n_groups=4)


def test_an_absent_column_is_named(case: Case) -> None:
    columns = case.columns()
    for name in case.representation.columns:
        rest = columns[[field for field in columns.fields if field != name]]
        with pytest.raises(ShapeError, match=f"needs a column '{name}'"):
            case.representation.encode(rest)


def test_columns_are_what_encode_reads_and_missing_is_declared_of_them(case: Case) -> None:
    columns = case.columns()
    needed = columns[list(case.representation.columns)]
    assert same(case.representation.encode(needed), case.representation.encode(columns))
    assert case.representation.missing_allowed <= set(case.representation.columns)


def test_an_unknown_kind_or_option_is_refused(case: Case) -> None:
    spec = case.representation.spec
    with pytest.raises(DatasetError, match="did you mean"):
        rebuild(RepresentationSpec(spec.kind + "s", spec.options))
    with pytest.raises(DatasetError, match=f"options of {spec.kind}.wrong"):
        rebuild(RepresentationSpec(spec.kind, {**spec.options, "wrong": 1}))
