"""Hits that are bad, in files that can be read: counted, or one clear line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from pixelmap_events import SMALL, events, maker, steps, with_hits

from hepml.errors import HepmlError, InputError, ProcessorError, ShapeError


@pytest.fixture
def make(tmp_path):
    return maker(tmp_path)


def test_an_unknown_flavour_is_named_or_dropped_and_counted(make):
    columns = events()
    columns["flavour"][[3, 7]] = 14
    with pytest.raises(
        ProcessorError, match=r"'flavour' is none of the flavours \[0, 1, 2, 3\] in 2 events, the first has 14: "
    ):
        make(columns)
    manifest, rows = make(columns, unknown="drop")
    assert steps(manifest) == [("all", 40), ("known flavour", 38), ("at least 1 hits", 38)]
    assert rows["key.event"].tolist() == [i for i in range(40) if i not in (3, 7)]
    np.testing.assert_array_equal(rows["spectator.n_hits"], ak.num(columns["hit"])[rows["key.event"]])


def test_an_event_without_hits_is_counted_or_an_empty_map(make):
    columns = with_hits(events(), 5, **{name: [] for name in ("view", "plane", "cell", "pe", "time_ns")})
    manifest, _ = make(columns)
    assert steps(manifest)[-1] == ("at least 1 hits", 39)
    manifest, rows = make(columns, least_hits=0)
    assert manifest.rows == 40
    assert rows["spectator.n_views_hit"][5] == 0


def test_hits_outside_and_views_without_hits_are_counted(make):
    columns = with_hits(
        events(), 2, view=[0, 0, 5], plane=[1, 10, 1], cell=[1, 0, 1], pe=[1.0, 1.0, 1.0], time_ns=[0.0, 0.0, 0.0]
    )
    _, rows = make(columns)
    counts = [rows[f"spectator.{name}"][2] for name in ("n_hits", "n_hits_outside", "n_views_hit")]
    assert counts == [1, 2, 1]


def test_a_charge_that_is_nan_stops_or_drops_its_event(make):
    columns = with_hits(events(), 2, view=[0], plane=[1], cell=[1], pe=[np.nan], time_ns=[0.0])
    with pytest.raises(InputError, match=r"1 examples have NaN or inf in 'pixelmap.charge', the first in entry 2"):
        make(columns, least_hits=0)
    manifest, rows = make(columns, least_hits=0, process={"nonfinite": "drop"})
    assert manifest.inputs[0].dropped == {"pixelmap.charge": 1}
    assert 2 not in rows["key.event"].tolist()


def test_a_negative_charge_is_refused_or_left_out_and_counted(make):
    columns = with_hits(events(), 2, view=[0, 1], plane=[1, 1], cell=[1, 1], pe=[-3.0, 2.0], time_ns=[0.0, 0.0])
    with pytest.raises(ShapeError, match="'pixelmap': column 'charge' holds 1 negative values, the first is -3"):
        make(columns)
    _, rows = make(columns, pixelmap={**SMALL, "negative": "leave_out"})
    assert rows["spectator.n_hits_bad_charge"][2] == 1
    assert rows["spectator.n_hits"][2] == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"hits": {"plane": "hit_wire"}}, "there is no branch 'hit_wire'"),
        ({"spectators": {"q2_gev2": "qq"}}, "there is no branch 'qq'"),
        ({"pixelmap": {**SMALL, "pol": [2, 2]}}, "pixelmap.pol.*did you mean 'pool'"),
    ],
)
def test_mistakes_in_options_are_named(make, options, words):
    with pytest.raises(HepmlError, match=words):
        make(events(), **options)


def test_hits_outside_are_in_a_histogram(make, tmp_path):
    columns = with_hits(
        events(), 2, view=[0, 0, 5], plane=[1, 10, 1], cell=[1, 0, 1], pe=[1.0, 1.0, 1.0], time_ns=[0.0, 0.0, 0.0]
    )
    make(columns)
    with uproot.open(tmp_path / "dataset_0" / "histograms.root") as file:
        histogram = file["nu/n_hits_outside"].to_hist()
    assert histogram.values(flow=True)[0] == 39  # none outside
    assert histogram.values(flow=True).sum() == 40
    assert histogram[2j].value == 1


@pytest.mark.parametrize(
    ("pixelmap", "words"),
    [
        (
            {"views": {"x": 0, "y": 3}},
            r"\d+ of \d+ hits lie outside views {'x': 0, 'y': 3} of 10 × 8 cells, found view",
        ),
        (
            {"shape": [8, 10]},
            r"of 8 × 10 cells, found view 0 to 1, plane 0 to 9, cell 0 to 7: correct the options",
        ),
    ],
)
def test_many_hits_outside_stop_since_the_options_are_wrong(make, pixelmap, words):
    with pytest.raises(ProcessorError, match=words):
        make(events(), pixelmap={**SMALL, **pixelmap})
    manifest, rows = make(events(), pixelmap={**SMALL, **pixelmap}, most_outside=1, least_hits=0)
    outside = ak.sum(rows["spectator.n_hits_outside"])
    assert ak.sum(rows["spectator.n_hits"]) + outside == ak.count(events()["hit"].pe)
    assert outside > 50
    assert manifest.rows == 40


def test_a_view_missing_in_an_event_is_an_empty_map_of_that_view(make):
    columns = with_hits(events(), 4, view=[1, 1], plane=[1, 2], cell=[1, 2], pe=[1.0, 1.0], time_ns=[0.0, 0.0])
    manifest, rows = make(columns)
    assert manifest.rows == 40
    assert rows["spectator.n_views_hit"][4] == 1


def test_infinite_charge_stops(make):
    columns = with_hits(events(), 2, view=[0, 1], plane=[1, 1], cell=[1, 1], pe=[np.inf, 1.0], time_ns=[0.0, 0.0])
    with pytest.raises(InputError, match=r"nu.root, tree 'Events': 1 examples have NaN or inf in 'pixelmap.charge'"):
        make(columns)


def flat(**changes: Any) -> dict[str, Any]:
    """Return branches each with its own lists, as files of others have them."""
    columns = events()
    hits = columns.pop("hit")
    return {**columns, **{f"hit_{name}": hits[name] for name in hits.fields}, **changes}


def written(path: Path, columns: dict[str, Any], *, tree: str = "Events") -> Path:
    types = {name: v.dtype if isinstance(v, np.ndarray) else ak.type(v).content for name, v in columns.items()}
    with uproot.recreate(path) as file:
        file.mktree(tree, types).extend(columns)
    return path


def test_planes_that_are_not_whole_are_rounded_down(make, tmp_path):
    columns = flat()
    _, whole = make(written(tmp_path / "whole.root", columns))
    columns["hit_plane"] = ak.values_astype(columns["hit_plane"], np.float32) + np.float32(0.75)
    manifest, rows = make(written(tmp_path / "half.root", columns))
    assert manifest.rows == 40
    assert rows["spectator.n_hits"].tolist() == whole["spectator.n_hits"].tolist()


def other_lengths() -> dict[str, Any]:
    charge = flat()["hit_pe"]
    return {"hit_pe": ak.concatenate([charge[:5], [charge[5][:-1]], charge[6:]])}


def nan_plane() -> dict[str, Any]:
    plane = ak.values_astype(flat()["hit_plane"], np.float32)
    return {"hit_plane": ak.values_astype(ak.where(plane == 3, np.nan, plane), np.float32)}


def a_flavour(value: float) -> dict[str, Any]:
    flavour = (np.arange(40) % 4).astype(np.float32)
    flavour[3] = value
    return {"flavour": flavour}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (other_lengths(), r"columns 'view' and 'charge' must have lists of equal lengths, but row 5 holds \d+ and \d+"),
        (nan_plane(), r"\d+ examples have NaN or inf in 'pixelmap.plane', the first in entry \d+"),
        ({"hit_plane": np.arange(40)}, "column 'plane' must hold one list of numbers per row, found int64"),
        ({"hit_pe": ak.Array(["abc"] * 40)}, "column 'charge' must hold one list of numbers per row, found string"),
        ({"flavour": flat()["hit_view"]}, "branch 'flavour' must hold one number per event, and holds lists"),
        (a_flavour(np.nan), "in 1 events, the first has nan: list it there, or set unknown: drop"),
        (a_flavour(1.5), "in 1 events, the first has 1.5: list it there, or set unknown: drop"),
        ({"nu_energy": np.where(np.arange(40) == 7, np.nan, 1.0)}, "'spectator.nu_energy_gev', the first in entry 7"),
        ({"event": np.arange(40.0)}, r"Examples.key\['event'\] must be integers, one per example, found float64"),
    ],
    ids=["lengths", "plane", "flat", "text", "lists", "nan-flavour", "half-flavour", "energy", "key"],
)
def test_branches_of_another_kind_give_one_line_with_file_and_tree(make, tmp_path, changes, words):
    path = written(tmp_path / "bad.root", flat(**changes))
    with pytest.raises(HepmlError, match=words) as caught:
        make(path)
    message = str(caught.value)
    assert "\n" not in message
    assert f"{path}, tree 'Events'" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda whole: b"", r"bad.root: the file is empty \(0 bytes\)"),
        (lambda whole: whole[:3000], r"bad.root: the file is truncated \(3000 of \d+ bytes\)"),
        (
            lambda whole: whole.replace(b"Events", b"Evants"),
            r"bad.root: there is no tree 'Events': did you mean",
        ),
    ],
    ids=["empty", "truncated", "tree"],
)
def test_files_that_are_no_ntuples(make, tmp_path, content, words):
    path = written(tmp_path / "bad.root", flat())
    path.write_bytes(content(path.read_bytes()))
    with pytest.raises(InputError, match=words):
        make(path)


def test_a_file_without_entries(make, tmp_path):
    with pytest.raises(InputError, match=r"input 'nu' has no entries to process: check inputs.nu.files"):
        make(events(0))
