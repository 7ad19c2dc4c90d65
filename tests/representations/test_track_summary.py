"""Summary quantities of tracks against a slow, obvious loop."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

import hepml
from hepml.errors import ShapeError
from hepml.representations import TRACK_SUMMARY_COLUMNS, track_summary

JETS = ak.Array({"pt": [50.0, 80.0, 30.0, 20.0], "eta": [-0.5, 1.0, 0.0, 2.0]})


def features() -> ak.Array:
    rng, counts = np.random.default_rng(1), [6, 2, 1, 0]
    n = sum(counts)
    flat = {
        "pt": rng.exponential(4, n),
        "delta_eta": rng.normal(0, 0.1, n),
        "delta_phi": rng.normal(0, 0.1, n),
        "d0_significance": rng.normal(2, 4, n),
        "z0_significance": rng.normal(1, 3, n),
    }
    flat["d0_significance"][3] = np.nan
    flat["delta_r"] = np.hypot(flat["delta_eta"], flat["delta_phi"])
    return ak.unflatten(ak.zip(flat), counts)


def slow(tracks: list[dict], jet: dict) -> dict[str, float]:
    known = [track for track in tracks if not np.isnan(track["d0_significance"])]
    ranked = sorted(known, key=lambda track: -track["d0_significance"])
    displaced = [track for track in known if track["d0_significance"] > 2.5]
    energy, px, py, pz = 0.0, 0.0, 0.0, 0.0
    for track in displaced:
        energy += track["pt"] * np.cosh(track["delta_eta"])
        px += track["pt"] * np.cos(track["delta_phi"])
        py += track["pt"] * np.sin(track["delta_phi"])
        pz += track["pt"] * np.sinh(track["delta_eta"])
    total, far = sum(track["pt"] for track in tracks), sum(track["pt"] for track in displaced)
    found = {"jet_pt": jet["pt"], "jet_abs_eta": abs(jet["eta"]), "n_tracks": len(tracks)}
    found |= {f"n_d0_above_{s}": sum(track["d0_significance"] > s for track in known) for s in (2, 3, 5)}
    for place in range(4):
        for name in ("d0_significance", "z0_significance"):
            found[f"{name}_{place + 1}"] = ranked[place][name] if place < len(ranked) else np.nan
    signed = [np.sign(track["d0_significance"]) * np.log1p(abs(track["d0_significance"])) for track in known]
    found["d0_log_sum"] = sum(signed)
    found["charged_fraction"] = total / jet["pt"]
    found["displaced_fraction"] = far / total if total else 0.0
    found["displaced_mass"] = np.sqrt(max(energy**2 - px**2 - py**2 - pz**2, 0.0))
    found["displaced_delta_r"] = sum(t["pt"] * t["delta_r"] for t in displaced) / far if far else np.nan
    return found


def test_the_columns_are_those_of_the_loop():
    rows = track_summary(features(), JETS)
    assert rows.fields == [column.name for column in TRACK_SUMMARY_COLUMNS]
    for tracks, jet, row in zip(features().tolist(), JETS.tolist(), rows.tolist(), strict=True):
        wanted = slow(tracks, jet)
        assert set(wanted) == set(row)
        for name, value in wanted.items():
            np.testing.assert_allclose(row[name], value, rtol=1e-5, atol=1e-6, err_msg=name)


def test_what_may_be_missing_is_declared_so():
    table = hepml.Table.of(TRACK_SUMMARY_COLUMNS)
    stored = table.decode(table.encode(track_summary(features(), JETS)))[""]
    may = {column.name for column in TRACK_SUMMARY_COLUMNS if column.missing}
    found = np.isnan(stored).any(axis=0)
    assert {column.name for column, gone in zip(TRACK_SUMMARY_COLUMNS, found, strict=True) if gone} == may


def test_features_that_are_absent_are_named():
    with pytest.raises(ShapeError, match="'delta_r' is absent"):
        track_summary(features()[["pt", "delta_eta", "delta_phi"]], JETS)
